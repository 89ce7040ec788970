"""Telemetry is durable and readable when it is acknowledged, once, and for as long as set."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from headwater.clock import ManualClock
from headwater.duck import DuckError
from headwater.errors import Busy, Conflict, Malformed, StorageFull, Unavailable
from headwater.ingest.telemetry import TelemetryDoor
from headwater.model.telemetry import TraceQuery
from headwater.telemetry.duckdb.store import DuckTelemetry
from headwater.telemetry.duckdb.traces import DuckTraces
from headwater.telemetry.settings import TelemetrySettings
from headwater.wire.otlp.signals import JSON, PROTOBUF, Signal
from tests.telemetry.payloads import captured

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "telemetry.duckdb"


@pytest.fixture
def store(path: Path) -> Iterator[DuckTelemetry]:
    store = DuckTelemetry.open(path)
    yield store
    store.close()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def door(store: DuckTelemetry, clock: ManualClock) -> Iterator[TelemetryDoor]:
    door = TelemetryDoor(store, settings=TelemetrySettings(), clock=clock)
    yield door
    door.close()


def ask(store: DuckTelemetry, sql: str) -> list[tuple[Any, ...]]:
    return store.reader().execute(sql).fetchall()


def rows(store: DuckTelemetry, table: str) -> int:
    return int(ask(store, f"SELECT count(*) FROM {table}")[0][0])


def one_span(**attributes: str) -> bytes:
    request = ExportTraceServiceRequest()
    of_resource = request.resource_spans.add()
    of_resource.resource.attributes.add(key="service.name").value.string_value = "etl"
    span = of_resource.scope_spans.add().spans.add()
    span.trace_id, span.span_id, span.name = b"t" * 16, b"s" * 8, "load"
    span.start_time_unix_nano = int(NOW.timestamp()) * 10**9
    for key, value in attributes.items():
        span.attributes.add(key=key.replace("__", ".")).value.string_value = value
    return request.SerializeToString()


async def send(door: TelemetryDoor, *bodies: bytes, signal: Signal = Signal.TRACES) -> None:
    await asyncio.gather(*(door.admit(signal, body, PROTOBUF) for body in bodies))


def test_what_real_senders_sent_is_there_after_the_answer(store, door) -> None:
    async def send_all() -> None:
        await asyncio.gather(
            *(door.admit(sent.signal, sent.body, sent.media_type) for sent in captured())
        )

    asyncio.run(send_all())
    assert {
        table: rows(store, table)
        for table in ("otel_traces", "otel_logs", "otel_metrics_sum", "otel_metrics_exp_histogram")
    } == {
        "otel_traces": 53,
        "otel_logs": 58,
        "otel_metrics_sum": 135,
        "otel_metrics_exp_histogram": 39,
    }
    services = ask(store, "SELECT DISTINCT ServiceName FROM otel_traces ORDER BY 1")
    assert ("shop-etl-js",) in services


@pytest.mark.parametrize("key", ["openlineage__run_id", "openlineage__run__id", "pipeline__run_id"])
def test_run_is_known_by_each_of_its_spellings(store, door, key: str) -> None:
    told = {key: "r1", "pipeline__stage": "load", "headwater__records__written": "12"}
    asyncio.run(send(door, one_span(**told)))
    found = ask(store, "SELECT RunId, Stage, RecordsRead, RecordsWritten FROM otel_traces")
    assert found == [("r1", "load", None, 12)]


def test_span_without_a_run_has_none(store, door) -> None:
    asyncio.run(send(door, one_span()))
    assert ask(store, "SELECT RunId, Stage FROM otel_traces") == [("", "")]
    assert ask(store, "SELECT TraceId FROM otel_traces_trace_id_ts") == [((b"t" * 16).hex(),)]


def test_last_span_of_a_trace_is_found_by_its_nanosecond(store, door) -> None:
    request = ExportTraceServiceRequest.FromString(one_span())
    spans = request.resource_spans[0].scope_spans[0].spans
    spans[0].start_time_unix_nano += 999
    spans.add().CopyFrom(spans[0])
    spans[1].span_id = b"z" * 8
    spans[1].start_time_unix_nano += 999
    asyncio.run(send(door, request.SerializeToString()))
    traces = DuckTraces(store)
    assert len(traces.spans([(b"t" * 16).hex()])) == 2
    assert traces.find(TraceQuery(attributes={}))[0].spans == 2


def lasting(begin: int, length: int, *, trace: bytes = b"t", span: bytes = b"s") -> bytes:
    request = ExportTraceServiceRequest.FromString(one_span())
    made = request.resource_spans[0].scope_spans[0].spans[0]
    made.trace_id, made.span_id = trace * 16, span * 8
    made.start_time_unix_nano += begin
    made.end_time_unix_nano = made.start_time_unix_nano + length
    return request.SerializeToString()


def test_span_that_came_more_than_once_is_the_longest_of_the_first(store, door) -> None:
    asyncio.run(send(door, lasting(5, 90), lasting(0, 10), lasting(0, 30), lasting(0, 20)))
    (span,) = DuckTraces(store).spans([(b"t" * 16).hex()])
    assert span.duration == 30
    assert rows(store, "otel_traces") == 1


@pytest.mark.parametrize("is_opened_again", [False, True])
def test_span_that_comes_again_later_is_stored_once(
    store, door, path, clock, is_opened_again: bool
) -> None:
    asyncio.run(send(door, lasting(0, 30), lasting(0, 7, span=b"z"), lasting(0, 9, trace=b"u")))
    if is_opened_again:
        door.close()
        store.close()
        store = DuckTelemetry.open(path)
        door = TelemetryDoor(store, settings=TelemetrySettings(), clock=clock)
    for again in (lasting(0, 20), lasting(0, 40), lasting(0, 30), lasting(0, 8, span=b"y")):
        asyncio.run(send(door, again))
    found = ask(store, "SELECT TraceId, SpanId, Duration FROM otel_traces ORDER BY 3")
    t, u = (b"t" * 16).hex(), (b"u" * 16).hex()
    assert found == [
        (t, (b"z" * 8).hex(), 7),
        (t, (b"y" * 8).hex(), 8),
        (u, (b"s" * 8).hex(), 9),
        (t, (b"s" * 8).hex(), 40),
    ]
    door.close()
    store.close()


def test_spans_are_unique_when_few_of_them_are_remembered(store, door, monkeypatch) -> None:
    monkeypatch.setattr("headwater.telemetry.duckdb.known_spans._REMEMBERED", 3)
    monkeypatch.setattr("headwater.telemetry.duckdb.known_spans._MOST_PIECES", 4)
    sent = [lasting(0, n, trace=bytes([n % 5 + 1]), span=bytes([n % 7 + 1])) for n in range(70)]
    for body in sent:
        asyncio.run(send(door, body))
    found = ask(
        store, "SELECT TraceId, SpanId, max(Duration), count(*) FROM otel_traces GROUP BY 1, 2"
    )
    assert (len(found), {row[3] for row in found}) == (35, {1})
    assert {row[2] for row in found} == set(range(35, 70))


def test_attribute_is_found_in_any_block_the_latest_first(store, door, monkeypatch) -> None:
    monkeypatch.setattr("headwater.telemetry.duckdb.attribute_blocks._SPANS_OF_BLOCK", 2)
    for n in range(40):
        request = ExportTraceServiceRequest.FromString(lasting(n * 1000, 5, trace=bytes([n + 1])))
        of_resource = request.resource_spans[0]
        of_resource.resource.attributes.add(key="host").value.string_value = f"h{n % 3}"
        span = of_resource.scope_spans[0].spans[0]
        span.attributes.add(key="number").value.int_value = n
        span.attributes.add(key="half").value.int_value = n // 2
        asyncio.run(send(door, request.SerializeToString()))
    traces = DuckTraces(store)

    def found(limit: int = 100, **attributes: str) -> list[int]:
        listed = traces.find(TraceQuery(attributes=attributes, limit=limit))
        return [int(one.trace_id[:2], 16) - 1 for one in listed]

    assert found(number="17") == [17]
    assert found(half="4") == [9, 8]
    assert found(host="h1") == list(range(37, 0, -3))
    assert found(host="h1", limit=4) == [37, 34, 31, 28]
    assert found(half="4", host="h2") == [8]
    assert found(host="17") == []
    soon = NOW + timedelta(microseconds=20)
    assert [
        int(one.trace_id[:2], 16) - 1
        for one in traces.find(TraceQuery(attributes={"host": "h0"}, start=NOW, end=soon))
    ] == [18, 15, 12, 9, 6, 3, 0]


def test_what_expired_is_not_looked_for(store, door) -> None:
    asyncio.run(send(door, one_span(number="1")))
    assert rows(store, "attribute_blocks") > 0
    store.expire(NOW + timedelta(days=1))
    assert (rows(store, "attribute_blocks"), rows(store, "attribute_block_times")) == (0, 0)
    asyncio.run(send(door, one_span(number="2")))
    assert len(DuckTraces(store).find(TraceQuery(attributes={"number": "2"}))) == 1


def test_store_of_the_first_version_is_searched_and_has_no_span_twice(store, door, path) -> None:
    asyncio.run(send(door, one_span(number="1"), lasting(0, 5, trace=b"u")))
    reader = store.reader()
    reader.execute("INSERT INTO otel_traces FROM otel_traces")
    reader.execute("DELETE FROM attribute_blocks")
    reader.execute("DELETE FROM attribute_block_times")
    reader.execute('UPDATE store_version SET "Version" = 1')
    reader.close()
    store.close()
    again = DuckTelemetry.open(path)
    assert rows(again, "otel_traces") == 2
    traces = DuckTraces(again)
    assert len(traces.find(TraceQuery(attributes={"number": "1"}))) == 1
    assert ask(again, 'SELECT "Version" FROM store_version') == [(3,)]
    again.close()


def test_logs_sent_again_within_the_hour_add_nothing(store, door, clock, path) -> None:
    sent = next(one for one in captured() if one.signal is Signal.LOGS)
    asyncio.run(door.admit(sent.signal, sent.body, sent.media_type))
    once = rows(store, "otel_logs")
    asyncio.run(door.admit(sent.signal, sent.body, sent.media_type))
    assert rows(store, "otel_logs") == once
    store.close()
    again = DuckTelemetry.open(path)
    clock.advance(timedelta(minutes=59).total_seconds())
    later = TelemetryDoor(again, settings=TelemetrySettings(), clock=clock)
    asyncio.run(later.admit(sent.signal, sent.body, sent.media_type))
    assert rows(again, "otel_logs") == once
    clock.advance(timedelta(minutes=2).total_seconds())
    asyncio.run(later.admit(sent.signal, sent.body, sent.media_type))
    assert rows(again, "otel_logs") == 2 * once
    later.close()
    again.close()


def test_rows_grow_old_and_go(store, door, clock) -> None:
    logs = next(one for one in captured() if one.signal is Signal.LOGS)
    asyncio.run(door.admit(logs.signal, logs.body, logs.media_type))
    asyncio.run(send(door, one_span()))
    assert store.expire(NOW - timedelta(days=400)) == 0
    assert rows(store, "otel_traces") == 1
    assert store.expire(NOW + timedelta(days=1)) > 2
    assert (rows(store, "otel_traces"), rows(store, "otel_logs")) == (0, 0)


def test_nothing_is_kept_of_a_transaction_that_failed(store, door, monkeypatch) -> None:
    def fail(*_: object) -> None:
        raise DuckError("IO Error: No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(store, "_insert", fail)
        with pytest.raises(StorageFull):
            asyncio.run(send(door, one_span()))
    asyncio.run(send(door, one_span()))
    assert rows(store, "otel_traces") == 1


def test_what_failed_half_way_is_kept_and_found_when_it_comes_again(
    store, door, monkeypatch
) -> None:
    append = store._append

    def fail(sql: str, batch: object) -> None:
        if sql.startswith("INSERT INTO otel_traces BY NAME"):
            raise DuckError("IO Error: No space left on device")
        append(sql, batch)

    with monkeypatch.context() as patched:
        patched.setattr(store, "_append", fail)
        with pytest.raises(StorageFull):
            asyncio.run(send(door, one_span(number="1")))
    assert rows(store, "attribute_blocks") == 0
    asyncio.run(send(door, one_span(number="1")))
    assert len(DuckTraces(store).find(TraceQuery(attributes={"number": "1"}))) == 1


def test_store_of_a_later_version_is_refused(store, path) -> None:
    store.reader().execute('UPDATE store_version SET "Version" = 99')
    store.close()
    with pytest.raises(Conflict, match="version 99"):
        DuckTelemetry.open(path)


def test_file_that_is_no_store_is_told(path) -> None:
    path.write_bytes(b"not a database" * 1000)
    with pytest.raises(Unavailable, match="telemetry"):
        DuckTelemetry.open(path)


def test_closed_store_takes_nothing(store, door) -> None:
    store.close()
    with pytest.raises(Unavailable):
        asyncio.run(send(door, one_span()))
    with pytest.raises(Unavailable):
        store.reader()


def test_full_queue_is_busy_and_a_broken_body_is_malformed(store, clock) -> None:
    settings = TelemetrySettings(max_waiting_bytes=250)
    door = TelemetryDoor(store, settings=settings, clock=clock)
    with pytest.raises(Malformed):
        asyncio.run(door.admit(Signal.TRACES, b"\xff\xff", PROTOBUF))
    with pytest.raises(Malformed):
        asyncio.run(door.admit(Signal.TRACES, b"{", JSON))

    async def flood() -> list[BaseException | None]:
        bodies = [lasting(0, 5, span=bytes([n + 1])) for n in range(10)]
        sends = (door.admit(Signal.TRACES, body, PROTOBUF) for body in bodies)
        return await asyncio.gather(*sends, return_exceptions=True)  # type: ignore[return-value]

    outcomes = asyncio.run(flood())
    assert any(isinstance(one, Busy) for one in outcomes)
    assert rows(store, "otel_traces") == sum(one is None for one in outcomes)
    door.close()
