"""Answers in the shapes of Marquez: explicit nulls, arrays always arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

import msgspec

from headwater.api.marquez.arguments import arguments_of
from headwater.api.marquez.full_names import FullName
from headwater.api.marquez.route import facets_json
from headwater.lineage.reading.jobs import location_of
from headwater.lineage.reading.versions import dataset_version
from headwater.model.json import JsonObject
from headwater.model.lineage import (
    Dataset,
    DatasetVersion,
    DatasetVersionName,
    Facets,
    Job,
    JobVersion,
    Moment,
    Name,
    Namespace,
    Note,
    Run,
    Source,
)
from headwater.query.lineage.descriptions import description_of, tags_of
from headwater.query.lineage.schemas import fields_of, said_by, text_of

FullNames = Mapping[int, FullName]
Sides = tuple[tuple[Name, ...], tuple[Name, ...]]
"""What a job reads, and what it writes."""

DATASET_FACET: Final = "marquez_dataset"
JOB_FACET: Final = "marquez_job"
"""Facets that keep what Marquez's PUT and POST say and OpenLineage has no place for."""


def name_json(name: Name) -> JsonObject:
    """Return {namespace, name}."""
    return {"namespace": name.namespace, "name": name.name}


def namespace_json(namespace: Namespace) -> JsonObject:
    """Return a Namespace."""
    return {
        "name": namespace.name,
        "createdAt": namespace.created_at.to_text(),
        "updatedAt": namespace.updated_at.to_text(),
        "ownerName": namespace.owner or "anonymous",
        "description": namespace.description,
        "isHidden": namespace.is_hidden,
    }


def source_json(source: Source) -> JsonObject:
    """Return a Source; its type is always POSTGRESQL, as Marquez makes it of events."""
    return {
        "type": source.type or "POSTGRESQL",
        "name": source.name,
        "createdAt": source.created_at.to_text(),
        "updatedAt": source.updated_at.to_text(),
        "connectionUrl": source.connection_url,
        "description": source.description,
    }


def run_json(run: Run, full: FullNames) -> JsonObject:
    """Return a Run with the state that its own events give it."""
    version = None
    if run.job_version is not None:
        name = full[run.job_key]
        version = {"namespace": name.namespace, "name": name.name, "version": run.job_version}
    nominal = said_by(run.facets, "nominalTime")
    return {
        "id": run.id,
        "createdAt": run.created_at.to_text(),
        "updatedAt": run.updated_at.to_text(),
        "nominalStartTime": nominal.get("nominalStartTime"),
        "nominalEndTime": nominal.get("nominalEndTime"),
        "state": run.own_state,
        "startedAt": _time(run.started_at),
        "endedAt": _time(run.ended_at),
        "durationMs": run.duration_milliseconds,
        "args": arguments_of(run.facets),
        "jobVersion": version,
        "inputDatasetVersions": [_use_json(use) for use in run.inputs],
        "outputDatasetVersions": [_use_json(use) for use in run.outputs],
        "facets": facets_json(run.facets),
    }


def _use_json(use: DatasetVersionName) -> JsonObject:
    name = use.dataset
    version = {"namespace": name.namespace, "name": name.name, "version": use.version}
    return {"datasetVersionId": version, "facets": facets_json(use.facets)}


def job_json(job: Job, latest: Sequence[msgspec.Raw], full: FullNames) -> JsonObject:
    """Return a Job with its latest runs as JSON, the newest first."""
    name = full[job.key]
    return {
        **_job_head(job, name),
        "inputs": [name_json(dataset) for dataset in job.inputs],
        "outputs": [name_json(dataset) for dataset in job.outputs],
        "location": location_of(job.facets),
        "description": description_of(job.facets, job.notes),
        "latestRun": latest[0] if latest else None,
        "latestRuns": latest,
        "facets": facets_json(job.facets),
        "currentVersion": job.version,
        "labels": _labels(job.facets),
        "tags": tags_of(job.facets, job.notes),
    }


def job_node_json(
    job: Job,
    name: FullName,
    *,
    sides: Sides,
    run_id: str | None,
    run: msgspec.Raw | None,
) -> JsonObject:
    """Return the data of a job in the lineage graph, with its latest run as JSON."""
    head = _job_head(job, name)
    inputs, outputs = sides
    created = head.pop("createdAt")
    updated = head.pop("updatedAt")
    namespace = head.pop("namespace")
    return {
        **head,
        "currentRunUuid": run_id,
        "createdAt": created,
        "updatedAt": updated,
        "namespace": namespace,
        "inputs": [name_json(dataset) for dataset in inputs],
        "outputs": [name_json(dataset) for dataset in outputs],
        "location": location_of(job.facets),
        "description": description_of(job.facets, job.notes),
        "latestRun": run,
    }


def _job_head(job: Job, name: FullName) -> JsonObject:
    return {
        "id": {"namespace": name.namespace, "name": name.name},
        "type": job_type(job.facets),
        "name": name.name,
        "simpleName": name.simple,
        "parentJobName": name.parent,
        "parentJobUuid": parent_id(name),
        "createdAt": job.created_at.to_text(),
        "updatedAt": job.updated_at.to_text(),
        "namespace": name.namespace,
    }


def parent_id(name: FullName) -> str | None:
    """Return the id of a job's parent, None where it has none."""
    return None if name.parent is None else dataset_version(Name(name.namespace, name.parent), None)


def job_version_json(version: JobVersion, name: FullName, full: FullNames) -> JsonObject:
    """Return a JobVersion."""
    run = version.latest_run
    return {
        "id": {"namespace": name.namespace, "name": name.name, "version": version.version},
        "name": name.name,
        "createdAt": version.created_at.to_text(),
        "version": version.version,
        "namespace": name.namespace,
        "location": version.location,
        "inputs": [name_json(dataset) for dataset in version.inputs],
        "outputs": [name_json(dataset) for dataset in version.outputs],
        "latestRun": None if run is None else run_json(run, full),
    }


def dataset_json(dataset: Dataset) -> JsonObject:
    """Return a Dataset."""
    lifecycle = lifecycle_of(dataset.last_write_facets)
    return {
        **dataset_node_json(dataset),
        "currentVersion": dataset.version,
        "columnLineage": _column_lineage(dataset.facets),
        "facets": facets_json(dataset.facets),
        "deleted": lifecycle == "DROP",
        **_schema_location(dataset.facets),
    }


def dataset_node_json(dataset: Dataset) -> JsonObject:
    """Return the data of a dataset in the lineage graph."""
    return {
        "id": name_json(dataset.name),
        "type": text_of(dataset.facets, DATASET_FACET, "type") or "DB_TABLE",
        "name": dataset.name.name,
        "physicalName": _physical_name(dataset.facets, dataset.name),
        "createdAt": dataset.created_at.to_text(),
        "updatedAt": dataset.updated_at.to_text(),
        "namespace": dataset.name.namespace,
        "sourceName": text_of(dataset.facets, "dataSource", "name") or "default",
        "fields": fields_json(dataset.facets, dataset.notes),
        "tags": tags_of(dataset.facets, dataset.notes),
        "lastModifiedAt": None,
        "lastLifecycleState": lifecycle_of(dataset.last_write_facets),
        "description": description_of(dataset.facets, dataset.notes),
    }


def dataset_version_json(version: DatasetVersion, full: FullNames) -> JsonObject:
    """Return a DatasetVersion."""
    run = version.created_by
    return {
        "id": name_json(version.dataset),
        "type": text_of(version.facets, DATASET_FACET, "type") or "DB_TABLE",
        "name": version.dataset.name,
        "physicalName": _physical_name(version.facets, version.dataset),
        "createdAt": version.created_at.to_text(),
        "version": version.version,
        "namespace": version.dataset.namespace,
        "sourceName": text_of(version.facets, "dataSource", "name") or "default",
        "fields": fields_json(version.facets, version.notes),
        "tags": tags_of(version.facets, version.notes),
        "lifecycleState": lifecycle_of(version.facets),
        "description": description_of(version.facets, version.notes),
        "currentSchemaVersion": schema_version(version.dataset, version.facets),
        "createdByRun": None if run is None else run_json(run, full),
        "facets": facets_json(version.facets),
        **_schema_location(version.facets),
    }


def schema_version(dataset: Name, facets: Facets) -> str | None:
    """Return the id of a schema by Marquez's algorithm, None where no schema is known."""
    fields = {(field.name, field.type) for field in fields_of(facets)}
    if not fields:
        return None
    ordered = sorted(fields, key=lambda field: (field[0], field[1] is not None, field[1] or ""))
    joined = ":".join(":".join(part for part in field if part is not None) for field in ordered)
    return dataset_version(Name(dataset.namespace, f"{dataset.name}:{joined}"), None)


def fields_json(facets: Facets, notes: Sequence[Note]) -> list[JsonObject]:
    """Return the fields of a schema, with the tags and descriptions that count."""
    if not notes and "tags" not in facets and "schema" in facets:
        return list(_untagged_fields(facets["schema"]))
    return [
        {
            "name": field.name,
            "type": field.type,
            "tags": tags_of(facets, notes, column=field.name),
            "description": description_of(facets, notes, column=field.name, said=field.description),
        }
        for field in fields_of(facets)
    ]


@lru_cache(maxsize=1_024)
def _untagged_fields(schema: bytes) -> tuple[JsonObject, ...]:
    """Return the fields of one facet body, which many datasets and versions share."""
    return tuple(
        {
            "name": field.name,
            "type": field.type,
            "tags": [],
            "description": field.description,
        }
        for field in fields_of({"schema": schema})
    )


def _column_lineage(facets: Facets) -> list[JsonObject] | None:
    fields = said_by(facets, "columnLineage").get("fields")
    if not isinstance(fields, dict) or not fields:
        return None
    return [_column_json(name, said) for name, said in fields.items() if isinstance(said, dict)]


def _column_json(name: str, said: JsonObject) -> JsonObject:
    how = transformation_json(said)
    inputs = said.get("inputFields")
    return {
        "name": name,
        "inputFields": [
            {
                "namespace": item.get("namespace"),
                "dataset": item.get("name"),
                "field": item.get("field"),
                **how,
            }
            for item in (inputs if isinstance(inputs, list) else ())
            if isinstance(item, dict)
        ],
        **how,
    }


def transformation_json(said: JsonObject) -> JsonObject:
    """Return how a column was made, from the members that Marquez knows."""
    return {
        "transformationDescription": said.get("transformationDescription"),
        "transformationType": said.get("transformationType"),
    }


def job_type(facets: Facets) -> str:
    """Return the type of a job: STREAM or BATCH, unless a person declared another."""
    processing = text_of(facets, "jobType", "processingType")
    if processing is None:
        return text_of(facets, JOB_FACET, "type") or "BATCH"
    return "STREAM" if processing.upper() == "STREAMING" else "BATCH"


def _physical_name(facets: Facets, name: Name) -> str:
    return text_of(facets, DATASET_FACET, "physicalName") or name.name


def _schema_location(facets: Facets) -> JsonObject:
    """Return where the schema of a stream is; only streams have the member."""
    said = said_by(facets, DATASET_FACET)
    return {"schemaLocation": said.get("schemaLocation")} if said.get("type") == "STREAM" else {}


def _labels(facets: Facets) -> list[str]:
    said = (text_of(facets, "jobType", member) for member in ("jobType", "integration"))
    return [label for label in said if label]


def lifecycle_of(facets: Facets) -> str:
    """Return how a write changed a dataset, empty where it does not say so."""
    return text_of(facets, "lifecycleStateChange", "lifecycleStateChange") or ""


def _time(moment: Moment | None) -> str | None:
    return None if moment is None else moment.to_text()
