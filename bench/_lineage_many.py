"""Many jobs and many runs, written through the store in batches."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final

from headwater.lineage.contract import Arrival
from headwater.lineage.log import SqlLineage
from headwater.model.principal import LOCAL

NAMESPACES: Final = 10
FAILS_ONE_IN: Final = 50
SIBLINGS: Final = 10
"""Every such run is the parent of those that follow it."""

_START: Final = datetime(2026, 3, 1, tzinfo=UTC)
_NOW: Final = datetime(2026, 11, 21, tzinfo=UTC)
_BATCH: Final = 2_000
_WORDS: Final = ("tide", "berth", "crane", "cargo", "customs", "pilot", "tug", "yard")


def fill(log: SqlLineage, *, jobs: int, runs: int) -> None:
    """Write `runs` runs of `jobs` jobs, one COMPLETE or FAIL each."""
    bodies_of_all = events(jobs, runs)
    while bodies := list(islice(bodies_of_all, _BATCH)):
        log.apply([Arrival(body=b, principal=LOCAL, received_at=_NOW) for b in bodies])


def job_name(number: int) -> str:
    """Return the name of a job; its namespace is `namespace_of(number)`."""
    return f"{_WORDS[number % len(_WORDS)]}_{number // len(_WORDS)}.load"


def namespace_of(number: int) -> str:
    """Return the namespace of a job."""
    return f"harbour-{number % NAMESPACES}"


def run_id(number: int) -> str:
    """Return the id of a run."""
    return f"00000000-0000-4000-8000-{number:012d}"


def events(jobs: int, runs: int, *, start: datetime = _START) -> Iterator[bytes]:
    """Yield the body of an event for each run, ten seconds after the one before."""
    schema = {"fields": [{"name": f"c{n}", "type": "BIGINT"} for n in range(6)]}
    for number in range(runs):
        job = number % jobs
        name = {"namespace": namespace_of(job), "name": job_name(job)}
        facets: dict[str, Any] = {"processing_engine": {"name": "spark", "version": "3.5.6"}}
        if number % SIBLINGS:
            above = number - number % SIBLINGS
            parent = {"namespace": namespace_of(above % jobs), "name": job_name(above % jobs)}
            facets["parent"] = {"run": {"runId": run_id(above)}, "job": parent}
        failed = number % FAILS_ONE_IN == FAILS_ONE_IN - 1
        if failed:
            facets["errorMessage"] = {"message": "no tide", "programmingLanguage": "PYTHON"}
        event = {
            "eventType": "FAIL" if failed else "COMPLETE",
            "eventTime": (start + timedelta(seconds=number * 10)).isoformat(),
            "producer": "urn:bench",
            "run": {"runId": run_id(number), "facets": facets},
            "job": {**name, "facets": {"documentation": {"description": f"loads {job % 97}"}}},
            "inputs": [{"namespace": "s3://lake", "name": f"raw/{job // 7}"}],
            "outputs": [
                {"namespace": "s3://lake", "name": f"clean/{job}", "facets": {"schema": schema}}
            ],
        }
        yield json.dumps(event).encode()
