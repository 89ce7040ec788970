"""Columns of ours are what a plain look-up in the attributes of each row finds."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from headwater.duck import connect
from headwater.telemetry.duckdb.derived import (
    chunks_of,
    run_traces,
    single,
    with_derived,
    with_resources_once,
)
from headwater.wire.otlp.spans import span_table

RUN_KEYS = ("openlineage.run_id", "openlineage.run.id", "pipeline.run_id")
COUNTS = ("headwater.records.read", "headwater.records.written")
KEYS = (*RUN_KEYS, *COUNTS, "pipeline.stage", "other")
VALUES = ("", "r1", "r2", "7", "-7", "٣", str(2**64), "load")

attributes = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(VALUES), max_size=4)
resources = st.lists(st.tuples(attributes, st.lists(attributes, max_size=3)), max_size=3)


def table_of(requests: list[list[tuple[dict[str, str], list[dict[str, str]]]]]) -> pa.Table:
    """Return the spans of some requests as the store gets them: a piece for each request."""
    tables = []
    for request in requests:
        message = ExportTraceServiceRequest()
        for resource, spans in request:
            of_resource = message.resource_spans.add()
            for key, value in resource.items():
                of_resource.resource.attributes.add(key=key).value.string_value = value
            scope = of_resource.scope_spans.add()
            for told in spans:
                span = scope.spans.add(trace_id=b"t" * 16, span_id=b"s" * 8)
                for key, value in told.items():
                    span.attributes.add(key=key).value.string_value = value
        tables.append(span_table(message)[0])
    return pa.concat_tables(tables)


def count(text: str | None) -> int | None:
    return int(text) if text == "7" else None


@settings(deadline=None)
@given(st.lists(resources, min_size=1, max_size=3))
def test_derived_columns_are_what_the_attributes_say(requests) -> None:
    table = with_derived(table_of(requests))
    rows = [(resource, told) for one in requests for resource, spans in one for told in spans]
    expected = [
        next((told[key] for key in RUN_KEYS if told.get(key)), resource.get(RUN_KEYS[0], ""))
        for resource, told in rows
    ]
    assert table.column("RunId").to_pylist() == expected
    assert table.column("Stage").to_pylist() == [told.get("pipeline.stage", "") for _, told in rows]
    for column, key in zip(("RecordsRead", "RecordsWritten"), COUNTS, strict=True):
        assert table.column(column).to_pylist() == [count(told.get(key)) for _, told in rows]
    assert run_traces(table).column("RunId").to_pylist() == sorted({one for one in expected if one})


@settings(deadline=None)
@given(st.lists(attributes, max_size=5))
def test_rows_that_are_all_equal_are_known_as_one(rows: list[dict[str, str]]) -> None:
    table = table_of([[(one, [{}]) for one in rows]])
    for maps in chunks_of(table, "ResourceAttributes"):
        are_equal = len({tuple(sorted(one.items())) for one in rows}) == 1
        size = single(maps)
        if size:
            assert are_equal
            assert size == len(rows[0])
        elif rows and rows[0]:
            is_same_order = all(list(one.items()) == list(rows[0].items()) for one in rows)
            assert not is_same_order


@settings(deadline=None, max_examples=50)
@given(st.lists(resources, min_size=1, max_size=3))
def test_resource_held_once_is_that_of_each_row(requests) -> None:
    table = table_of(requests)
    with connect() as connection:
        connection.register("once", with_resources_once(table))
        found = connection.execute("SELECT ResourceAttributes FROM once").fetchall()
    expected = [resource for one in requests for resource, spans in one for _ in spans]
    assert [row[0] for row in found] == expected
