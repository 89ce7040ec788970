"""Traces as Jaeger's first query API has them: what its UI draws, and Grafana."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Final

from headwater.model.telemetry import Span, SpanEvent

Json = dict[str, "Json"] | list["Json"] | str | int | bool | None
Object = dict[str, Json]

NO_SERVICE: Final = "OTLPResourceNoServiceName"
_MICROSECOND: Final = 1_000


def traces_json(spans: Sequence[Span]) -> list[Json]:
    """Return traces, in the order in which their spans come, each with its processes."""
    return [
        _trace(trace_id, list(members))
        for trace_id, members in groupby(spans, key=lambda span: span.trace_id)
    ]


def _trace(trace_id: str, spans: Sequence[Span]) -> Json:
    processes: dict[tuple[str, tuple[tuple[str, str], ...]], str] = {}
    written: list[Json] = []
    for span in spans:
        key = (span.service, tuple(span.resource.items()))
        process = processes.setdefault(key, f"p{len(processes) + 1}")
        written.append(_span(span, process))
    return {
        "traceID": trace_id,
        "spans": written,
        "processes": {
            name: {
                "serviceName": service or NO_SERVICE,
                "tags": _tags((k, v) for k, v in resource if k != "service.name"),
            }
            for (service, resource), name in processes.items()
        },
        "warnings": None,
    }


def _span(span: Span, process: str) -> Json:
    references: list[Json] = []
    if span.parent_span_id:
        references.append(_reference("CHILD_OF", span.trace_id, span.parent_span_id))
    references += [_reference("FOLLOWS_FROM", one.trace_id, one.span_id) for one in span.links]
    return {
        "traceID": span.trace_id,
        "spanID": span.span_id,
        "operationName": span.name,
        "references": references,
        "startTime": span.start // _MICROSECOND,
        "duration": span.duration // _MICROSECOND,
        "tags": [*_tags(span.attributes.items()), *_tags(_meanings(span).items()), *_error(span)],
        "logs": [_log(event) for event in span.events],
        "processID": process,
        "warnings": None,
    }


def _reference(kind: str, trace_id: str, span_id: str) -> Json:
    return {"refType": kind, "traceID": trace_id, "spanID": span_id}


def _meanings(span: Span) -> Mapping[str, str]:
    """Return what OpenTelemetry has as fields and Jaeger as tags."""
    found = {
        "otel.scope.name": span.scope_name,
        "otel.scope.version": span.scope_version,
        "span.kind": "" if span.kind == "Unspecified" else span.kind.lower(),
        "otel.status_code": "" if span.status == "Unset" else span.status.upper(),
        "otel.status_description": span.message,
        "w3c.tracestate": span.trace_state,
    }
    return {key: value for key, value in found.items() if value}


def _error(span: Span) -> list[Json]:
    return [{"key": "error", "type": "bool", "value": True}] if span.status == "Error" else []


def _log(event: SpanEvent) -> Json:
    fields: list[Json] = [{"key": "event", "type": "string", "value": event.name}]
    return {
        "timestamp": event.at // _MICROSECOND,
        "fields": fields + _tags(event.attributes.items()),
    }


def _tags(attributes: Iterable[tuple[str, str]]) -> list[Json]:
    return [{"key": key, "type": "string", "value": value} for key, value in attributes]
