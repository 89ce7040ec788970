"""Traces are read in the times in which they were, and none is lost between these times."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from headwater.telemetry.contract import Batch
from headwater.telemetry.duckdb.store import DuckTelemetry
from headwater.telemetry.duckdb.trace_times import spans_of_traces
from headwater.telemetry.duckdb.traces import DuckTraces
from headwater.wire.otlp.spans import span_table

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
START = int(NOW.timestamp()) * 10**9
TIMES = "headwater.telemetry.duckdb.trace_times"
HOURS = (0, 1, 2, 30, 31, 60, 61, 90, 200)
"""When the traces began; each has two spans, an hour and a half apart."""


def trace_id(number: int) -> str:
    return (bytes([number + 1]) * 16).hex()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DuckTelemetry]:
    request = ExportTraceServiceRequest()
    scope = request.resource_spans.add().scope_spans.add()
    for number, hours in enumerate(HOURS):
        for place, minutes in enumerate((0, 90)):
            span = scope.spans.add(name="load", trace_id=bytes([number + 1]) * 16)
            span.span_id = bytes([number + 1]) * 7 + bytes([place])
            span.start_time_unix_nano = START + (hours * 60 + minutes) * 60 * 10**9
    rows, _ = span_table(request)
    with closing(DuckTelemetry.open(tmp_path / "telemetry.duckdb")) as store:
        store.write([Batch(tables={"otel_traces": rows}, hash=None, received_at=NOW)])
        yield store


@pytest.mark.parametrize("spans_worth_a_read", [0, 1, 1000])
@pytest.mark.parametrize("most_reads", [1, 2, 3, 24])
def test_all_spans_of_traces_are_read_in_however_many_times(
    store: DuckTelemetry, monkeypatch: pytest.MonkeyPatch, spans_worth_a_read: int, most_reads: int
) -> None:
    monkeypatch.setattr(f"{TIMES}._SPANS_WORTH_A_READ", spans_worth_a_read)
    monkeypatch.setattr(f"{TIMES}._MOST_READS", most_reads)
    traces = DuckTraces(store)
    asked = [trace_id(number) for number in (8, 0, 3, 1, 6)]
    found = traces.summaries([*asked, "f" * 32])
    assert [(one.trace_id, one.spans) for one in found] == [
        (trace_id(number), 2) for number in (8, 6, 3, 1, 0)
    ]
    assert [one.trace_id for one in traces.spans(asked)] == [
        trace_id(number) for number in (0, 0, 1, 1, 3, 3, 6, 6, 8, 8)
    ]
    with store.reader() as connection:
        sql, _ = spans_of_traces(connection, "spans", asked) or ("", {})
    assert 1 <= sql.count("FROM otel_traces") <= most_reads


def test_times_far_apart_are_read_each_and_those_near_together(
    store: DuckTelemetry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{TIMES}._SPANS_WORTH_A_READ", 1)
    asked = [trace_id(number) for number in range(len(HOURS))]
    with store.reader() as connection:
        sql, values = spans_of_traces(connection, "spans", asked) or ("", {})
        none = spans_of_traces(connection, "spans", ["f" * 32])
    # Eighteen spans in 201.5 hours are one in eleven hours: a longer gap is worth a read.
    assert sql.count("FROM otel_traces") == 5
    firsts = sorted(at for name, at in values.items() if name.startswith("first"))
    assert firsts == [START + hours * 3600 * 10**9 for hours in (0, 30, 60, 90, 200)]
    assert none is None
