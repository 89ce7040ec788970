"""The lineage of a SQL statement as inputs, outputs and column lineage of a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from headwater.sdk import facets as make
from headwater.sdk.datasets import DatasetInfo
from headwater.sdk.errors import ExtraMissing, InvalidStatement
from headwater.sdk.facets import Facet, InputField, Transformation
from headwater.sdk.guard import warn
from headwater.sdk.run_dataset import DatasetLike, dataset_info
from headwater.sdk.sql import InputColumn, SqlLineage, lineage_of

if TYPE_CHECKING:
    from headwater.sdk.run import JobRun


def add_statement(
    run: JobRun,
    sql: str,
    dialect: str,
    schema: Mapping[str, Mapping[str, str]],
    *,
    namespace: str,
    output: DatasetLike | None,
) -> None:
    """Add what a statement reads and writes to a run; what cannot be told is remembered."""
    try:
        found = lineage_of(sql, dialect=dialect, schema=schema)
    except (ExtraMissing, InvalidStatement) as error:
        warn("the lineage of a SQL statement cannot be told", error)
        run.trouble("sql", error)
        return
    for table in found.inputs:
        run.add_input(_table(namespace, table, schema))
    outputs = [DatasetInfo(namespace=namespace, name=name) for name in found.outputs]
    if output is not None:
        outputs.append(dataset_info(output))
    for info in outputs:
        run.add_output(info, *_columns(found, namespace))


def lineage_facet(found: SqlLineage, namespace: str) -> Facet:
    """Return the column lineage of a statement as a facet of what it writes."""
    columns = {
        column: [_field(each, namespace) for each in inputs]
        for column, inputs in found.columns.items()
    }
    return make.column_lineage(
        columns, dataset=[_field(each, namespace) for each in found.indirect]
    )


def _columns(found: SqlLineage, namespace: str) -> list[Facet]:
    return [lineage_facet(found, namespace)] if found.columns or found.indirect else []


def _table(namespace: str, table: str, schema: Mapping[str, Mapping[str, str]]) -> DatasetInfo:
    return DatasetInfo(namespace=namespace, name=table, schema=schema.get(table))


def _field(column: InputColumn, namespace: str) -> InputField:
    how = Transformation(type=column.type, subtype=column.subtype, masking=column.masking)
    return InputField(
        namespace=namespace, dataset=column.table, column=column.column, transformations=(how,)
    )
