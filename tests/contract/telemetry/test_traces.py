"""Questions about spans have the same answers on every engine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from headwater.model.intervals import Intervals
from headwater.model.telemetry import Operation, ServiceCall, StageCount, TraceQuery
from headwater.wire.otlp.signals import Signal
from tests.contract.telemetry.conftest import Engine
from tests.contract.telemetry.requests import START, gauge, span_of, spans, trace_of

ELEVEN = datetime.fromtimestamp(START // 10**9, UTC)
MICROSECOND = 1_000


def found(engine: Engine, **query: Any) -> list[str]:
    listed = engine.traces.find(TraceQuery(**{"attributes": {}} | query))
    return [bytes.fromhex(one.trace_id)[:1].decode() for one in listed]


def test_nothing_is_found_in_an_empty_store(engine: Engine) -> None:
    assert engine.traces.services() == []
    assert engine.traces.operations("etl") == []
    assert found(engine) == []
    assert engine.traces.summaries([trace_of("t")]) == []
    assert engine.traces.spans([trace_of("t")]) == []
    assert engine.traces.spans([]) == []
    assert engine.traces.outline(trace_of("t")) == []
    assert engine.traces.span(trace_of("t"), span_of("s")) is None
    assert engine.traces.calls(ELEVEN, ELEVEN + timedelta(days=1)) == []


def test_span_comes_back_as_it_was_sent(engine: Engine) -> None:
    engine.send(
        spans(
            {
                "id": "s",
                "parent": "p",
                "name": "load",
                "kind": 3,
                "at": 5,
                "took": 11,
                "failed": True,
                "told": {"openlineage.run_id": "r1", "rows": 12, "empty": ""},
                "events": ["exception"],
                "links": ["u"],
            },
            resource={"host.name": "worker-1"},
        )
    )
    (span,) = engine.traces.spans([trace_of("t")])
    assert (span.trace_id, span.span_id, span.parent_span_id) == (
        trace_of("t"),
        span_of("s"),
        span_of("p"),
    )
    assert (span.name, span.kind, span.service) == ("load", "Client", "etl")
    assert (span.start, span.duration) == (START + 5, 11)
    assert (span.status, span.message, span.run_id) == ("Error", "no tide", "r1")
    assert (span.scope_name, span.scope_version) == ("scope", "1")
    assert span.attributes == {"openlineage.run_id": "r1", "rows": "12", "empty": ""}
    assert span.resource == {"service.name": "etl", "host.name": "worker-1"}
    (event,) = span.events
    assert (event.at, event.name, event.attributes) == (
        START + 12,
        "exception",
        {"exception.type": "Tide"},
    )
    (link,) = span.links
    assert (link.trace_id, link.attributes) == (trace_of("u"), {"link.type": "retry"})
    assert engine.traces.span(trace_of("t"), span_of("s")) == span
    assert engine.traces.span(trace_of("t"), span_of("x")) is None


def test_span_that_came_again_is_the_longest_of_the_first(engine: Engine) -> None:
    for at, took in ((5, 90), (0, 10), (0, 30), (0, 20)):
        told = {"id": "s", "at": at, "took": took, "told": {"pipeline.stage": "load"}}
        engine.send(spans(told))
    (span,) = engine.traces.spans([trace_of("t")])
    assert (span.start, span.duration) == (START, 30)
    (summary,) = engine.traces.find(TraceQuery(attributes={}))
    assert (summary.spans, summary.start, summary.end) == (1, START, START + 30)
    (outline,) = engine.traces.outline(trace_of("t"))
    assert (outline.span_id, outline.duration) == (span_of("s"), 30)
    (count,) = engine.measures.stages(_whole())
    assert count.spans == 1


def test_last_span_of_a_trace_is_found_by_its_nanosecond(engine: Engine) -> None:
    engine.send(spans({"id": "a"}, {"id": "b", "at": 999}))
    assert [one.start for one in engine.traces.spans([trace_of("t")])] == [START, START + 999]
    assert engine.traces.find(TraceQuery(attributes={}))[0].spans == 2


def test_services_and_operations_are_listed(engine: Engine) -> None:
    engine.send(spans({"id": "a", "name": "read"}, {"id": "b", "name": "serve", "kind": 2}))
    engine.send(spans({"id": "c", "name": "draw"}, service="app"))
    assert engine.traces.services() == ["app", "etl"]
    assert engine.traces.operations("etl") == [
        Operation(name="read", kind="Internal"),
        Operation(name="serve", kind="Server"),
    ]
    assert engine.traces.operations("etl", "Server") == [Operation(name="serve", kind="Server")]
    assert engine.traces.operations("other") == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, "cba"),
        ({"limit": 2}, "cb"),
        ({"service": "app"}, "c"),
        ({"operation": "load"}, "b"),
        ({"shortest": 50}, "b"),
        ({"longest": 50}, "ca"),
        ({"has_error": True}, "a"),
        ({"runs": ["r1", "r9"]}, "a"),
        ({"runs": []}, ""),
        ({"attributes": {"openlineage.run_id": "r1"}}, "a"),
        ({"attributes": {"pipeline.run_id": "r2"}}, "b"),
        ({"attributes": {"rows": "7"}}, "cb"),
        ({"attributes": {"rows": "7", "host": "h1"}}, "b"),
        ({"attributes": {"host": "h1"}}, "ba"),
        ({"attributes": {"missing": ""}}, ""),
        ({"start": ELEVEN + timedelta(microseconds=1)}, "cb"),
        ({"end": ELEVEN + timedelta(microseconds=1)}, "ba"),
    ],
)
def test_traces_are_found_by_what_their_spans_are(
    engine: Engine, query: dict[str, Any], expected: str
) -> None:
    host = {"host": "h1"}
    told = {"openlineage.run_id": "r1"}
    engine.send(
        spans({"trace": "a", "id": "a", "took": 10, "failed": True, "told": told}, resource=host)
    )
    told = {"openlineage.run.id": "r2", "rows": "7"}
    one = {"trace": "b", "id": "b", "name": "load", "at": MICROSECOND, "took": 99, "told": told}
    engine.send(spans(one, resource=host))
    two = {"trace": "c", "id": "c", "at": 2 * MICROSECOND, "took": 20, "told": {"rows": 7}}
    engine.send(spans(two, service="app"))
    assert "".join(found(engine, **query)) == expected


def test_summary_counts_what_is_in_a_trace(engine: Engine) -> None:
    engine.send(
        spans(
            {"id": "a", "name": "whole", "took": 500, "told": {"openlineage.run_id": "r1"}},
            {"id": "b", "parent": "a", "at": 100, "took": 900, "failed": True},
            {"id": "d", "parent": "x", "at": 50},
        )
    )
    engine.send(spans({"id": "c", "parent": "b", "at": 200, "failed": True}, service="db"))
    (one,) = engine.traces.summaries([trace_of("t"), trace_of("z")])
    assert (one.root_service, one.root_operation) == ("etl", "whole")
    assert (one.start, one.end) == (START, START + 1200)
    assert (one.spans, one.errors, one.orphans, list(one.run_ids)) == (4, 2, 1, ["r1"])
    assert [(s.name, s.spans, s.errors) for s in one.services] == [("db", 1, 1), ("etl", 3, 1)]


def test_trace_without_a_root_has_none(engine: Engine) -> None:
    engine.send(spans({"id": "b", "parent": "a"}))
    (one,) = engine.traces.summaries([trace_of("t")])
    assert (one.root_service, one.root_operation, list(one.run_ids)) == ("", "", [])


def test_outline_has_what_a_picture_needs(engine: Engine) -> None:
    engine.send(
        spans(
            {"id": "b", "parent": "a", "at": 10, "took": 5, "events": ["x", "y"]},
            {"id": "a", "name": "whole", "links": ["u"], "told": {"openlineage.run_id": "r1"}},
        )
    )
    first, second = engine.traces.outline(trace_of("t"))
    assert (first.span_id, first.name, first.run_id, first.links) == (
        span_of("a"),
        "whole",
        "r1",
        1,
    )
    assert (second.parent_span_id, second.start, second.events) == (span_of("a"), START + 10, 2)


def test_spans_are_found_by_a_text_in_their_attributes(engine: Engine) -> None:
    engine.send(
        spans(
            {"id": "a", "told": {"query": "SELECT tide FROM sea"}},
            {"id": "b", "events": ["exception"]},
            {"id": "c", "told": {"query": "SELECT 1"}},
        )
    )
    assert engine.traces.spans_with(trace_of("t"), "tide") == [span_of("a"), span_of("b")]
    assert engine.traces.spans_with(trace_of("t"), "select") == [span_of("a"), span_of("c")]
    assert engine.traces.spans_with(trace_of("t"), "nowhere") == []


def test_calls_between_services_are_counted_once_each(engine: Engine) -> None:
    request = spans({"id": "b", "parent": "a"}, {"id": "c", "parent": "a"}, service="db")
    engine.send(spans({"id": "a"}, {"id": "d", "parent": "a"}))
    engine.send(request)
    engine.send(request)
    hour = timedelta(hours=1)
    assert engine.traces.calls(ELEVEN - hour, ELEVEN + hour) == [
        ServiceCall(parent="etl", child="db", calls=2, errors=0, p50=1_000, p95=1_000)
    ]
    assert engine.traces.calls(ELEVEN + hour, ELEVEN + 2 * hour) == []


def test_calls_say_how_many_failed_and_how_long_they_took(engine: Engine) -> None:
    engine.send(spans({"id": "A"}, {"id": "B", "trace": "u"}))
    of_db = [
        {"id": chr(ord("a") + n), "parent": "A", "took": n * MICROSECOND, "failed": n % 4 == 0}
        for n in range(1, 21)
    ]
    engine.send(spans(*of_db, service="db"))
    engine.send(spans({"id": "z", "trace": "u", "parent": "B", "took": 0}, service="mail"))
    hour = timedelta(hours=1)
    assert engine.traces.calls(ELEVEN - hour, ELEVEN + hour) == [
        ServiceCall(parent="etl", child="db", calls=20, errors=5, p50=10_000, p95=19_000),
        ServiceCall(parent="etl", child="mail", calls=1, errors=0, p50=0, p95=0),
    ]


def test_call_that_came_again_is_the_longest_of_the_first(engine: Engine) -> None:
    engine.send(spans({"id": "a"}))
    for at, took, failed in ((5, 90, True), (0, 10, True), (0, 30, False), (0, 20, True)):
        told = {"id": "s", "parent": "a", "at": at, "took": took, "failed": failed}
        engine.send(spans(told, service="db"))
    hour = timedelta(hours=1)
    assert engine.traces.calls(ELEVEN - hour, ELEVEN + hour) == [
        ServiceCall(parent="etl", child="db", calls=1, errors=0, p50=30, p95=30)
    ]


def _whole() -> Intervals:
    start = START // 10**9
    return Intervals(start=start - 3600, end=start + 3600, step=3600)


def test_stages_are_counted_by_interval(engine: Engine) -> None:
    hour = 3600 * 10**9
    load, read = {"pipeline.stage": "load"}, {"pipeline.stage": "read"}
    request = spans(
        {"id": "a", "told": load, "failed": True},
        {"id": "b", "told": load},
        {"id": "c", "told": read, "at": -hour},
        {"id": "d"},
        {"id": "e", "told": load, "at": hour},
    )
    engine.send(request)
    engine.send(request)
    assert engine.measures.stages(_whole()) == [
        StageCount(stage="read", interval=0, spans=1, errors=0),
        StageCount(stage="load", interval=1, spans=2, errors=1),
    ]


def test_gauges_of_use_are_averaged(engine: Engine) -> None:
    for name in ("system.cpu.utilization", "nobody.asked"):
        engine.send(gauge(name, 0.25, 0.75), signal=Signal.METRICS)
    (one,) = engine.measures.utilisation(_whole())
    assert (one.service, one.metric, one.unit, one.interval, one.value) == (
        "etl",
        "system.cpu.utilization",
        "1",
        1,
        0.5,
    )
