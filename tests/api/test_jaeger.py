"""Jaeger's query APIs answer as its UI and Grafana's data source expect."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from headwater.api.jaeger.router import version_1_router, version_3_router
from headwater.app.telemetry import Telemetry
from headwater.clock import ManualClock
from headwater.telemetry.settings import TelemetrySettings
from headwater.wire.otlp.requests import read_traces
from headwater.wire.otlp.signals import JSON, PROTOBUF, Signal

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
START = int(NOW.timestamp()) * 10**9
ROOT, CHILD, LOST = b"rootroot", b"childchi", b"lostlost"
TRACE, OTHER = b"trace-of-a-run--", b"another-trace---"


def _request() -> ExportTraceServiceRequest:
    """One trace over two services with an error, a link and an orphan; and one more trace."""
    request = ExportTraceServiceRequest()
    shop = _scope(request, "shop")
    root = _span(shop, TRACE, ROOT, "pipeline", kind=Span.SPAN_KIND_SERVER)
    root.attributes.add(key="openlineage.run_id").value.string_value = "run-1"
    root.links.add(trace_id=OTHER, span_id=ROOT)
    event = root.events.add(name="exception", time_unix_nano=START + 5_000)
    event.attributes.add(key="exception.type").value.string_value = "ValueError"
    child = _span(_scope(request, "lake"), TRACE, CHILD, "load", parent=ROOT, after=1_000_000)
    child.attributes.add(key="rows").value.int_value = 7
    child.status.code, child.status.message = 2, "disk full"
    _span(shop, TRACE, LOST, "orphan", parent=b"nobody!!", after=2_000_000)
    _span(shop, OTHER, ROOT, "other", after=60_000_000_000)
    return request


def _scope(request: ExportTraceServiceRequest, service: str) -> Any:
    of_resource = request.resource_spans.add()
    of_resource.resource.attributes.add(key="service.name").value.string_value = service
    of_resource.resource.attributes.add(key="host.name").value.string_value = "h1"
    of_scope = of_resource.scope_spans.add()
    of_scope.scope.name, of_scope.scope.version = "etl", "1"
    return of_scope


def _span(scope: Any, trace: bytes, id_: bytes, name: str, **given: Any) -> Any:
    start = START + given.get("after", 0)
    return scope.spans.add(
        trace_id=trace,
        span_id=id_,
        parent_span_id=given.get("parent", b""),
        name=name,
        kind=given.get("kind", Span.SPAN_KIND_INTERNAL),
        start_time_unix_nano=start,
        end_time_unix_nano=start + 3_000_000,
    )


@pytest.fixture
def ask(calling: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    clock = ManualClock(NOW)
    telemetry = Telemetry(tmp_path, settings=TelemetrySettings(), clock=clock)
    body = _request().SerializeToString()

    async def fill() -> None:
        door = await telemetry.door()
        await door.admit(Signal.TRACES, body, PROTOBUF)
        await door.admit(Signal.TRACES, body, PROTOBUF)  # senders try again

    asyncio.run(fill())
    clock.advance(60)
    call = calling(
        version_3_router(telemetry.traces), version_1_router(telemetry.traces, clock=clock)
    )

    def ask(path: str, status: int = 200, **query: Any) -> Any:
        target = f"/jaeger/api/{path}?{urlencode(query, doseq=True)}"
        reply = call("GET", target)
        assert reply.status == status, reply.body
        return json.loads(reply.body)

    yield ask
    telemetry.close()


def test_services_and_operations_are_listed(ask) -> None:
    assert ask("services") == {
        "data": ["lake", "shop"],
        "total": 2,
        "limit": 0,
        "offset": 0,
        "errors": None,
    }
    assert ask("services/shop/operations")["data"] == ["orphan", "other", "pipeline"]
    assert ask("operations", service="shop", spanKind="server")["data"] == [
        {"name": "pipeline", "spanKind": "server"}
    ]
    assert ask("v3/services") == {"services": ["lake", "shop"]}
    assert ask("v3/operations", service="lake")["operations"] == [
        {"name": "load", "spanKind": "internal"}
    ]


def test_trace_has_its_spans_once_with_references_tags_logs_and_processes(ask) -> None:
    (trace,) = ask(f"traces/{TRACE.hex()}")["data"]
    root, child, orphan = trace["spans"]
    assert (trace["traceID"], len(trace["spans"])) == (TRACE.hex(), 3)
    assert root["references"] == [
        {"refType": "FOLLOWS_FROM", "traceID": OTHER.hex(), "spanID": ROOT.hex()}
    ]
    assert child["references"][0] == {
        "refType": "CHILD_OF",
        "traceID": TRACE.hex(),
        "spanID": ROOT.hex(),
    }
    assert (child["startTime"], child["duration"]) == (START // 1000 + 1000, 3000)
    tags = {tag["key"]: (tag["type"], tag["value"]) for tag in child["tags"]}
    assert tags == {
        "rows": ("string", "7"),
        "otel.scope.name": ("string", "etl"),
        "otel.scope.version": ("string", "1"),
        "span.kind": ("string", "internal"),
        "otel.status_code": ("string", "ERROR"),
        "otel.status_description": ("string", "disk full"),
        "error": ("bool", True),
    }
    assert root["logs"] == [
        {
            "timestamp": START // 1000 + 5,
            "fields": [
                {"key": "event", "type": "string", "value": "exception"},
                {"key": "exception.type", "type": "string", "value": "ValueError"},
            ],
        }
    ]
    process = trace["processes"][child["processID"]]
    assert process == {
        "serviceName": "lake",
        "tags": [{"key": "host.name", "type": "string", "value": "h1"}],
    }
    assert trace["processes"][orphan["processID"]]["serviceName"] == "shop"


MICROSECONDS = {"start": START // 1000 - 1, "end": START // 1000 + 10_000_000}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"service": "shop"}, [OTHER, TRACE]),
        ({"service": "shop", "limit": 1}, [OTHER]),
        ({"service": "lake"}, [TRACE]),
        ({"service": "shop", "operation": "other"}, [OTHER]),
        ({"service": "shop", "operation": "all"}, [OTHER, TRACE]),
        ({"service": "shop", **MICROSECONDS}, [TRACE]),
        ({"tags": '{"openlineage.run_id":"run-1"}'}, [TRACE]),
        ({"tags": '{"openlineage.run.id":"run-1"}'}, [TRACE]),
        ({"tag": ["rows:7", "host.name:h1"]}, [TRACE]),
        ({"tag": ["rows:8"]}, []),
        ({"minDuration": "4ms"}, []),
        ({"maxDuration": "3ms", "service": "lake"}, [TRACE]),
        ({"traceID": [TRACE.hex(), OTHER.hex()]}, [TRACE, OTHER]),
        ({"service": "nobody"}, []),
    ],
)
def test_search_finds_traces_the_latest_first(ask, query, found) -> None:
    traces = ask("traces", **query)["data"]
    assert [trace["traceID"] for trace in traces] == [id_.hex() for id_ in found]


def test_dependencies_count_calls_between_services(ask) -> None:
    calls = ask("dependencies", endTs=START // 10**6 + 60_000, lookback=3_600_000)["data"]
    assert calls == [{"parent": "shop", "child": "lake", "callCount": 1}]
    assert ask("dependencies", endTs=START // 10**6 - 1, lookback=1000)["data"] == []
    assert len(ask("dependencies")["data"]) == 1


VERSION_3 = {
    "query.startTimeMin": "2026-11-21T11:00:00.000000001Z",
    "query.startTimeMax": "2026-11-21T13:00:00Z",
}


def test_summaries_count_spans_errors_and_orphans(ask) -> None:
    latest, first = ask("v3/trace-summaries", **VERSION_3)["summaries"]
    assert latest["traceId"] == OTHER.hex()
    assert first == {
        "traceId": TRACE.hex(),
        "rootServiceName": "shop",
        "rootOperationName": "pipeline",
        "minStartTimeUnixNano": str(START),
        "maxEndTimeUnixNano": str(START + 5_000_000),
        "spanCount": 3,
        "errorSpanCount": 1,
        "orphanSpanCount": 1,
        "services": [
            {"name": "lake", "spanCount": 1, "errorSpanCount": 1},
            {"name": "shop", "spanCount": 2, "errorSpanCount": 0},
        ],
    }


def test_version_3_returns_otlp_that_can_be_read_again(ask) -> None:
    found = ask("v3/traces", **VERSION_3, **{"query.service_name": "lake"})
    request = read_traces(json.dumps(found["result"]).encode(), JSON)
    spans = [s for r in request.resource_spans for p in r.scope_spans for s in p.spans]
    assert {span.name for span in spans} == {"pipeline", "load", "orphan"}
    assert {span.trace_id for span in spans} == {TRACE}
    one = ask(f"v3/traces/{OTHER.hex()}")["result"]["resourceSpans"]
    assert one[0]["scopeSpans"][0]["spans"][0]["name"] == "other"


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("traces/" + "ab" * 16, {}, 404),
        ("traces/nonsense!", {}, 400),
        ("traces", {"minDuration": "fast"}, 400),
        ("traces", {"tags": "{"}, 400),
        ("traces", {"start": "yesterday"}, 400),
        ("traces", {"limit": "-1"}, 400),
    ],
)
def test_errors_of_the_first_api_are_in_its_envelope(ask, path, query, status) -> None:
    answer = ask(path, status, **query)
    assert answer["data"] is None
    assert answer["errors"][0]["code"] == status


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("v3/traces/" + "ab" * 16, {}, 404),
        ("v3/traces", {}, 400),
        ("v3/trace-summaries", {**VERSION_3, "query.durationMin": "x"}, 400),
        (
            "v3/trace-summaries",
            {**VERSION_3, "query.startTimeMin": VERSION_3["query.startTimeMax"]},
            400,
        ),
    ],
)
def test_errors_of_the_third_api_are_in_its_shape(ask, path, query, status) -> None:
    assert ask(path, status, **query)["error"]["httpCode"] == status
