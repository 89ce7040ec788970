"""Traces are searched by what people know of them, and opened without all that they hold."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from headwater.api.trace_search import trace_search_router
from headwater.api.trace_views import trace_views_router
from headwater.api.traces import traces_router
from headwater.app.telemetry import Telemetry
from headwater.clock import ManualClock
from headwater.lineage.log import SqlLineage
from headwater.lineage.reading.view import LineageReads
from headwater.wire.otlp.signals import PROTOBUF, Signal
from tests.api.test_run_telemetry import NOW, TRACE, log, of_run, run, run_id, spans, telemetry

__all__ = ["log", "telemetry"]

OTHER = "cd" * 16
Get = Callable[..., Any]


@pytest.fixture
def get(calling: Any, log: SqlLineage, telemetry: Telemetry) -> Get:
    reads, clock = LineageReads(log.engine), ManualClock(NOW)
    call = calling(
        traces_router(reads, traces=telemetry.traces, runs=telemetry.runs),
        trace_search_router(reads, telemetry.traces),
        trace_views_router(
            reads,
            traces=telemetry.traces,
            runs=telemetry.runs,
            records=telemetry.records,
            clock=clock,
        ),
    )

    def ask(target: str, status: int = 200) -> Any:
        reply = call("GET", f"/api/v2{target}")
        assert reply.status == status, reply.body
        return json.loads(reply.body)

    return ask


@pytest.fixture
def two_traces(log: SqlLineage, telemetry: Telemetry) -> None:
    """One whose run failed after it had written a table, and one of another job."""
    run(log, 1, "nightly", ("10:00:00", "10:00:20"), reads=["a"], writes=["b"], state="FAIL")
    run(log, 2, "hourly", ("10:00:00", "10:00:20"), reads=["b"])
    spans(
        telemetry,
        {"id": 1, "name": "nightly", "at": 0, "took": 20, "told": of_run(1)},
        {"id": 2, "parent": 1, "name": "load", "at": 1, "took": 4, "error": "no tide"},
        {"id": 3, "parent": 1, "name": "load", "at": 6, "took": 4, "told": {"ship": "Aurora 7"}},
    )
    spans(
        telemetry, {"id": 1, "name": "hourly", "at": 60, "took": 2, "told": of_run(2)}, trace=OTHER
    )


def found(get: Get, question: str) -> list[str]:
    return [one["trace_id"] for one in get(f"/trace-search?{question}")["traces"]]


@pytest.mark.parametrize(
    ("question", "traces"),
    [
        ("", [OTHER, TRACE]),
        ("errors=true", [TRACE]),
        ("errors=true&operation=nightly", []),
        ("job=nightly&job_namespace=etl", [TRACE]),
        ("dataset=a&dataset_namespace=db", [TRACE]),
        ("dataset=b&dataset_namespace=db", [OTHER, TRACE]),
        ("dataset=b&dataset_namespace=db&job=hourly&job_namespace=etl", [OTHER]),
        ("dataset=a&dataset_namespace=db&job=hourly&job_namespace=etl", []),
        (f"run={run_id(2).upper()}", [OTHER]),
        ("attribute=ship:Aurora%207", [TRACE]),
        ("service=worker&min_ms=10000", [TRACE]),
        ("until=2026-11-21T10:00:30Z", [TRACE]),
        ("service=nobody", []),
    ],
)
def test_each_question_finds_its_traces(two_traces, get: Get, question: str, traces: Any) -> None:
    assert found(get, question) == traces


def test_found_traces_name_their_runs_and_what_else_can_be_asked(two_traces, get: Get) -> None:
    answer = get("/trace-search?service=worker&errors=true")
    assert [one["runs"] for one in answer["traces"]] == [
        [{"id": run_id(1), "job": {"namespace": "etl", "name": "nightly"}, "state": "FAILED"}]
    ]
    assert answer["services"] == ["worker"]
    assert answer["operations"] == ["hourly", "load", "nightly"]
    assert (answer["more"], answer["partial"]) == (False, False)
    assert get("/trace-search?limit=1")["more"]


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ("job=nobody", 404),
        ("dataset=nothing", 404),
        ("attribute=rows", 422),
        ("since=2026-01-01T00:00:00", 422),
    ],
)
def test_wrong_searches_are_problems(get: Get, question: str, status: int) -> None:
    assert get(f"/trace-search?{question}", status)["status"] == status


def test_outline_says_of_each_span_what_the_whole_trace_says(two_traces, get: Get) -> None:
    outline, whole = get(f"/traces/{TRACE}/outline"), get(f"/traces/{TRACE}")
    columns = outline["spans"]
    told = [
        {
            "span_id": columns["id"][n],
            "parent_span_id": columns["parent"][n] or None,
            "name": outline["names"][columns["name"][n]],
            "service": outline["services"][columns["service"][n]],
            "kind": outline["kinds"][columns["kind"][n]],
            "status": ("unset", "ok", "error")[columns["status"][n]],
            "run_id": None if columns["run"][n] < 0 else outline["run_ids"][columns["run"][n]],
            "offset_ms": columns["offset_ms"][n],
            "duration_ms": columns["duration_ms"][n],
            "message": outline["messages"].get(str(n)),
        }
        for n in range(len(columns["id"]))
    ]
    assert told == [{key: span[key] for key in told[0]} for span in whole["spans"]]
    assert [one["outputs"] for one in outline["runs"]] == [[{"namespace": "db", "name": "b"}]]
    assert (outline["start"], outline["duration_ms"]) == ("2026-11-21T10:00:00Z", 20_000)


def test_span_has_its_attributes_and_its_logs(two_traces, telemetry, get: Get) -> None:
    request = ExportLogsServiceRequest()
    scope = request.resource_logs.add().scope_logs.add()
    at = int(NOW.timestamp() - 2 * 3600 + 7) * 10**9
    for span, said in ((3, "anchor is up"), (2, "tide is out")):
        record = scope.log_records.add(time_unix_nano=at)
        record.trace_id, record.span_id = bytes.fromhex(TRACE), bytes([span]) * 8
        record.body.string_value = said

    async def send() -> None:
        door = await telemetry.door()
        await door.admit(Signal.LOGS, request.SerializeToString(), PROTOBUF)

    asyncio.run(send())
    span = get(f"/traces/{TRACE}/spans/{'03' * 8}")
    assert span["attributes"] == {"ship": "Aurora 7"}
    assert [one["body"] for one in span["logs"]] == ["anchor is up"]
    assert get(f"/traces/{TRACE}/spans/{'09' * 8}", 404)["status"] == 404


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("aurora", ["03" * 8]),
        ("SHIP", ["03" * 8]),
        ("worker", ["01" * 8, "02" * 8, "03" * 8]),
        ("%", []),
    ],
)
def test_spans_are_found_by_a_part_of_an_attribute(two_traces, get: Get, text: str, spans) -> None:
    assert get(f"/traces/{TRACE}/matches?text={text.replace('%', '%25')}")["span_ids"] == spans


def test_trace_that_is_not_there_is_missing(get: Get) -> None:
    assert get(f"/traces/{TRACE}/outline", 404)["status"] == 404
    assert get(f"/traces/{TRACE}/matches?text=x")["span_ids"] == []


def test_map_has_every_service_and_the_calls_of_its_time(two_traces, get: Get) -> None:
    whole = get("/service-map")
    assert (whole["services"], whole["calls"]) == (["worker"], [])
    assert whole["until"].startswith("2026-11-21T12:00:00")
    assert get("/service-map?since=2026-01-01T00:00:00", 422)["status"] == 422


def test_map_says_how_many_calls_failed_and_how_long_they_took(
    two_traces, telemetry: Telemetry, get: Get
) -> None:
    spans(
        telemetry,
        {"id": 7, "parent": 1, "name": "read", "at": 2, "took": 0.5},
        {"id": 8, "parent": 1, "name": "read", "at": 3, "took": 1.5, "error": "no tide"},
        service="store",
    )
    assert get("/service-map")["calls"] == [
        {
            "parent": "worker",
            "child": "store",
            "calls": 2,
            "errors": 1,
            "p50_ms": 500.0,
            "p95_ms": 1500.0,
        }
    ]
