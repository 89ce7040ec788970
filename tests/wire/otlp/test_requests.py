"""OTLP requests are read in both encodings, and what is wrong with them has a place."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from google.protobuf.json_format import MessageToDict
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from headwater.errors import Malformed
from headwater.wire.otlp.answers import write_answer, write_error
from headwater.wire.otlp.columns import text_of
from headwater.wire.otlp.logs import log_table
from headwater.wire.otlp.metrics import metric_tables
from headwater.wire.otlp.requests import read_logs, read_metrics, read_traces
from headwater.wire.otlp.signals import JSON, PROTOBUF, Flaw, Signal
from headwater.wire.otlp.spans import KINDS, STATUSES, span_table
from tests.telemetry.payloads import captured


def _array(members: list[AnyValue]) -> AnyValue:
    value = AnyValue()
    value.array_value.values.extend(members)
    return value


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
ids = st.binary(min_size=8, max_size=8).filter(any)
values = st.recursive(
    st.one_of(
        st.builds(AnyValue, string_value=texts),
        st.builds(AnyValue, bool_value=st.booleans()),
        st.builds(AnyValue, int_value=st.integers(-(2**63), 2**63 - 1)),
        st.builds(AnyValue, double_value=st.floats(allow_nan=False)),
        st.builds(AnyValue, bytes_value=st.binary(max_size=4)),
        st.just(AnyValue()),
    ),
    lambda inner: st.lists(inner, max_size=3).map(_array),
    max_leaves=4,
)


@st.composite
def spans(draw: st.DrawFn) -> Span:
    start = draw(st.integers(0, 2**62))
    span = Span(
        trace_id=draw(ids) + draw(ids),
        span_id=draw(ids),
        parent_span_id=draw(st.one_of(st.just(b""), ids)),
        name=draw(texts),
        kind=draw(st.integers(0, 5)),  # type: ignore[arg-type]
        start_time_unix_nano=start,
        end_time_unix_nano=start + draw(st.integers(0, 10**12)),
    )
    span.status.code = draw(st.integers(0, 2))  # type: ignore[assignment]
    for key, value in draw(st.dictionaries(texts, values, max_size=4)).items():
        span.attributes.add(key=key).value.CopyFrom(value)
    for name in draw(st.lists(texts, max_size=2)):
        span.events.add(name=name, time_unix_nano=start)
    for trace in draw(st.lists(ids, max_size=2)):
        span.links.add(trace_id=trace * 2, span_id=trace)
    return span


@st.composite
def requests(draw: st.DrawFn) -> ExportTraceServiceRequest:
    request = ExportTraceServiceRequest()
    for service in draw(st.lists(texts, max_size=3)):
        of_resource = request.resource_spans.add()
        of_resource.resource.attributes.add(key="service.name").value.string_value = service
        for scope in draw(st.lists(texts, max_size=2)):
            of_scope = of_resource.scope_spans.add()
            of_scope.scope.name = scope
            of_scope.spans.extend(draw(st.lists(spans(), max_size=3)))
    return request


def as_json(request: ExportTraceServiceRequest) -> bytes:
    """Write a request as OTLP has it: ids in hexadecimal, enumerations as numbers."""
    document = MessageToDict(request, use_integers_for_enums=True)
    for place, source in _spans(document, request):
        place["traceId"], place["spanId"] = source.trace_id.hex(), source.span_id.hex()
        if source.parent_span_id:
            place["parentSpanId"] = source.parent_span_id.hex()
        for link, of in zip(place.get("links", []), source.links, strict=True):
            link["traceId"], link["spanId"] = of.trace_id.hex(), of.span_id.hex()
    return json.dumps(document).encode()


def _spans(document, request):
    for resource, of_resource in zip(
        document.get("resourceSpans", []), request.resource_spans, strict=True
    ):
        for scope, of_scope in zip(
            resource.get("scopeSpans", []), of_resource.scope_spans, strict=True
        ):
            yield from zip(scope.get("spans", []), of_scope.spans, strict=True)


def test_every_captured_request_is_taken_whole() -> None:
    rows = dict.fromkeys(Signal, 0)
    for sent in captured():
        match sent.signal:
            case Signal.TRACES:
                table, flaw = span_table(read_traces(sent.body, sent.media_type))
                found = [table]
            case Signal.LOGS:
                table, flaw = log_table(read_logs(sent.body, sent.media_type))
                found = [table]
            case Signal.METRICS:
                tables, flaw = metric_tables(read_metrics(sent.body, sent.media_type))
                found = list(tables.values())
        assert flaw is None
        for one in found:
            one.validate(full=True)
        rows[sent.signal] += sum(one.num_rows for one in found)
    assert rows == {Signal.TRACES: 72, Signal.METRICS: 245, Signal.LOGS: 58}


@given(requests())
def test_rows_say_what_the_spans_said(request: ExportTraceServiceRequest) -> None:
    table, flaw = span_table(request)
    table.validate(full=True)
    assert flaw is None
    expected = [
        (of_resource, of_scope, span)
        for of_resource in request.resource_spans
        for of_scope in of_resource.scope_spans
        for span in of_scope.spans
    ]
    assert table.num_rows == len(expected)
    for row, (of_resource, of_scope, span) in zip(table.to_pylist(), expected, strict=True):
        assert row["TraceId"] == span.trace_id.hex()
        assert row["ParentSpanId"] == span.parent_span_id.hex()
        assert (row["SpanName"], row["ScopeName"]) == (span.name, of_scope.scope.name)
        assert row["ServiceName"] == of_resource.resource.attributes[0].value.string_value
        assert row["SpanKind"] == KINDS[span.kind]
        assert row["StatusCode"] == STATUSES[span.status.code]
        assert row["Duration"] == span.end_time_unix_nano - span.start_time_unix_nano
        assert dict(row["SpanAttributes"]) == {a.key: text_of(a.value) for a in span.attributes}
        assert row["Events.Name"] == [event.name for event in span.events]
        assert row["Links.TraceId"] == [link.trace_id.hex() for link in span.links]


@given(requests())
def test_both_encodings_give_the_same_rows(request: ExportTraceServiceRequest) -> None:
    from_protobuf, _ = span_table(read_traces(request.SerializeToString(), PROTOBUF))
    from_json, flaw = span_table(read_traces(as_json(request), JSON))
    assert flaw is None
    assert from_json.to_pylist() == from_protobuf.to_pylist()


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for media_type in (PROTOBUF, JSON):
        for read in (read_traces, read_metrics, read_logs):
            with suppress(Malformed):
                read(body, media_type)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b'{"resourceSpans": 1}',
        b'{"resourceSpans": [{"scopeSpans": "x"}]}',
    ],
)
def test_json_that_is_no_request_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed):
        read_traces(body, JSON)


def test_json_nested_too_deep_is_refused() -> None:
    deep = b'{"arrayValue":{"values":[' * 3000 + b"{}" + b"]}}" * 3000
    body = b'{"resourceSpans":[{"resource":{"attributes":[{"key":"a","value":' + deep + b"}]}}]}"
    with pytest.raises(Malformed, match="too deep"):
        read_traces(body, JSON)


def test_snake_case_is_understood_too() -> None:
    span = {"trace_id": "ab" * 16, "span_id": "cd" * 8, "name": "n", "start_time_unix_nano": "5"}
    body = {"resource_spans": [{"scope_spans": [{"spans": [span]}]}]}
    table, flaw = span_table(read_traces(json.dumps(body).encode(), JSON))
    assert flaw is None
    assert table.column("TraceId").to_pylist() == ["ab" * 16]


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"traceId": "ab"}, "/traceId"),
        ({"traceId": "zz" * 16}, "/traceId"),
        ({"traceId": "00" * 16}, "/traceId"),
        ({"spanId": "ab" * 9}, "/spanId"),
        ({"parentSpanId": "ab" * 3}, "/parentSpanId"),
        ({"startTimeUnixNano": str(2**63)}, "/startTimeUnixNano"),
        ({"startTimeUnixNano": str(2**64 - 1)}, "/startTimeUnixNano"),
    ],
)
def test_span_that_cannot_be_kept_is_told_with_its_place(changes, path: str) -> None:
    well = {"traceId": "ab" * 16, "spanId": "cd" * 8, "startTimeUnixNano": "0"}
    body = {"resourceSpans": [{"scopeSpans": [{"spans": [well, well | changes, well | changes]}]}]}
    table, flaw = span_table(read_traces(json.dumps(body).encode(), JSON))
    assert table.num_rows == 1
    assert flaw is not None
    assert (flaw.rejected, flaw.path) == (2, f"/resourceSpans/0/scopeSpans/0/spans/1{path}")


@pytest.mark.parametrize("count", [1, 10_000])
def test_attributes_are_kept_however_many_and_of_a_key_twice_the_first(count: int) -> None:
    request = ExportTraceServiceRequest()
    span = request.resource_spans.add().scope_spans.add().spans.add()
    span.trace_id, span.span_id = b"t" * 16, b"s" * 8
    for index in range(count):
        span.attributes.add(key=f"k{index}").value.string_value = "v"
    span.attributes.add(key="k0").value.string_value = "second"
    span.attributes.add(key="big").value.string_value = "x" * 1_000_000
    (row,) = span_table(request)[0].to_pylist()
    kept = dict(row["SpanAttributes"])
    assert (len(row["SpanAttributes"]), kept["k0"], len(kept["big"])) == (count + 1, "v", 10**6)


def test_metric_that_changes_its_kind_has_rows_of_both() -> None:
    point = {"asInt": "1", "timeUnixNano": "1"}
    metrics = [
        {"name": "m", "gauge": {"dataPoints": [point]}},
        {"name": "m", "sum": {"dataPoints": [point], "isMonotonic": True}},
        {"name": "m", "gauge": {"dataPoints": [point | {"timeUnixNano": str(2**63)}]}},
        {"name": "empty"},
    ]
    body = json.dumps({"resourceMetrics": [{"scopeMetrics": [{"metrics": metrics}]}]}).encode()
    tables, flaw = metric_tables(read_metrics(body, JSON))
    assert {name: table.num_rows for name, table in tables.items()} == {
        "otel_metrics_gauge": 1,
        "otel_metrics_sum": 1,
    }
    assert flaw is not None
    assert flaw.path == "/resourceMetrics/0/scopeMetrics/0/metrics/2"


@given(st.integers(1, 2**40), texts)
def test_answer_in_protobuf_is_what_its_class_reads(rejected: int, reason: str) -> None:
    flaw = Flaw(rejected=rejected, path="/a", reason=reason)
    answer = ExportTraceServiceResponse.FromString(write_answer(Signal.TRACES, PROTOBUF, flaw))
    assert answer.partial_success.rejected_spans == rejected
    assert answer.partial_success.error_message == f"/a {reason}"
    assert write_answer(Signal.TRACES, PROTOBUF, None) == b""


def test_answer_in_json_has_its_number_as_text() -> None:
    flaw = Flaw(rejected=3, path="", reason="why")
    assert json.loads(write_answer(Signal.LOGS, JSON, flaw)) == {
        "partialSuccess": {"rejectedLogRecords": "3", "errorMessage": "why"}
    }
    assert write_answer(Signal.METRICS, JSON, None) == b"{}"
    assert json.loads(write_error(JSON, "no")) == {"message": "no"}
    assert write_error(PROTOBUF, "no") == b"\x12\x02no"
