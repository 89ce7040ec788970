"""Log records, metrics and what a store takes in are the same on every engine."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from headwater.errors import Invalid
from headwater.model.signals import LogQuery, MetricQuery
from headwater.wire.otlp.signals import Signal
from tests.contract.telemetry.conftest import NOW, Engine
from tests.contract.telemetry.requests import START, gauge, logs, span_of, spans, trace_of
from tests.telemetry.payloads import captured

ALL = {"start": START - 10**12, "end": START + 10**12}


def bodies(engine: Engine, **query: Any) -> list[str]:
    return [one.body for one in engine.records.logs(LogQuery(**query)).records]


def test_what_real_senders_sent_can_be_asked_for(engine: Engine) -> None:
    for sent in captured():
        engine.send(sent.body, signal=sent.signal, media=sent.media_type)
    assert "shop-etl-js" in engine.traces.services()
    names = engine.records.metric_names()
    kinds = {one.kind for one in names}
    assert kinds == {"gauge", "sum", "histogram", "exp_histogram"}
    assert sum(one.points for one in names) == 245
    for one in names:
        asked = MetricQuery(name=one.name, kind=one.kind, start=0, end=one.last + 1)
        points = engine.records.points(asked)
        assert [point.at for point in points] == sorted(point.at for point in points)
        assert len(points) >= one.points
        for point in points:
            if one.kind in ("histogram", "exp_histogram"):
                assert sum(count for _, count in point.buckets) == point.count
    page = engine.records.logs(LogQuery(limit=1_000))
    assert len(page.records) == 58
    assert page.next is None


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["late", "Tide is out", "early"]),
        ({"limit": 1}, ["late"]),
        ({"severity": 13}, ["Tide is out"]),
        ({"text": "TIDE"}, ["Tide is out"]),
        ({"service": "app"}, []),
        ({"service": "etl"}, ["late", "Tide is out", "early"]),
        ({"trace": trace_of("t")}, ["late", "Tide is out"]),
        ({"trace": trace_of("t"), "span": span_of("b")}, ["late"]),
        ({"run": "r1"}, ["early"]),
        ({"run": "r2"}, ["late"]),
        ({"start": START + 5}, ["late", "Tide is out"]),
        ({"end": START + 5}, ["Tide is out", "early"]),
    ],
)
def test_logs_are_found_the_latest_first(
    engine: Engine, query: dict[str, Any], expected: list[str]
) -> None:
    engine.send(spans({"id": "b", "told": {"openlineage.run_id": "r2"}}))
    engine.send(
        logs(
            {"body": "early", "told": {"openlineage.run_id": "r1"}},
            {"body": "Tide is out", "at": 5, "severity": 17, "trace": "t", "span": "a"},
            {"body": "late", "at": 9, "trace": "t", "span": "b"},
        ),
        signal=Signal.LOGS,
    )
    assert bodies(engine, **query) == expected


def test_log_record_comes_back_as_it_was_sent(engine: Engine) -> None:
    told = {"body": "x", "at": 3, "trace": "t", "span": "a", "told": {"key": "value"}}
    engine.send(logs(told), signal=Signal.LOGS)
    (one,) = engine.records.logs(LogQuery()).records
    assert (one.at, one.trace_id, one.span_id) == (START + 3, trace_of("t"), span_of("a"))
    assert (one.service, one.severity_number, one.run_id) == ("etl", 9, "")
    assert (one.attributes, one.resource) == ({"key": "value"}, {"service.name": "etl"})


def test_pages_neither_miss_nor_repeat(engine: Engine) -> None:
    told = [{"body": f"{n}", "at": n // 4} for n in range(15)]
    engine.send(logs(*told), signal=Signal.LOGS)
    seen: list[str] = []
    page = engine.records.logs(LogQuery(limit=4))
    while True:
        seen += [one.body for one in page.records]
        if page.next is None:
            break
        page = engine.records.logs(LogQuery(limit=4, after=page.next))
    assert sorted(seen, key=int) == [f"{n}" for n in range(15)]
    assert [int(body) // 4 for body in seen] == sorted((int(b) // 4 for b in seen), reverse=True)


@pytest.mark.parametrize("cursor", ["", "x", "1", "1.x", "-1.2", f"{2**63}.1"])
def test_cursor_that_no_page_gave_is_refused(engine: Engine, cursor: str) -> None:
    with pytest.raises(Invalid, match="no cursor"):
        engine.records.logs(LogQuery(after=cursor))


def test_body_that_comes_again_within_the_hour_adds_nothing(engine: Engine) -> None:
    def points() -> int:
        return sum(one.points for one in engine.records.metric_names())

    engine.send(gauge("queue", 1), signal=Signal.METRICS)
    engine.clock.advance(3_540)
    engine.send(gauge("queue", 1), signal=Signal.METRICS)
    assert points() == 1
    engine.clock.advance(120)
    engine.send(gauge("queue", 1), signal=Signal.METRICS)
    assert points() == 2


def test_points_of_a_gauge_come_by_time(engine: Engine) -> None:
    engine.send(gauge("queue", 3, 1, 2), signal=Signal.METRICS)
    engine.send(gauge("queue", 9, service="app"), signal=Signal.METRICS)
    asked = MetricQuery(name="queue", kind="gauge", **ALL)
    assert len(engine.records.points(asked)) == 4
    points = engine.records.points(MetricQuery(name="queue", kind="gauge", service="etl", **ALL))
    assert [(one.at - START, one.value) for one in points] == [
        (0, 3.0),
        (10**9, 1.0),
        (2 * 10**9, 2.0),
    ]
    latest = MetricQuery(name="queue", kind="gauge", service="etl", limit=2, **ALL)
    assert [one.value for one in engine.records.points(latest)] == [1.0, 2.0]
    early = MetricQuery(name="queue", kind="gauge", start=START, end=START + 10**9, service="etl")
    assert [one.value for one in engine.records.points(early)] == [3.0]


def test_old_rows_go_and_young_ones_stay(engine: Engine) -> None:
    old = -3 * 86_400 * 10**9
    told = {"openlineage.run_id": "r1"}
    engine.send(
        spans({"id": "a", "trace": "a", "at": old, "told": told}, {"id": "b", "trace": "b"})
    )
    engine.send(logs({"body": "old", "at": old}, {"body": "young"}), signal=Signal.LOGS)
    engine.send(gauge("queue", 1), signal=Signal.METRICS)
    assert engine.writer.expire(NOW - timedelta(days=30)) == 0
    assert engine.writer.expire(NOW - timedelta(days=1)) == 3
    assert engine.traces.spans([trace_of("a")]) == []
    assert len(engine.traces.spans([trace_of("b")])) == 1
    assert bodies(engine) == ["young"]
    assert engine.runs.traces_of(["r1"]) == []
    assert len(engine.records.metric_names()) == 1


def test_what_was_written_is_there_when_the_store_is_opened_again(open_engine) -> None:
    first = open_engine()
    first.send(spans({"id": "a"}))
    first.door.close()
    first.writer.close()
    second = open_engine()
    assert len(second.traces.spans([trace_of("t")])) == 1
    second.send(spans({"id": "a"}, {"id": "b"}))
    assert len(second.traces.spans([trace_of("t")])) == 2
