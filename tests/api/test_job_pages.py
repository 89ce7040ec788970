"""The lists and pages of jobs and runs that people look at."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from headwater.api.job_pages import job_pages_router
from headwater.api.lineage import lineage_router
from headwater.api.run_comparison import run_comparison_router
from headwater.lineage.contract import Applied, Arrival
from headwater.lineage.reading.view import LineageReads
from headwater.model.lineage import Name
from headwater.model.principal import LOCAL
from tests.api.conftest import Caller
from tests.lineage_stores import LineageBackend

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SQL = {"sql": {"query": "SELECT 1", "dialect": "duckdb"}}


class Server:
    """Our own API over one lineage store."""

    def __init__(self, backend: LineageBackend, calling: Callable[..., Caller]) -> None:
        self.log = backend.open()
        reads = LineageReads(self.log.engine)
        lake_jobs = frozenset({Name("lake", "refresh")})
        self.call = calling(
            lineage_router(reads),
            job_pages_router(reads, lake_jobs=lake_jobs),
            run_comparison_router(reads),
        )

    def post(self, *events: Any) -> None:
        arrivals = [
            Arrival(body=json.dumps(event).encode(), principal=LOCAL, received_at=NOW)
            for event in events
        ]
        for outcome in self.log.apply(arrivals):
            assert isinstance(outcome, Applied), outcome

    def get(self, path: str, **query: Any) -> Any:
        reply = self.call("GET", f"{path}?{urlencode(query)}")
        assert reply.status == 200, reply.body
        return json.loads(reply.body)


@pytest.fixture
def server(lineage_backend: LineageBackend, calling: Callable[..., Caller]) -> Server:
    return Server(lineage_backend, calling)


def run_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def event(
    type_: str,
    job: str,
    run: int,
    at: str,
    *,
    namespace: str = "lake",
    parent: tuple[str, int] | None = None,
    run_facets: dict[str, Any] | None = None,
    job_facets: dict[str, Any] | None = None,
    outputs: list[dict[str, Any]] | None = None,
    inputs: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    facets = dict(run_facets or {})
    if parent is not None:
        above, number = parent
        facets["parent"] = {
            "run": {"runId": run_id(number)},
            "job": {"namespace": namespace, "name": above},
        }
    return {
        "eventType": type_,
        "eventTime": f"2026-11-{at}Z",
        "producer": "urn:test",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": run_id(run), "facets": facets},
        "job": {"namespace": namespace, "name": job, "facets": job_facets or {}},
        "inputs": inputs or [],
        "outputs": outputs or [],
    }


def ran(job: str, run: int, day: int, *, ends: str = "COMPLETE", **more: Any) -> list[Any]:
    start = event("START", job, run, f"{day:02d}T08:00:00", **more)
    return [start, event(ends, job, run, f"{day:02d}T08:00:05", **more)]


def names(answer: Any) -> list[str]:
    return [job["name"] for job in answer["jobs"]]


def test_a_list_of_jobs_has_the_last_runs_of_each_the_newest_first(server: Server) -> None:
    server.post(*ran("daily", 1, 1), *ran("daily", 2, 2, ends="FAIL"), *ran("other", 3, 3))
    found = server.get("/api/v2/lineage/jobs")
    assert names(found) == ["other", "daily"]
    assert [(run["id"], run["state"]) for run in found["jobs"][1]["runs"]] == [
        (run_id(2), "FAILED"),
        (run_id(1), "COMPLETED"),
    ]
    assert found["jobs"][1]["runs"][0]["duration_ms"] == 5_000
    assert (found["total"], found["namespaces"], found["next"]) == (2, ["lake"], None)


def test_pages_of_jobs_follow_each_other_without_gap_or_repetition(server: Server) -> None:
    for number in range(7):  # all changed at the same time, so that names decide
        server.post(*ran(f"job {number}", number + 1, 1, namespace=f"ns {number % 2}"))
    seen: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = server.get("/api/v2/lineage/jobs", limit=3, **after)
        seen += names(page)
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert seen == [f"job {number}" for number in (0, 2, 4, 6, 1, 3, 5)]


def test_jobs_are_found_by_parts_of_their_names_and_their_namespace(server: Server) -> None:
    server.post(*ran("Load_Orders", 1, 1), *ran("loadXorders", 2, 1), *ran("x", 3, 1))
    server.post(*ran("load_orders", 4, 1, namespace="other"))
    assert names(server.get("/api/v2/lineage/jobs", words="orders load_")) == [
        "Load_Orders",
        "load_orders",
    ]
    assert names(server.get("/api/v2/lineage/jobs", words="load", namespace="other")) == [
        "load_orders"
    ]
    assert names(server.get("/api/v2/lineage/jobs", namespace="nobody")) == []


def test_jobs_are_found_by_the_state_of_their_last_run_and_of_its_children(
    server: Server,
) -> None:
    server.post(*ran("recovered", 1, 1, ends="FAIL"), *ran("recovered", 2, 2))
    server.post(*ran("whole", 3, 2), *ran("step", 4, 2, ends="FAIL", parent=("whole", 3)))
    server.post(event("START", "under way", 5, "02T08:00:00"))
    assert names(server.get("/api/v2/lineage/jobs", state="FAILED")) == ["step", "whole"]
    assert names(server.get("/api/v2/lineage/jobs", state="RUNNING")) == ["under way"]
    assert names(server.get("/api/v2/lineage/jobs", state="COMPLETED")) == ["recovered"]
    assert names(server.get("/api/v2/lineage/jobs", state="ABORTED")) == []


def test_a_cursor_that_no_page_gave_is_refused(server: Server) -> None:
    reply = server.call("GET", "/api/v2/lineage/jobs?after=nonsense")
    assert reply.status == 400
    assert b"is no cursor" in reply.body


def test_the_page_of_a_job_has_what_it_is_and_what_its_last_run_was_made_of(
    server: Server,
) -> None:
    facets = SQL | {
        "documentation": {"description": "Sums up."},
        "ownership": {"owners": [{"name": "team", "type": "OWNER"}]},
        "sourceCodeLocation": {"type": "git", "url": "https://e.test/a.py", "path": "a.py"},
        "jobType": {"processingType": "BATCH", "integration": "SPARK", "jobType": "JOB"},
    }
    table = {"namespace": "lake", "name": "sums"}
    server.post(*ran("refresh", 1, 1, job_facets=facets, outputs=[table]))
    server.post(*ran("step", 2, 1, parent=("refresh", 1)))
    job = server.get("/api/v2/lineage/job", namespace="lake", name="refresh")
    assert job["description"] == "Sums up."
    assert job["owners"] == [{"name": "team", "type": "OWNER"}]
    assert job["sql"] == {"query": "SELECT 1", "dialect": "duckdb"}
    assert job["code"]["path"] == "a.py"
    assert job["kind"] == {"processing": "BATCH", "integration": "SPARK", "kind": "JOB"}
    assert job["outputs"] == [table]
    assert [child["job"]["name"] for child in job["children"]] == ["step"]
    assert (job["run_count"], len(job["runs"]), len(job["versions"])) == (1, 1, 1)
    assert job["runs_here"] == "job"


def test_a_pipeline_of_this_server_can_be_run_here_and_no_other_job(server: Server) -> None:
    kind = {"jobType": {"processingType": "BATCH", "integration": "HEADWATER"}}
    kind["jobType"]["jobType"] = "PIPELINE"
    server.post(*ran("pipe", 1, 1, job_facets=kind), *ran("refresh", 2, 1, namespace="other"))
    pipe = server.get("/api/v2/lineage/job", namespace="lake", name="pipe")
    other = server.get("/api/v2/lineage/job", namespace="other", name="refresh")
    assert (pipe["runs_here"], other["runs_here"]) == ("pipeline", None)


def test_a_job_that_is_not_there_is_missing(server: Server) -> None:
    reply = server.call("GET", "/api/v2/lineage/job?namespace=lake&name=none")
    assert reply.status == 404


def test_a_run_has_its_attempts_its_statement_and_the_runs_around_it(server: Server) -> None:
    server.post(*ran("daily", 1, 1, job_facets=SQL))
    server.post(
        event("START", "daily", 2, "02T08:00:00", job_facets=SQL),
        event("FAIL", "daily", 2, "02T08:00:09"),
        event("START", "daily", 2, "02T09:00:00"),
        event("COMPLETE", "daily", 2, "02T09:00:03"),
    )
    run = server.get(f"/api/v2/runs/{run_id(2)}")
    assert [(one["state"], one["started_at"]) for one in run["attempts"]] == [
        ("FAILED", "2026-11-02T08:00:00Z"),
        ("COMPLETED", "2026-11-02T09:00:00Z"),
    ]
    assert run["sql"]["query"] == "SELECT 1"
    assert [one["id"] for one in run["recent"]] == [run_id(2), run_id(1)]
    assert run["previous"] == run_id(1)


def test_a_run_comes_with_all_that_is_above_and_below_it(server: Server) -> None:
    server.post(*ran("top", 1, 1), *ran("middle", 2, 1, parent=("top", 1)))
    server.post(*ran("leaf", 3, 1, parent=("middle", 2), ends="FAIL"))
    server.post(*ran("other", 4, 1, parent=("top", 1)))

    def family(run: int) -> list[str]:
        found = server.get(f"/api/v2/runs/{run_id(run)}")["family"]
        return [one["job"]["name"] for one in found]

    assert family(1) == ["middle", "other", "leaf"]
    assert family(2) == ["top", "leaf"]
    assert family(3) == ["top", "middle"]


def test_a_run_tells_which_snapshot_it_wrote_and_what_it_said_of_a_dataset(
    server: Server,
) -> None:
    facets = {"version": {"datasetVersion": "77"}, "schema": {"fields": [{"name": "a"}]}}
    facets["columnLineage"] = {"fields": {}}
    statistics = {"outputStatistics": {"rowCount": 3, "size": 10}}
    table = {
        "namespace": "lake",
        "name": "t",
        "facets": facets,
        "outputFacets": statistics,
    }
    server.post(*ran("daily", 1, 1, outputs=[table]))
    (use,) = server.get(f"/api/v2/runs/{run_id(1)}")["outputs"]
    assert (use["snapshot"], use["rows"], use["bytes"]) == ("77", 3, 10)
    assert sorted(use["facets"]) == ["outputStatistics", "schema", "version"]


def test_runs_of_a_window_are_those_that_ended_in_it_or_are_under_way(server: Server) -> None:
    server.post(*ran("a", 1, 1), *ran("a", 2, 5), *ran("a", 3, 9))
    server.post(event("START", "b", 4, "02T08:00:00"), event("START", "b", 5, "10T08:00:00"))

    def found(**query: str) -> list[str]:
        return [run["id"][-1] for run in server.get("/api/v2/runs", **query)["runs"]]

    window = {"since": "2026-11-04T00:00:00Z", "until": "2026-11-09T00:00:00Z"}
    assert found(**window) == ["2", "4"]
    assert found(**window, state="RUNNING") == ["4"]
    assert found(**window, state="COMPLETED") == ["2"]
    assert found(since="2026-11-09T00:00:00Z") == ["5", "3", "4"]


def test_runs_are_found_by_parts_of_the_names_of_their_jobs(server: Server) -> None:
    server.post(*ran("Load_Orders", 1, 1), *ran("loadXorders", 2, 2, ends="FAIL"))
    server.post(*ran("x", 3, 3, ends="FAIL"))

    def found(**query: str) -> list[str]:
        return [run["id"][-1] for run in server.get("/api/v2/runs", **query)["runs"]]

    assert found(words="orders load") == ["2", "1"]
    assert found(words="load_") == ["1"]
    assert found(words="load", state="FAILED") == ["2"]


def test_a_comparison_has_both_statements_whole(server: Server) -> None:
    later = {"sql": {"query": "SELECT 2"}}
    server.post(*ran("daily", 1, 1, job_facets=SQL), *ran("daily", 2, 2, job_facets=later))
    found = server.get(f"/api/v2/runs/{run_id(1)}/comparison", to=run_id(2))
    assert (found["sql_before"], found["sql_after"]) == ("SELECT 1", "SELECT 2")
    assert not found["same"]
