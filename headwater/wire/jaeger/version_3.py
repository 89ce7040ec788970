"""Traces as Jaeger's third query API has them: OTLP in JSON, and summaries of traces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Final

from headwater.model.telemetry import Span, TraceSummary
from headwater.wire.jaeger.version_1 import Json, Object

_KINDS: Final = {"Internal": 1, "Server": 2, "Client": 3, "Producer": 4, "Consumer": 5}
_STATUSES: Final = {"Ok": 1, "Error": 2}


def resource_spans_json(spans: Sequence[Span]) -> list[Json]:
    """Return spans by resource and scope, in their order."""

    def resource_of(span: Span) -> tuple[tuple[str, str], ...]:
        return tuple(span.resource.items())

    def scope_of(span: Span) -> tuple[str, str]:
        return span.scope_name, span.scope_version

    return [
        {
            "resource": {"attributes": _attributes(dict(resource))},
            "scopeSpans": [
                {
                    "scope": {"name": name, "version": version},
                    "spans": [_span(span) for span in members],
                }
                for (name, version), members in groupby(of_resource, key=scope_of)
            ],
        }
        for resource, of_resource in groupby(spans, key=resource_of)
    ]


def summary_json(summary: TraceSummary) -> Json:
    """Return a trace as its line in a list."""
    return {
        "traceId": summary.trace_id,
        "rootServiceName": summary.root_service,
        "rootOperationName": summary.root_operation,
        "minStartTimeUnixNano": str(summary.start),
        "maxEndTimeUnixNano": str(summary.end),
        "spanCount": summary.spans,
        "errorSpanCount": summary.errors,
        "orphanSpanCount": summary.orphans,
        "services": [
            {"name": one.name, "spanCount": one.spans, "errorSpanCount": one.errors}
            for one in summary.services
        ],
    }


def _span(span: Span) -> Json:
    written: Object = {
        "traceId": span.trace_id,
        "spanId": span.span_id,
        "name": span.name,
        "kind": _KINDS.get(span.kind, 0),
        "startTimeUnixNano": str(span.start),
        "endTimeUnixNano": str(span.start + span.duration),
        "attributes": _attributes(span.attributes),
        "events": [
            {
                "timeUnixNano": str(event.at),
                "name": event.name,
                "attributes": _attributes(event.attributes),
            }
            for event in span.events
        ],
        "links": [
            {
                "traceId": link.trace_id,
                "spanId": link.span_id,
                "traceState": link.trace_state,
                "attributes": _attributes(link.attributes),
            }
            for link in span.links
        ],
        "status": _status(span),
    }
    if span.parent_span_id:
        written["parentSpanId"] = span.parent_span_id
    if span.trace_state:
        written["traceState"] = span.trace_state
    return written


def _status(span: Span) -> Json:
    status: Object = {}
    if span.status in _STATUSES:
        status["code"] = _STATUSES[span.status]
    if span.message:
        status["message"] = span.message
    return status


def _attributes(attributes: Mapping[str, str]) -> list[Json]:
    return [{"key": key, "value": {"stringValue": value}} for key, value in attributes.items()]
