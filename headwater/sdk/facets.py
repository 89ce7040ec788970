"""The standard OpenLineage facets that pipelines need, each made by a function of its key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from headwater.sdk.errors import InvalidEvent
from headwater.sdk.times import format_time

Place = Literal["run", "job", "dataset", "input", "output"]
"""What a facet hangs on; some keys mean another schema in another place."""

_SPEC: Final = "https://openlineage.io/spec/facets/"
_PUBLISHED: Final[Mapping[tuple[Place, str], str]] = {
    ("run", "environmentVariables"): "1-0-0/EnvironmentVariablesRunFacet",
    ("run", "errorMessage"): "1-0-1/ErrorMessageRunFacet",
    ("run", "executionParameters"): "1-0-0/ExecutionParametersRunFacet",
    ("run", "extractionError"): "1-1-2/ExtractionErrorRunFacet",
    ("run", "nominalTime"): "1-0-1/NominalTimeRunFacet",
    ("run", "parent"): "1-2-0/ParentRunFacet",
    ("run", "processing_engine"): "1-1-1/ProcessingEngineRunFacet",
    ("run", "tags"): "1-0-0/TagsRunFacet",
    ("job", "documentation"): "1-1-0/DocumentationJobFacet",
    ("job", "jobType"): "2-0-4/JobTypeJobFacet",
    ("job", "ownership"): "1-0-1/OwnershipJobFacet",
    ("job", "sourceCode"): "1-0-1/SourceCodeJobFacet",
    ("job", "sourceCodeLocation"): "1-1-0/SourceCodeLocationJobFacet",
    ("job", "sql"): "1-1-0/SQLJobFacet",
    ("job", "tags"): "1-0-0/TagsJobFacet",
    ("dataset", "columnLineage"): "1-2-0/ColumnLineageDatasetFacet",
    ("dataset", "dataQualityAssertions"): "1-1-0/DataQualityAssertionsDatasetFacet",
    ("dataset", "dataQualityMetrics"): "1-0-1/DataQualityMetricsDatasetFacet",
    ("dataset", "dataSource"): "1-0-1/DatasourceDatasetFacet",
    ("dataset", "documentation"): "1-1-0/DocumentationDatasetFacet",
    ("dataset", "lifecycleStateChange"): "1-0-1/LifecycleStateChangeDatasetFacet",
    ("dataset", "ownership"): "1-0-1/OwnershipDatasetFacet",
    ("dataset", "schema"): "1-2-0/SchemaDatasetFacet",
    ("dataset", "symlinks"): "1-0-1/SymlinksDatasetFacet",
    ("dataset", "tags"): "1-0-0/TagsDatasetFacet",
    ("dataset", "version"): "1-0-1/DatasetVersionDatasetFacet",
    ("input", "dataQualityAssertions"): "1-1-0/DataQualityAssertionsDatasetFacet",
    ("input", "dataQualityMetrics"): "1-0-3/DataQualityMetricsInputDatasetFacet",
    ("input", "inputStatistics"): "1-0-0/InputStatisticsInputDatasetFacet",
    ("output", "outputStatistics"): "1-0-2/OutputStatisticsOutputDatasetFacet",
}


@dataclass(frozen=True, slots=True)
class Facet:
    """A facet: its key, its members, and for one of your own the URL of its schema."""

    key: str
    body: Mapping[str, Any]
    schema_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaField:
    """A column in a schema facet; `fields` are those of a struct."""

    name: str
    type: str | None = None
    description: str | None = None
    fields: tuple[SchemaField, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Transformation:
    """How an input column acts on an output column, in OpenLineage's words."""

    type: Literal["DIRECT", "INDIRECT"]
    subtype: str
    masking: bool = False
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InputField:
    """A column that an output, or the rows of it, depend on."""

    namespace: str
    dataset: str
    column: str
    transformations: tuple[Transformation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """The outcome of one check on a dataset; `expected` and `actual` are for people."""

    assertion: str
    success: bool
    column: str | None = None
    severity: Literal["error", "warn"] | None = None
    name: str | None = None
    expected: str | None = None
    actual: str | None = None


def schema_url(facet: Facet, place: Place) -> str:
    """Return the published schema of `facet` in `place`, or the facet's own."""
    if facet.schema_url is not None:
        return facet.schema_url
    published = _PUBLISHED.get((place, facet.key))
    if published is None:
        raise InvalidEvent(
            f"OpenLineage has no facet {facet.key!r} on {place} entities that is known here",
            hint="hang it elsewhere, or give a facet of your own its schema_url",
        )
    return f"{_SPEC}{published}.json#/$defs/{published.rpartition('/')[2]}"


def is_known(facet: Facet, place: Place) -> bool:
    """Tell whether the standard has the facet in that place."""
    return (place, facet.key) in _PUBLISHED


def schema(fields: Iterable[SchemaField]) -> Facet:
    """Return the columns of a dataset, in order."""
    return Facet("schema", {"fields": [_schema_field(field) for field in fields]})


def data_source(*, name: str, uri: str) -> Facet:
    """Return where a dataset is stored."""
    return Facet("dataSource", {"name": name, "uri": uri})


def symlinks(identifiers: Iterable[tuple[str, str, Literal["TABLE", "LOCATION"]]]) -> Facet:
    """Return the other identities of a dataset: (namespace, name, type) each."""
    return Facet(
        "symlinks",
        {
            "identifiers": [
                {"namespace": namespace, "name": name, "type": kind}
                for namespace, name, kind in identifiers
            ]
        },
    )


def version(dataset_version: str) -> Facet:
    """Return the version of a dataset, for instance a snapshot id."""
    return Facet("version", {"datasetVersion": dataset_version})


def column_lineage(
    fields: Mapping[str, Sequence[InputField]], *, dataset: Sequence[InputField] = ()
) -> Facet:
    """Return the inputs of each output column; `dataset` are those that shape all rows."""
    body: dict[str, Any] = {
        "fields": {
            column: {"inputFields": [_input_field(field) for field in inputs]}
            for column, inputs in fields.items()
        }
    }
    if dataset:
        body["dataset"] = [_input_field(field) for field in dataset]
    return Facet("columnLineage", body)


def input_statistics(
    *, row_count: int | None = None, size: int | None = None, file_count: int | None = None
) -> Facet:
    """Return how much a run read of a dataset; `size` is in bytes."""
    return Facet("inputStatistics", _given(rowCount=row_count, size=size, fileCount=file_count))


def output_statistics(
    *, row_count: int | None = None, size: int | None = None, file_count: int | None = None
) -> Facet:
    """Return how much a run wrote of a dataset; `size` is in bytes."""
    return Facet("outputStatistics", _given(rowCount=row_count, size=size, fileCount=file_count))


def data_quality_metrics(
    columns: Mapping[str, Mapping[str, Any]],
    *,
    row_count: int | None = None,
    size_bytes: int | None = None,
    file_count: int | None = None,
) -> Facet:
    """Return counts and extremes per column: nullCount, distinctCount, sum, count, min, max."""
    body = _given(rowCount=row_count, bytes=size_bytes, fileCount=file_count)
    metrics = {column: dict(values) for column, values in columns.items()}
    return Facet("dataQualityMetrics", {**body, "columnMetrics": metrics})


def data_quality_assertions(assertions: Iterable[Assertion]) -> Facet:
    """Return the outcomes of checks on a dataset."""
    return Facet(
        "dataQualityAssertions",
        {
            "assertions": [
                _given(
                    assertion=each.assertion,
                    success=each.success,
                    column=each.column,
                    severity=each.severity,
                    name=each.name,
                    expected=each.expected,
                    actual=each.actual,
                )
                for each in assertions
            ]
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOf:
    """A run together with its job, as parents are named."""

    run_id: str
    job_namespace: str
    job_name: str


def parent(parent: RunOf, *, root: RunOf | None = None) -> Facet:
    """Return which run started this one, and which one is at the top."""
    body = _run_of(parent)
    if root is not None:
        body["root"] = _run_of(root)
    return Facet("parent", body)


def error_message(
    message: str, *, programming_language: str = "python", stack_trace: str | None = None
) -> Facet:
    """Return why a run failed."""
    body = _given(stackTrace=stack_trace)
    return Facet(
        "errorMessage", {"message": message, "programmingLanguage": programming_language, **body}
    )


def processing_engine(
    version: str, *, name: str | None = None, adapter_version: str | None = None
) -> Facet:
    """Return which engine did the work."""
    body = _given(name=name, openlineageAdapterVersion=adapter_version)
    return Facet("processing_engine", {"version": version, **body})


def nominal_time(start: datetime, end: datetime | None = None) -> Facet:
    """Return the time that a run stands for, which need not be when it ran."""
    body = {"nominalStartTime": format_time(start)}
    return Facet(
        "nominalTime", body if end is None else {**body, "nominalEndTime": format_time(end)}
    )


def environment_variables(values: Mapping[str, str]) -> Facet:
    """Return variables that a run was started with."""
    listed = [{"name": name, "value": value} for name, value in values.items()]
    return Facet("environmentVariables", {"environmentVariables": listed})


def execution_parameters(values: Mapping[str, str]) -> Facet:
    """Return what a run was called with, as text."""
    listed = [{"key": key, "name": key, "value": value} for key, value in values.items()]
    return Facet("executionParameters", {"parameters": listed})


def extraction_error(errors: Sequence[tuple[str, str]], *, total: int) -> Facet:
    """Return which of `total` parts of the lineage could not be found: (part, reason) each."""
    listed = [
        {"task": task, "errorMessage": reason, "taskNumber": number}
        for number, (task, reason) in enumerate(errors)
    ]
    return Facet(
        "extractionError", {"totalTasks": total, "failedTasks": len(listed), "errors": listed}
    )


def source_code_location(
    *,
    kind: str,
    url: str,
    repository: str | None = None,
    path: str | None = None,
    version: str | None = None,
    tag: str | None = None,
    branch: str | None = None,
) -> Facet:
    """Return where the code of a job is kept; `kind` is for instance git."""
    body = _given(repoUrl=repository, path=path, version=version, tag=tag, branch=branch)
    return Facet("sourceCodeLocation", {"type": kind, "url": url, **body})


def source_code(language: str, code: str) -> Facet:
    """Return the code of a job itself."""
    return Facet("sourceCode", {"language": language, "sourceCode": code})


def sql(query: str, *, dialect: str | None = None) -> Facet:
    """Return the SQL that a job runs."""
    return Facet("sql", {"query": query, **_given(dialect=dialect)})


def documentation(description: str, *, content_type: str | None = None) -> Facet:
    """Return a description of a job or a dataset."""
    return Facet("documentation", {"description": description, **_given(contentType=content_type)})


def job_type(
    *,
    integration: str,
    kind: str | None = None,
    processing: Literal["BATCH", "STREAMING", "SERVICE"] = "BATCH",
) -> Facet:
    """Return what sort of job it is, for instance kind JOB of integration HEADWATER."""
    body = {"processingType": processing, "integration": integration, **_given(jobType=kind)}
    return Facet("jobType", body)


def ownership(owners: Iterable[tuple[str, str | None]]) -> Facet:
    """Return who answers for a job or a dataset: (name, type) each."""
    return Facet(
        "ownership", {"owners": [{"name": name, **_given(type=kind)} for name, kind in owners]}
    )


def tags(values: Iterable[tuple[str, str]], *, source: str | None = None) -> Facet:
    """Return tags of a run, a job or a dataset: (key, value) each."""
    return Facet(
        "tags",
        {"tags": [{"key": key, "value": value, **_given(source=source)} for key, value in values]},
    )


def lifecycle_state_change(
    change: Literal["ALTER", "CREATE", "DROP", "OVERWRITE", "RENAME", "TRUNCATE"],
    *,
    previous: tuple[str, str] | None = None,
) -> Facet:
    """Return what befell a dataset as a whole; `previous` is its (namespace, name) before."""
    body: dict[str, Any] = {"lifecycleStateChange": change}
    if previous is not None:
        body["previousIdentifier"] = {"namespace": previous[0], "name": previous[1]}
    return Facet("lifecycleStateChange", body)


def _given(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _schema_field(field: SchemaField) -> dict[str, Any]:
    body = {"name": field.name, **_given(type=field.type, description=field.description)}
    if field.fields:
        body["fields"] = [_schema_field(inner) for inner in field.fields]
    return body


def _input_field(field: InputField) -> dict[str, Any]:
    body: dict[str, Any] = {
        "namespace": field.namespace,
        "name": field.dataset,
        "field": field.column,
    }
    if field.transformations:
        body["transformations"] = [
            {
                "type": each.type,
                "subtype": each.subtype,
                "masking": each.masking,
                **_given(description=each.description),
            }
            for each in field.transformations
        ]
    return body


def _run_of(run: RunOf) -> dict[str, Any]:
    return {
        "run": {"runId": run.run_id},
        "job": {"namespace": run.job_namespace, "name": run.job_name},
    }
