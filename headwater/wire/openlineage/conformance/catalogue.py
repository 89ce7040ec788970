"""The published schemas by the place and the name of a facet, compiled when first asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, Literal

from headwater.wire.openlineage.conformance.findings import Finding, Severity, pointer

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator, ValidationError

Place = Literal["run", "job", "dataset", "input", "output"]

_FACETS: Final[dict[Place, dict[str, str]]] = {
    "run": {
        "nominalTime": "nominal_time_run.NominalTimeRunFacet",
        "parent": "parent_run.ParentRunFacet",
        "errorMessage": "error_message_run.ErrorMessageRunFacet",
        "externalQuery": "external_query_run.ExternalQueryRunFacet",
        "extractionError": "extraction_error_run.ExtractionErrorRunFacet",
        "processing_engine": "processing_engine_run.ProcessingEngineRunFacet",
        "environmentVariables": "environment_variables_run.EnvironmentVariablesRunFacet",
        "tags": "tags_run.TagsRunFacet",
        "executionParameters": "execution_parameters_run.ExecutionParametersRunFacet",
        "jobDependencies": "job_dependencies_run.JobDependenciesRunFacet",
        "test": "test_run.TestRunFacet",
    },
    "job": {
        "sql": "sql_job.SQLJobFacet",
        "sourceCode": "source_code_job.SourceCodeJobFacet",
        "sourceCodeLocation": "source_code_location_job.SourceCodeLocationJobFacet",
        "documentation": "documentation_job.DocumentationJobFacet",
        "ownership": "ownership_job.OwnershipJobFacet",
        "jobType": "job_type_job.JobTypeJobFacet",
        "tags": "tags_job.TagsJobFacet",
        "lineage": "lineage.LineageJobFacet",
    },
    "dataset": {
        "documentation": "documentation_dataset.DocumentationDatasetFacet",
        "ownership": "ownership_dataset.OwnershipDatasetFacet",
        "tags": "tags_dataset.TagsDatasetFacet",
        "lineage": "lineage.LineageDatasetFacet",
        "schema": "schema_dataset.SchemaDatasetFacet",
        "dataSource": "datasource_dataset.DatasourceDatasetFacet",
        "version": "dataset_version_dataset.DatasetVersionDatasetFacet",
        "storage": "storage_dataset.StorageDatasetFacet",
        "symlinks": "symlinks_dataset.SymlinksDatasetFacet",
        "columnLineage": "column_lineage_dataset.ColumnLineageDatasetFacet",
        "lifecycleStateChange": ("lifecycle_state_change_dataset.LifecycleStateChangeDatasetFacet"),
        "datasetType": "dataset_type_dataset.DatasetTypeDatasetFacet",
        "catalog": "catalog_dataset.CatalogDatasetFacet",
        "hierarchy": "hierarchy_dataset.HierarchyDatasetFacet",
        "dataQualityMetrics": "data_quality_metrics_dataset.DataQualityMetricsDatasetFacet",
        # The core schema lists it here; up to 1-1-0 its own schema says input, from 1-2-0 dataset.
        "dataQualityAssertions": (
            "data_quality_assertions_dataset.DataQualityAssertionsDatasetFacet"
        ),
    },
    "input": {
        "dataQualityMetrics": (
            "data_quality_metrics_input_dataset.DataQualityMetricsInputDatasetFacet"
        ),
        "dataQualityAssertions": (
            "data_quality_assertions_dataset.DataQualityAssertionsDatasetFacet"
        ),
        "inputStatistics": "input_statistics_input_dataset.InputStatisticsInputDatasetFacet",
        "subset": "base_subset_dataset.InputSubsetInputDatasetFacet",
    },
    "output": {
        "outputStatistics": "output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet",
        "subset": "base_subset_dataset.OutputSubsetOutputDatasetFacet",
    },
}
_OF_PLACE: Final[dict[Place, str]] = {
    "run": "RunFacet",
    "job": "JobFacet",
    "dataset": "DatasetFacet",
    "input": "InputDatasetFacet",
    "output": "OutputDatasetFacet",
}
_VERSION: Final = re.compile(r"/(\d+)-(\d+)-(\d+)/([A-Za-z]+)\.json")
_RULES: Final = {
    "required": "missing-field",
    "type": "wrong-type",
    "format": "wrong-format",
    "enum": "not-in-list",
    "minimum": "out-of-range",
}


def definition_of(place: Place, name: str) -> str | None:
    """Return the definition of a standard facet at its place, None for an own facet."""
    return _FACETS[place].get(name)


def places_of(name: str) -> list[Place]:
    """Return where a standard facet of this name belongs."""
    return [place for place, known in _FACETS.items() if name in known]


def base_of(place: Place) -> str:
    """Return the definition that every facet at a place follows."""
    return _OF_PLACE[place]


def facet_names() -> Iterator[tuple[Place, str, str]]:
    """Yield the place, the name and the published URL of every standard facet."""
    for place, known in _FACETS.items():
        for name, definition in known.items():
            yield place, name, url_of(definition)


def url_of(definition: str) -> str:
    """Return the published URL of a definition."""
    return str(_definitions()[definition]["x-url"])


def version_in(url: object) -> tuple[tuple[int, int, int], str] | None:
    """Return the version and the name of the schema in a URL, None where it has no such form."""
    found = _VERSION.search(url) if isinstance(url, str) else None
    if found is None:
        return None
    model, revision, addition = (int(part) for part in found.groups()[:3])
    return (model, revision, addition), found[4]


def schema_findings(
    definition: str, value: object, *, at: tuple[str, ...], pattern: tuple[str, ...]
) -> Iterator[Finding]:
    """Yield where a value breaks a definition; `at` and `pattern` are the path to the value."""
    for error in _leaves(_validator(definition).iter_errors(value)):
        tokens, shape = _where(error)
        yield Finding(
            path=pointer((*at, *tokens)),
            pattern=pointer((*pattern, *shape)),
            rule=_RULES.get(error.kind.name, error.kind.name),
            severity=_severity(error),
            message=_message(error),
        )


@cache
def _definitions() -> dict[str, dict[str, object]]:
    text = files(__package__).joinpath("schemas.json").read_text()
    found: dict[str, dict[str, object]] = json.loads(text)["$defs"]
    return found


@cache
def _validator(definition: str) -> Draft202012Validator:
    from jsonschema_rs import Draft202012Validator  # twenty milliseconds, for who asks for it

    schema = {"$ref": f"#/$defs/{definition}", "$defs": _definitions()}
    return Draft202012Validator(schema, validate_formats=True)


def _leaves(errors: Iterable[ValidationError]) -> Iterator[ValidationError]:
    """Yield errors; of a union the errors of the one form that `type` says is meant."""
    for error in errors:
        kind = error.kind.as_dict()
        forms = [form for form in kind.get("context", ()) if not _is_another(form)]
        if error.kind.name == "anyOf" and len(forms) == 1:
            yield from _leaves(forms[0])
        else:
            yield error


def _is_another(form: Iterable[ValidationError]) -> bool:
    return any(e.kind.name == "enum" and [*e.instance_path][-1:] == ["type"] for e in form)


def _where(error: ValidationError) -> tuple[list[str | int], list[str | int]]:
    """Return the path of an error, and the same with `*` for what the producer chose."""
    tokens = [*error.instance_path]
    if error.kind.name == "required":
        tokens.append(error.kind.as_dict()["property"])
    shape: list[str | int] = []
    is_name = False
    for step in error.evaluation_path:
        if is_name:
            shape.append(step)
            is_name = False
        elif step == "properties":
            is_name = True
        elif step in ("additionalProperties", "items"):
            shape.append("*")
    # What stands behind the last schema step is a field that is missing.
    return tokens, [*shape, *tokens[len(shape) :]]


def _severity(error: ValidationError) -> Severity:
    """Return how bad a broken schema is; many producers send names where URIs are due."""
    is_uri = error.kind.name == "format" and error.kind.as_dict()["format"] == "uri"
    return Severity.WARNING if is_uri else Severity.ERROR


def _message(error: ValidationError) -> str:
    said = error.kind.as_dict()
    match error.kind.name:
        case "required":
            return "is missing"
        case "type":
            return f"must be {' or '.join(said['types'])}, not {_type_of(error.instance)}"
        case "format":
            return f"is not a {said['format']}"
        case "enum":
            return f"is none of {', '.join(map(str, said['options']))}"
        case "minimum":
            return f"must be at least {said['limit']}"
        case "anyOf":
            return "has none of the forms that it may have"
        case name:
            return f"breaks {name}"


def _type_of(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"
