"""From a run to its spans and logs, from a span to its tables, and why a table is late."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from headwater.api.run_telemetry import run_telemetry_router
from headwater.api.traces import traces_router
from headwater.app.telemetry import Telemetry
from headwater.clock import ManualClock
from headwater.lineage.contract import Applied, Arrival
from headwater.lineage.log import SqlLineage
from headwater.lineage.reading.view import LineageReads
from headwater.model.principal import LOCAL
from headwater.telemetry.settings import TelemetrySettings
from headwater.wire.otlp.signals import PROTOBUF, Signal
from tests.lineage_stores import LineageBackend

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TRACE = "ab" * 16
Get = Callable[..., Any]


@pytest.fixture
def log(lineage_backend: LineageBackend) -> SqlLineage:
    return lineage_backend.open()


@pytest.fixture
def telemetry(tmp_path: Path, log: SqlLineage) -> Iterator[Telemetry]:
    telemetry = Telemetry(
        tmp_path,
        settings=TelemetrySettings(),
        clock=ManualClock(NOW),
        lineage=LineageReads(log.engine),
    )
    yield telemetry
    telemetry.close()


@pytest.fixture
def get(calling: Any, log: SqlLineage, telemetry: Telemetry) -> Get:
    reads = LineageReads(log.engine)
    call = calling(
        run_telemetry_router(reads, traces=telemetry.traces, records=telemetry.records),
        traces_router(reads, traces=telemetry.traces, runs=telemetry.runs),
    )

    def ask(target: str, status: int = 200) -> Any:
        reply = call("GET", f"/api/v2{target}")
        assert reply.status == status, reply.body
        return json.loads(reply.body)

    return ask


def run_id(number: int) -> str:
    return str(UUID(int=number))


def run(log: SqlLineage, number: int, job: str, times: tuple[str, str], **how: Any) -> None:
    """Send a run of 21 November from one time to another."""
    kinds = ("START", how.get("state", "COMPLETE"))
    for kind, at in zip(kinds, times, strict=True):
        event = {
            "eventType": kind,
            "eventTime": f"2026-11-21T{at}Z",
            "run": {"runId": run_id(number), "facets": how.get("facets", {})},
            "job": {"namespace": "etl", "name": job},
            "inputs": [{"namespace": "db", "name": name} for name in how.get("reads", ())],
            "outputs": [
                {
                    "namespace": "db",
                    "name": name,
                    "outputFacets": {"outputStatistics": {"rowCount": 7, "size": 70}},
                }
                for name in how.get("writes", ())
            ],
        }
        body = json.dumps(event).encode()
        (outcome,) = log.apply([Arrival(body=body, principal=LOCAL, received_at=NOW)])
        assert isinstance(outcome, Applied), outcome


def spans(
    telemetry: Telemetry, *told: dict[str, Any], trace: str = TRACE, service: str = "worker"
) -> None:
    """Keep spans: id, parent, name, start and length in seconds after ten o'clock."""
    request = ExportTraceServiceRequest()
    of_resource = request.resource_spans.add()
    of_resource.resource.attributes.add(key="service.name").value.string_value = service
    scope = of_resource.scope_spans.add()
    ten = int(datetime(2026, 11, 21, 10, tzinfo=UTC).timestamp()) * 10**9
    for one in told:
        span = scope.spans.add(name=one["name"], trace_id=bytes.fromhex(trace))
        span.span_id = bytes([one["id"]]) * 8
        if "parent" in one:
            span.parent_span_id = bytes([one["parent"]]) * 8
        span.start_time_unix_nano = ten + round(one["at"] * 10**9)
        span.end_time_unix_nano = span.start_time_unix_nano + round(one["took"] * 10**9)
        if "error" in one:
            span.status.code, span.status.message = 2, one["error"]
        for key, value in one.get("told", {}).items():
            span.attributes.add(key=key).value.string_value = value
    telemetry.keep_spans(request.SerializeToString())


def of_run(number: int, **more: str) -> dict[str, str]:
    told = {key.replace("__", "."): value for key, value in more.items()}
    return {"openlineage.run_id": run_id(number)} | told


def test_run_tells_its_data_while_telemetry_cannot_be_read(log, tmp_path: Path, get: Get) -> None:
    (tmp_path / "telemetry.duckdb").write_bytes(b"not a database" * 1000)
    run(log, 1, "nightly", ("10:00:00", "10:00:20"), reads=["a"], writes=["b"])
    found = get(f"/runs/{run_id(1)}/telemetry")
    assert (found["partial"], found["traces"], found["logs"]) == (True, [], [])
    assert found["reason"].startswith("telemetry cannot be read: ")
    assert found["data"]["outputs"] == {"rows": 7, "bytes": 70, "files": None}
    get(f"/runs/{run_id(2)}/telemetry", status=503)


def test_run_shows_what_its_spans_and_logs_say(log, telemetry, get) -> None:
    run(log, 1, "nightly", ("10:00:00", "10:00:20"), reads=["a"], writes=["b"])
    counts = {"headwater__records__read": "5", "headwater__records__written": "3"}
    spans(
        telemetry,
        {"id": 1, "name": "nightly", "at": 0, "took": 20, "told": of_run(1)},
        {
            "id": 2,
            "parent": 1,
            "name": "read",
            "at": 0,
            "took": 4,
            "told": of_run(1, pipeline__stage="extract"),
        },
        {
            "id": 3,
            "parent": 1,
            "name": "write",
            "at": 4,
            "took": 15,
            "error": "no tide",
            "told": of_run(1, pipeline__stage="load", **counts),
        },
        {"id": 4, "parent": 3, "name": "of another", "at": 5, "took": 2, "told": of_run(9)},
    )
    request = ExportLogsServiceRequest()
    record = request.resource_logs.add().scope_logs.add().log_records.add(time_unix_nano=10**9)
    record.trace_id, record.span_id = bytes.fromhex(TRACE), b"\3" * 8
    record.body.string_value = "tide is out"

    async def send() -> None:
        door = await telemetry.door()
        await door.admit(Signal.LOGS, request.SerializeToString(), PROTOBUF)

    asyncio.run(send())
    found = get(f"/runs/{run_id(1)}/telemetry")
    assert [(one["trace_id"], one["how"]) for one in found["traces"]] == [(TRACE, "attribute")]
    stages = [(s["name"], s["busy_ms"], s["errors"], s["records"]) for s in found["stages"]]
    assert stages == [
        ("extract", 4000, 0, {"read": None, "written": None}),
        ("load", 15000, 1, {"read": 5, "written": 3}),
    ]
    assert (found["slowest_span"]["name"], found["slowest_span"]["own_ms"]) == ("write", 13000)
    assert [one["message"] for one in found["errors"]] == ["no tide"]
    assert [one["body"] for one in found["logs"]] == ["tide is out"]
    assert found["data"]["outputs"] == {"rows": 7, "bytes": 70, "files": None}
    trace = get(f"/traces/{TRACE}")
    assert trace["run_ids"] == [run_id(1), run_id(9)]
    assert trace["runs"] == [
        {
            "id": run_id(1),
            "job": {"namespace": "etl", "name": "nightly"},
            "state": "COMPLETED",
            "inputs": [{"namespace": "db", "name": "a"}],
            "outputs": [{"namespace": "db", "name": "b"}],
        }
    ]


@pytest.mark.parametrize(
    "facet",
    [
        {"traceparent": f"00-{TRACE}-{'cd' * 8}-01"},
        {"traceId": TRACE.upper(), "spanId": "cd" * 8},
    ],
)
def test_run_that_names_its_trace_has_it(log, telemetry, get, facet: Any) -> None:
    run(log, 1, "nightly", ("10:00:00", "10:00:20"), facets={"my_trace": facet})
    spans(telemetry, {"id": 1, "name": "x", "at": 0, "took": 1})
    found = get(f"/runs/{run_id(1)}/telemetry")
    assert [(one["trace_id"], one["how"]) for one in found["traces"]] == [(TRACE, "facet")]
    assert found["slowest_span"]["name"] == "x"
    trace = get(f"/traces/{TRACE}")
    assert trace["run_ids"] == [run_id(1)]
    assert [one["job"]["name"] for one in trace["runs"]] == ["nightly"]


def test_name_and_time_make_a_trace_probable_and_no_more(log, telemetry, get) -> None:
    run(log, 1, "nightly", ("10:00:00", "10:00:20"))
    spans(telemetry, {"id": 1, "name": "nightly", "at": 1, "took": 5})
    spans(telemetry, {"id": 1, "name": "nightly", "at": 300, "took": 5}, trace="cd" * 16)
    theirs = {"id": 1, "name": "nightly", "at": 2, "took": 5, "told": of_run(7)}
    spans(telemetry, theirs, trace="ef" * 16)
    found = get(f"/runs/{run_id(1)}/telemetry")
    assert [(one["trace_id"], one["how"]) for one in found["traces"]] == [(TRACE, "probable")]


def test_run_that_lineage_does_not_know_has_its_traces(telemetry, get) -> None:
    spans(telemetry, {"id": 1, "name": "x", "at": 0, "took": 1, "told": of_run(3)})
    found = get(f"/runs/{run_id(3)}/telemetry")
    assert (found["job"], len(found["traces"])) == (None, 1)
    assert get(f"/runs/{run_id(4)}/telemetry", 404)["status"] == 404


def test_trace_with_a_run_that_is_no_uuid_is_shown(telemetry, get) -> None:
    told = {"openlineage.run_id": "not a uuid"}
    spans(telemetry, {"id": 1, "name": "x", "at": 0, "took": 1, "told": told})
    assert get(f"/traces/{TRACE}")["runs"] == []


def test_late_table_is_explained_by_the_run_that_was_waited_for(log, get) -> None:
    run(log, 1, "fetch", ("08:00:00", "08:10:00"), writes=["raw"])
    run(log, 2, "lookup", ("07:00:00", "07:01:00"), writes=["codes"])
    run(log, 3, "clean", ("09:00:00", "09:05:00"), reads=["raw", "codes"], writes=["tidy"])
    run(log, 4, "sum", ("09:05:30", "09:06:00"), reads=["tidy"], writes=["daily"])
    run(log, 5, "fetch", ("10:00:00", "10:01:00"), writes=["raw"], state="FAIL")
    found = get("/lineage/critical-path?node=dataset:db:daily")
    assert [one["job"]["name"] for one in found["steps"]] == ["fetch", "clean", "sum"]
    assert [one["took_ms"] for one in found["steps"]] == [600_000, 300_000, 30_000]
    assert [one["waited_ms"] for one in found["steps"]] == [None, 3_000_000, 30_000]
    assert [(one["through"] or {}).get("name") for one in found["steps"]] == [None, "raw", "tidy"]
    assert found["steps"][0]["later"]["state"] == "FAILED"
    assert found["steps"][1]["later"] is None
    assert (found["dominant"]["what"], found["dominant"]["run_id"]) == ("wait", run_id(3))
    assert get("/lineage/critical-path?node=job:etl:sum")["steps"] == found["steps"]


def test_table_that_feeds_itself_has_a_path_that_ends(log, get) -> None:
    run(log, 1, "grow", ("08:00:00", "08:10:00"), reads=["t"], writes=["t"])
    run(log, 2, "grow", ("09:00:00", "09:10:00"), reads=["t"], writes=["t"])
    found = get("/lineage/critical-path?node=dataset:db:t")
    assert [one["run_id"] for one in found["steps"]] == [run_id(1), run_id(2)]


def test_table_that_nothing_wrote_has_no_path(log, get) -> None:
    run(log, 1, "fail", ("08:00:00", "08:10:00"), reads=["x"], writes=["y"], state="FAIL")
    for node in ("dataset:db:x", "dataset:db:y", "job:etl:fail"):
        found = get(f"/lineage/critical-path?node={node}")
        assert (found["steps"], found["dominant"]) == ([], None)
    assert get("/lineage/critical-path?node=dataset:db:nothing", 404)["status"] == 404
    assert get("/lineage/critical-path?node=namespace:db", 400)["status"] == 400
