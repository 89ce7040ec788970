"""Runs beside telemetry follow from lineage, whatever happens to either store."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from headwater.clock import ManualClock
from headwater.errors import StorageFull
from headwater.lineage.commands import Command
from headwater.lineage.contract import Applied, Arrival
from headwater.lineage.log import SqlLineage
from headwater.lineage.reading.view import LineageReads
from headwater.model.principal import LOCAL
from headwater.telemetry.duckdb.runs import DuckPipelineRuns
from headwater.telemetry.duckdb.store import DuckTelemetry
from headwater.worker.pipeline_runs import PipelineRunsFollower
from tests.lineage_stores import LineageBackend

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TRACE = "ab" * 16
KEPT = (
    "SELECT RunId, JobName, State, StartedAt, EndedAt, RecordsRead, RecordsWritten, CpuSeconds"
    " FROM pipeline_runs ORDER BY RunId, JobName"
)


@pytest.fixture
def log(lineage_backend: LineageBackend) -> SqlLineage:
    return lineage_backend.open()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DuckTelemetry]:
    store = DuckTelemetry.open(tmp_path / "telemetry.duckdb")
    yield store
    store.close()


@pytest.fixture
def follower(log: SqlLineage, store: DuckTelemetry) -> PipelineRunsFollower:
    return following(log, store)


def following(log: SqlLineage, store: DuckTelemetry) -> PipelineRunsFollower:
    reads = LineageReads(log.engine)
    return PipelineRunsFollower(reads, DuckPipelineRuns(store), clock=ManualClock(NOW))


def run_id(number: int) -> str:
    return str(UUID(int=number))


def send(
    log: SqlLineage, number: int, kind: str, at: str, *, job: str = "load", **more: Any
) -> None:
    event = {
        "eventType": kind,
        "eventTime": at if "T" in at else f"2026-11-21T{at}Z",
        "run": {"runId": run_id(number), "facets": more.get("facets", {})},
        "job": {"namespace": "etl", "name": job},
        "inputs": more.get("inputs", []),
        "outputs": more.get("outputs", []),
    }
    arrival = Arrival(body=json.dumps(event).encode(), principal=LOCAL, received_at=NOW)
    (outcome,) = log.apply([arrival])
    assert isinstance(outcome, Applied), outcome


def used(side: str, rows: int) -> dict[str, Any]:
    return {
        "namespace": "db",
        "name": f"t{rows}",
        f"{side}Facets": {f"{side}Statistics": {"rowCount": rows}},
    }


def kept(store: DuckTelemetry, sql: str = KEPT) -> list[tuple[Any, ...]]:
    return store.reader().execute(sql).fetchall()


def test_runs_are_kept_as_lineage_has_them(log, store, follower) -> None:
    told = {"headwater_resources": {"cpuSeconds": 1.5, "peakMemoryBytes": 10}}
    send(log, 1, "START", "10:00:00")
    follower.catch_up(within_seconds=60)
    ten = NOW.replace(hour=10, tzinfo=None)
    assert kept(store) == [(run_id(1), "load", "RUNNING", ten, None, None, None, None)]
    sides = {"inputs": [used("input", 7)], "outputs": [used("output", 2), used("output", 3)]}
    send(log, 1, "COMPLETE", "10:00:20", facets=told, **sides)
    send(log, 2, "FAIL", "10:00:30", job="other")
    follower.catch_up(within_seconds=60)
    assert kept(store) == [
        (run_id(1), "load", "COMPLETED", ten, ten + timedelta(seconds=20), 7, 5, 1.5),
        (run_id(2), "other", "FAILED", None, ten + timedelta(seconds=30), None, None, None),
    ]


def test_run_id_that_two_jobs_share_is_two_runs(log, store, follower) -> None:
    send(log, 1, "COMPLETE", "10:00:00", job="a")
    send(log, 1, "FAIL", "10:00:00", job="b")
    follower.catch_up(within_seconds=60)
    send(log, 1, "COMPLETE", "10:10:00", job="b", outputs=[used("output", 1)])
    follower.catch_up(within_seconds=60)
    assert [row[1:3] for row in kept(store)] == [("a", "COMPLETED"), ("b", "COMPLETED")]


def test_trace_that_a_facet_names_is_of_the_run(log, store, follower) -> None:
    facet = {"my_trace": {"traceparent": f"00-{TRACE}-{'cd' * 8}-01"}}
    for at in ("10:00:00", "10:00:01"):
        send(log, 1, "RUNNING", at, facets=facet)
        follower.catch_up(within_seconds=60)
    assert kept(store, "SELECT * FROM run_traces") == [(run_id(1), TRACE, "facet")]
    runs = DuckPipelineRuns(store)
    assert runs.traces_of([run_id(1)]) == runs.runs_of([TRACE])
    assert runs.traces_of([run_id(2)]) == []


def test_times_beyond_those_of_spans_are_kept(log, store, follower) -> None:
    send(log, 1, "COMPLETE", "9999-12-31T23:59:59Z")
    send(log, 2, "COMPLETE", "0001-01-01T00:00:00Z")
    follower.catch_up(within_seconds=60)
    assert len(kept(store)) == 2
    assert DuckPipelineRuns(store).position() == 2


def test_follower_goes_on_where_another_was(log, store, monkeypatch) -> None:
    monkeypatch.setattr("headwater.worker.pipeline_runs._ENTRIES_AT_ONCE", 3)
    for number in range(10):
        send(log, number, "COMPLETE", "10:00:00")
    following(log, store).catch_up(within_seconds=60)
    assert (len(kept(store)), DuckPipelineRuns(store).position()) == (10, 10)
    send(log, 99, "COMPLETE", "10:00:00")
    store.reader().execute("DELETE FROM pipeline_runs")
    following(log, store).catch_up(within_seconds=60)
    assert [row[0] for row in kept(store)] == [run_id(99)]


def test_what_was_erased_is_gone(log, store, follower) -> None:
    for number, job in enumerate(("a", "b")):
        facet = {"t": {"traceId": f"{number:032x}"}}
        send(log, number, "COMPLETE", "10:00:00", job=job, facets=facet)
    follower.catch_up(within_seconds=60)
    command = Command(verb="erase", entity="job", namespace="etl", name="a")
    body = command.stamped(at="2026-11-21T01:00:00Z", actor="anna").to_bytes()
    arrival = Arrival(body=body, principal=LOCAL, received_at=NOW, is_command=True)
    log.erase(arrival, is_trial=False)
    send(log, 3, "COMPLETE", "11:00:00", job="c")
    follower.catch_up(within_seconds=60)
    assert [row[1] for row in kept(store)] == ["b", "c"]
    assert kept(store, "SELECT RunId FROM run_traces") == [(run_id(1),)]
    following(log, store).catch_up(within_seconds=60)
    assert [row[1] for row in kept(store)] == ["b", "c"]


def test_log_that_is_shorter_than_it_was_is_read_again(lineage_backend, store) -> None:
    first, second = lineage_backend.open(), lineage_backend.open()
    for number in range(3):
        send(first, number, "COMPLETE", "10:00:00", job="before")
    following(first, store).catch_up(within_seconds=60)
    send(second, 9, "COMPLETE", "10:00:00", job="restored")
    following(second, store).catch_up(within_seconds=60)
    assert [row[1] for row in kept(store)] == ["restored"]


def test_failure_is_logged_once_and_tried_again(log, store, follower, monkeypatch, caplog) -> None:
    send(log, 1, "COMPLETE", "10:00:00")
    monkeypatch.setattr(logging.getLogger("headwater"), "propagate", True)

    def fail(*_: object, **__: object) -> None:
        raise StorageFull("no space left")

    with monkeypatch.context() as patched:
        patched.setattr(DuckPipelineRuns, "keep", fail)
        follower.catch_up(within_seconds=60)
        follower.catch_up(within_seconds=60)
    assert caplog.text.count("runs are not kept beside telemetry") == 1
    assert kept(store) == []
    follower.catch_up(within_seconds=60)
    assert len(kept(store)) == 1
