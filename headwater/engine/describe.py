"""Facets that describe a declared job and its datasets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from headwater.engine.declaration import JobDeclaration, KernelStep, SetStep
from headwater.engine.runs import VERSION_TO_COME
from headwater.errors import Unprocessable
from headwater.model.table import Table
from headwater.quality.metrics import QualityReport, measure
from headwater.sdk import facets
from headwater.sdk.events import OutputDataset
from headwater.sdk.facets import Facet, InputField, SchemaField, Transformation
from headwater.sdk.sql import InputColumn, lineage_of
from headwater.version import __version__

DISTRIBUTION: Final = f"pkg:pypi/headwater@{__version__}"


def job_facets(declaration: JobDeclaration) -> tuple[Facet, ...]:
    """Return what kind of job it is, what it does, and where its code is."""
    about = [*plain_job_facets(declaration.description, declaration.source)]
    if isinstance(declaration.step, SetStep):
        about.append(facets.sql(declaration.step.sql, dialect="duckdb"))
    return tuple(about)


def plain_job_facets(description: str, source: str) -> tuple[Facet, ...]:
    """Return the facets of a job that only has children."""
    return (
        facets.job_type(integration="HEADWATER", kind="JOB"),
        facets.documentation(description),
        facets.source_code_location(
            kind="pypi", url=f"{DISTRIBUTION}#{source}", path=source, version=__version__
        ),
    )


def engine_facet(version: str) -> Facet:
    """Return which engine runs the steps."""
    return facets.processing_engine(version, name="duckdb", adapter_version=__version__)


def schema_facet(columns: Mapping[str, str]) -> Facet:
    """Return the columns of a dataset with their types."""
    return facets.schema(SchemaField(name=name, type=type_) for name, type_ in columns.items())


def location_facet(location: str | Path) -> Facet:
    """Return where a dataset is stored, as its other name."""
    return facets.symlinks([("file", str(location), "LOCATION")])


def column_lineage_facet(declaration: JobDeclaration, namespace: str) -> Facet:
    """Return the column lineage of a job: from the field map or from the SQL itself."""
    step = declaration.step
    if isinstance(step, KernelStep):
        fields, rows = step.fields, step.rows
    else:
        found = lineage_of(step.sql, schema=declaration.inputs)
        fields, rows = found.columns, found.indirect
    return facets.column_lineage(
        {column: _inputs(inputs, namespace) for column, inputs in fields.items()},
        dataset=_inputs(rows, namespace),
    )


def _inputs(columns: Iterable[InputColumn], namespace: str) -> list[InputField]:
    """Gather the ways in which each input column acts."""
    ways: dict[tuple[str, str], list[Transformation]] = {}
    for column in columns:
        ways.setdefault((column.table, column.column), []).append(
            Transformation(type=column.type, subtype=column.subtype, masking=column.masking)
        )
    return [
        InputField(
            namespace=namespace, dataset=table, column=name, transformations=tuple(transformations)
        )
        for (table, name), transformations in ways.items()
    ]


def measure_output(connection: Any, declaration: JobDeclaration, rows: Any) -> QualityReport:
    """Measure rows that are to be written; raises `Unprocessable` if they break an expectation."""
    connection.register("output", rows)
    try:
        report = measure(
            connection,
            "output",
            declaration.output.columns,
            declaration.expectations,
            known_rows=rows.num_rows,
        )
    finally:
        connection.unregister("output")
    if report.failures:
        broken = "; ".join(
            f"{each.name or each.column}: expected {each.expected}, {each.actual}"
            for each in report.failures
        )
        raise Unprocessable(f"{declaration.table} would not be as expected: {broken}")
    return report


def describe_output(
    declaration: JobDeclaration,
    table: Table,
    *,
    namespace: str,
    lineage: Facet,
    rows: int,
    paths: Sequence[str],
    quality: QualityReport,
) -> OutputDataset:
    """Return the output of a commit that is about to happen; its version is to come."""
    size = sum(Path(path).stat().st_size for path in paths)
    return OutputDataset(
        namespace=namespace,
        name=declaration.table,
        facets=(
            schema_facet({field.name: field.type for field in table.fields}),
            lineage,
            VERSION_TO_COME,
            location_facet(table.location),
            facets.documentation(declaration.output.description or declaration.description),
            *quality.facets(size_bytes=size, file_count=len(paths)),
        ),
        output_facets=(facets.output_statistics(row_count=rows, size=size, file_count=len(paths)),),
    )
