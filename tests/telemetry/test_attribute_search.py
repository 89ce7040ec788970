"""A search by attribute answers as if every span were looked at, whatever the blocks are like."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue

from headwater.model.telemetry import TraceQuery
from headwater.telemetry.contract import Batch
from headwater.telemetry.duckdb.store import DuckTelemetry
from headwater.telemetry.duckdb.trace_search import found_traces
from headwater.telemetry.duckdb.traces import DuckTraces
from headwater.wire.otlp.spans import span_table

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
START = int(NOW.timestamp()) * 10**9
BLOCKS = "headwater.telemetry.duckdb.attribute_blocks"

Value = str | int
Attributes = Mapping[str, Value]


@dataclass(frozen=True)
class Sent:
    """A span that was sent: its trace, when it began after `NOW`, and what it says."""

    trace: int
    microseconds: int
    attributes: Attributes
    resource: Attributes

    def has(self, key: str, value: str) -> bool:
        told = (self.attributes.get(key), self.resource.get(key))
        return value in [str(one) for one in told if one is not None]


# Values that begin with each other, one number as text and as a number, and the empty one.
values = st.one_of(
    st.sampled_from(["", "1", "12", "123", "a", "ab", "abc", "A", "1.0", "é", "a b"]),
    st.sampled_from([1, 12, 123]),
)
attributes = st.dictionaries(st.sampled_from(["row", "rows", "host"]), values, max_size=3)
spans = st.tuples(st.integers(1, 9), st.integers(0, 60), attributes)
requests = st.tuples(attributes, st.lists(spans, min_size=1, max_size=5))
writes = st.lists(st.lists(requests, min_size=1, max_size=3), min_size=1, max_size=4)
wanted = st.dictionaries(
    st.sampled_from(["row", "rows", "host", "missing"]), values.map(str), min_size=1, max_size=2
)


def write(store: DuckTelemetry, sent: Sequence[Sequence[Sent]], ids: Iterator[int]) -> None:
    """Write requests, each of spans of one resource, in one transaction."""
    batches = []
    for of_request in sent:
        request = ExportTraceServiceRequest()
        of_resource = request.resource_spans.add()
        scope = of_resource.scope_spans.add()
        for key, value in of_request[0].resource.items():
            tell(of_resource.resource.attributes.add(key=key), value)
        for one in of_request:
            span = scope.spans.add(name="load", span_id=next(ids).to_bytes(8, "big"))
            span.trace_id = bytes([one.trace]) * 16
            span.start_time_unix_nano = START + one.microseconds * 1000
            for key, value in one.attributes.items():
                tell(span.attributes.add(key=key), value)
        rows, _ = span_table(request)
        batches.append(Batch(tables={"otel_traces": rows}, hash=None, received_at=NOW))
    store.write(batches)


def tell(attribute: KeyValue, value: Value) -> None:
    if isinstance(value, int):
        attribute.value.int_value = value
    else:
        attribute.value.string_value = value


def looked_through(sent: Sequence[Sent], query: TraceQuery) -> list[str]:
    """Return what a search has to find, by looking at every span."""
    latest: dict[str, int] = {}
    for one in sent:
        at = NOW + timedelta(microseconds=one.microseconds)
        is_within = (query.start or at) <= at <= (query.end or at)
        if is_within and all(one.has(key, value) for key, value in query.attributes.items()):
            trace = (bytes([one.trace]) * 16).hex()
            latest[trace] = max(one.microseconds, latest.get(trace, 0))
    return sorted(latest, key=lambda trace: (-latest[trace], trace))[: query.limit]


@given(
    sent=writes,
    asked=st.lists(st.tuples(wanted, st.sampled_from([1, 2, 100])), min_size=4, max_size=8),
    window=st.tuples(st.integers(0, 30), st.integers(30, 60)),
    spans_of_block=st.integers(1, 4),
    bits=st.sampled_from([2, 24]),
)
def test_search_finds_what_looking_at_every_span_finds(
    sent: list[list[tuple[Attributes, list[tuple[int, int, Attributes]]]]],
    asked: list[tuple[dict[str, str], int]],
    window: tuple[int, int],
    spans_of_block: int,
    bits: int,
) -> None:
    told = [
        [[Sent(*span, resource) for span in of_request] for resource, of_request in of_write]
        for of_write in sent
    ]
    whole = [one for of_write in told for of_request in of_write for one in of_request]
    ids = count(1)
    start, end = (NOW + timedelta(microseconds=one) for one in window)
    with (
        pytest.MonkeyPatch.context() as patched,
        tempfile.TemporaryDirectory() as folder,
        closing(DuckTelemetry.open(Path(folder) / "telemetry.duckdb")) as store,
    ):
        patched.setattr(f"{BLOCKS}._SPANS_OF_BLOCK", spans_of_block)
        # Of two bits, most hashes are also of something else.
        patched.setattr(f"{BLOCKS}._HASH", 2**bits - 1)
        for of_write in told:
            write(store, of_write, ids)
        for attributes_asked, limit in asked:
            for query in (
                TraceQuery(attributes=attributes_asked, limit=limit),
                TraceQuery(attributes=attributes_asked, limit=limit, start=start, end=end),
            ):
                with store.reader() as connection:
                    found = list(found_traces(connection, query))
                assert found == looked_through(whole, query), query


def test_store_of_the_second_version_is_searched_in_spans_and_resources(tmp_path: Path) -> None:
    # Of some pairs a number of 32 bits looks as one of 24 does.
    small = next(str(n) for n in count() if number_of("rows", str(n)) < 2**24)
    path = tmp_path / "telemetry.duckdb"
    sent = [
        Sent(1, 1, {"rows": small}, {"host": "a"}),
        Sent(2, 2, {"host": "a"}, {"rows": small}),
        Sent(3, 3, {"host": "b"}, {"rows": "other"}),
    ]
    with closing(DuckTelemetry.open(path)) as store:
        ids = count(1)
        write(store, [[one] for one in sent], ids)
        as_second_version(store, sent)
    later = Sent(4, 4, {"rows": small, "host": "a"}, {"host": "c"})
    with closing(DuckTelemetry.open(path)) as store:
        write(store, [[later]], ids)
        traces = DuckTraces(store)
        for attributes_asked in (
            {"rows": small},
            {"host": "a"},
            {"host": "b"},
            {"host": "c"},
            {"rows": small, "host": "a"},
            {"rows": "missing"},
        ):
            query = TraceQuery(attributes=attributes_asked)
            found = [one.trace_id for one in traces.find(query)]
            assert found == looked_through([*sent, later], query), query
        with store.reader() as connection:
            version = connection.execute('SELECT "Version" FROM store_version').fetchall()
        assert version == [(3,)]


def as_second_version(store: DuckTelemetry, sent: Sequence[Sent]) -> None:
    """Hash what the one block has as the second version did: 32 bits, resources like spans."""
    numbers = {
        number_of(key, str(value))
        for one in sent
        for told in (one.attributes, one.resource)
        for key, value in told.items()
    }
    with store.transaction() as connection:
        connection.execute("DELETE FROM attribute_blocks")
        connection.executemany(
            "INSERT INTO attribute_blocks VALUES (?, 1)", [[number] for number in sorted(numbers)]
        )
        connection.execute('UPDATE store_version SET "Version" = 2')


def number_of(key: str, value: str) -> int:
    return crc32(f"{key}\x1f{value}".encode())
