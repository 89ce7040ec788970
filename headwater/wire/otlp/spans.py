"""Spans as rows of `otel_traces`, column by column.

Names and meanings of the columns are the ClickHouse exporter's of the OpenTelemetry collector;
`telemetry/tables` says them in SQL.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from headwater.wire.otlp.columns import (
    LATEST_NANOSECONDS,
    Lists,
    Maps,
    Shared,
    Table,
    service_of,
    times,
)
from headwater.wire.otlp.signals import Flaw

KINDS: Final = ("Unspecified", "Internal", "Server", "Client", "Producer", "Consumer")
STATUSES: Final = ("Unset", "Ok", "Error")
_TRACE_ID_BYTES: Final = 16
_SPAN_ID_BYTES: Final = 8
_NO_TRACE: Final = bytes(_TRACE_ID_BYTES)
_NO_SPAN: Final = bytes(_SPAN_ID_BYTES)


def span_table(request: ExportTraceServiceRequest) -> tuple[Table, Flaw | None]:
    """Return the spans as a table, and what could not be kept."""
    columns = _Columns()
    for resource_index, of_resource in enumerate(request.resource_spans):
        attributes = of_resource.resource.attributes
        resource = columns.resources.begin(attributes, service_of(attributes))
        for scope_index, of_scope in enumerate(of_resource.scope_spans):
            named = of_scope.scope
            scope = columns.scopes.begin((), named.name, named.version)
            for index, span in enumerate(of_scope.spans):
                wrong = _flaw_of(span)
                if wrong is not None:
                    path = f"/resourceSpans/{resource_index}/scopeSpans/{scope_index}/spans/{index}"
                    columns.refuse(path, wrong)
                    continue
                columns.resources.rows.append(resource)
                columns.scopes.rows.append(scope)
                columns.add(span)
    return columns.table(), columns.flaw()


def _flaw_of(span: Span) -> tuple[str, str] | None:
    if len(span.trace_id) != _TRACE_ID_BYTES or span.trace_id == _NO_TRACE:
        return "/traceId", f"is not 16 bytes that are not all zero: {span.trace_id.hex()!r}"
    if len(span.span_id) != _SPAN_ID_BYTES or span.span_id == _NO_SPAN:
        return "/spanId", f"is not 8 bytes that are not all zero: {span.span_id.hex()!r}"
    if len(span.parent_span_id) not in (0, _SPAN_ID_BYTES):
        return "/parentSpanId", f"is not 8 bytes: {span.parent_span_id.hex()!r}"
    if span.start_time_unix_nano > LATEST_NANOSECONDS:
        return "/startTimeUnixNano", f"is after the year 2262: {span.start_time_unix_nano}"
    return None


class _Columns:
    """The columns of a request's spans."""

    def __init__(self) -> None:
        self.resources = Shared()
        self.scopes = Shared()
        self._start: list[int] = []
        self._duration: list[int] = []
        self._trace: list[str] = []
        self._span: list[str] = []
        self._parent: list[str] = []
        self._state: list[str] = []
        self._name: list[str] = []
        self._kind: list[str] = []
        self._status: list[str] = []
        self._message: list[str] = []
        self._attributes = Maps()
        self._events = Lists()
        self._event_time: list[int] = []
        self._event_name: list[str] = []
        self._event_attributes = Maps()
        self._links = Lists()
        self._link_trace: list[str] = []
        self._link_span: list[str] = []
        self._link_state: list[str] = []
        self._link_attributes = Maps()
        self._rejected = 0
        self._first_flaw = ("", "")

    def refuse(self, path: str, wrong: tuple[str, str]) -> None:
        """Count a span that cannot be kept."""
        if not self._rejected:
            self._first_flaw = (path + wrong[0], wrong[1])
        self._rejected += 1

    def flaw(self) -> Flaw | None:
        """Return what was refused, if anything was."""
        if not self._rejected:
            return None
        path, reason = self._first_flaw
        return Flaw(rejected=self._rejected, path=path, reason=reason)

    def add(self, span: Span) -> None:
        """Add a span that is well."""
        start = span.start_time_unix_nano
        self._start.append(start)
        # A clock that was set back makes spans that end before they start.
        self._duration.append(max(0, span.end_time_unix_nano - start))
        self._trace.append(span.trace_id.hex())
        self._span.append(span.span_id.hex())
        self._parent.append(span.parent_span_id.hex())
        self._state.append(span.trace_state)
        self._name.append(span.name)
        self._kind.append(KINDS[span.kind] if 0 <= span.kind < len(KINDS) else KINDS[0])
        code = span.status.code
        self._status.append(STATUSES[code] if 0 <= code < len(STATUSES) else STATUSES[0])
        self._message.append(span.status.message)
        self._attributes.add(span.attributes)
        if span.events:
            self._add_events(span)
        self._events.end_row(len(self._event_name))
        if span.links:
            self._add_links(span)
        self._links.end_row(len(self._link_trace))

    def _add_events(self, span: Span) -> None:
        for event in span.events:
            self._event_time.append(min(event.time_unix_nano, LATEST_NANOSECONDS))
            self._event_name.append(event.name)
            self._event_attributes.add(event.attributes)

    def _add_links(self, span: Span) -> None:
        for link in span.links:
            self._link_trace.append(link.trace_id.hex())
            self._link_span.append(link.span_id.hex())
            self._link_state.append(link.trace_state)
            self._link_attributes.add(link.attributes)

    def table(self) -> Table:
        """Return the columns in the order of the table."""
        text = pa.string()
        return pa.table(
            {
                "Timestamp": times(self._start),
                "TraceId": pa.array(self._trace, text),
                "SpanId": pa.array(self._span, text),
                "ParentSpanId": pa.array(self._parent, text),
                "TraceState": pa.array(self._state, text),
                "SpanName": pa.array(self._name, text),
                "SpanKind": pa.array(self._kind, text),
                "ServiceName": self.resources.column(0),
                "ResourceAttributes": self.resources.maps(),
                "ScopeName": self.scopes.column(0),
                "ScopeVersion": self.scopes.column(1),
                "SpanAttributes": self._attributes.array(),
                "Duration": pa.array(self._duration, pa.uint64()),
                "StatusCode": pa.array(self._status, text),
                "StatusMessage": pa.array(self._message, text),
                "Events.Timestamp": self._events.array(times(self._event_time)),
                "Events.Name": self._events.array(pa.array(self._event_name, text)),
                "Events.Attributes": self._events.array(self._event_attributes.array()),
                "Links.TraceId": self._links.array(pa.array(self._link_trace, text)),
                "Links.SpanId": self._links.array(pa.array(self._link_span, text)),
                "Links.TraceState": self._links.array(pa.array(self._link_state, text)),
                "Links.Attributes": self._links.array(self._link_attributes.array()),
            }
        )
