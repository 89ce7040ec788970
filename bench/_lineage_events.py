"""OpenLineage events as a Spark platform sends them: about 5.4 KB, shared schemas, columns."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

PRODUCER: Final = "https://github.com/OpenLineage/OpenLineage/tree/1.54.0/integration/spark"
SPEC: Final = "https://openlineage.io/spec"
COLUMNS: Final = 12
START: Final = datetime(2026, 1, 1, tzinfo=UTC)


def events(runs: int, *, jobs: int = 1000) -> Iterator[bytes]:
    """Yield START and COMPLETE of each run; `jobs` jobs read and write twice as many tables."""
    for number in range(runs):
        job = number % jobs
        inputs = [(job * 3 + n) % (jobs * 2) for n in range(2)]
        begun = START + timedelta(seconds=number)
        run = {"runId": str(uuid.UUID(int=number, version=4)), "facets": _run_facets()}
        event: dict[str, Any] = {
            "eventType": "START",
            "eventTime": begun.isoformat(),
            "producer": PRODUCER,
            "schemaURL": f"{SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent",
            "run": run,
            "job": {"namespace": "spark", "name": f"job_{job}", "facets": _job_facets()},
            "inputs": [_dataset(n) for n in inputs],
            "outputs": [],
        }
        yield json.dumps(event).encode()
        event["eventType"] = "COMPLETE"
        event["eventTime"] = (begun + timedelta(seconds=30)).isoformat()
        event["outputs"] = [_dataset((job * 7 + 1) % (jobs * 2), made_of=inputs)]
        yield json.dumps(event).encode()


def _facet(schema: str, **members: Any) -> dict[str, Any]:
    return {"_producer": PRODUCER, "_schemaURL": f"{SPEC}/facets/{schema}.json", **members}


def _run_facets() -> dict[str, Any]:
    return {"processing_engine": _facet("1-1-1/ProcessingEngineRunFacet", version="3.5.6")}


def _job_facets() -> dict[str, Any]:
    facet = _facet("2-0-3/JobTypeJobFacet", processingType="BATCH", integration="SPARK")
    return {"jobType": facet}


def _dataset(number: int, *, made_of: list[int] | None = None) -> dict[str, Any]:
    fields = [
        {"name": f"column_{n}", "type": "string" if n % 2 else "long"} for n in range(COLUMNS)
    ]
    facets = {
        "schema": _facet("1-2-0/SchemaDatasetFacet", fields=fields),
        "dataSource": _facet("1-0-1/DatasourceDatasetFacet", name="s3://lake", uri="s3://lake"),
    }
    if made_of is not None:
        facets["columnLineage"] = _facet(
            "1-2-0/ColumnLineageDatasetFacet",
            fields={f"column_{n}": {"inputFields": _sources(made_of, n)} for n in range(COLUMNS)},
        )
    return {"namespace": "s3://lake", "name": f"processed/table_{number}", "facets": facets}


def _sources(tables: list[int], column: int) -> list[dict[str, Any]]:
    identity = {"type": "DIRECT", "subtype": "IDENTITY", "description": "", "masking": False}
    return [
        {
            "namespace": "s3://lake",
            "name": f"processed/table_{table}",
            "field": f"column_{column}",
            "transformations": [identity],
        }
        for table in tables
    ]
