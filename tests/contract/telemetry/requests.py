"""OTLP requests of few spans, points and records, for whoever tests a store."""

from __future__ import annotations

from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

START = 1_795_258_800 * 10**9
"""21 November 2026, 11 o'clock, in Unix nanoseconds."""


def hexadecimal(letter: str, size: int) -> str:
    """Return an id that `spans` makes of a letter."""
    return (letter.encode() * size).hex()


def trace_of(letter: str) -> str:
    return hexadecimal(letter, 16)


def span_of(letter: str) -> str:
    return hexadecimal(letter, 8)


def spans(*told: dict[str, Any], service: str = "etl", resource: Any = None) -> bytes:
    """Return a request: of each span `id`, and as wanted trace, parent, name, at, took, …"""
    request = ExportTraceServiceRequest()
    of_resource = request.resource_spans.add()
    _tell(of_resource.resource, {"service.name": service} | (resource or {}))
    scope = of_resource.scope_spans.add()
    scope.scope.name, scope.scope.version = "scope", "1"
    for one in told:
        span = scope.spans.add(name=one.get("name", "step"), kind=one.get("kind", 1))
        span.trace_id = one.get("trace", "t").encode() * 16
        span.span_id = one["id"].encode() * 8
        span.parent_span_id = one.get("parent", "").encode() * 8
        span.start_time_unix_nano = START + one.get("at", 0)
        span.end_time_unix_nano = span.start_time_unix_nano + one.get("took", 1_000)
        if one.get("failed"):
            span.status.code, span.status.message = 2, "no tide"
        _tell(span, one.get("told", {}))
        for name in one.get("events", ()):
            event = span.events.add(name=name, time_unix_nano=span.start_time_unix_nano + 7)
            _tell(event, {"exception.type": "Tide"})
        for other in one.get("links", ()):
            link = span.links.add(trace_id=other.encode() * 16, span_id=other.encode() * 8)
            _tell(link, {"link.type": "retry"})
    return request.SerializeToString()


def gauge(name: str, *values: float, unit: str = "1", service: str = "etl") -> bytes:
    """Return a request of points of a gauge, a second apart."""
    request = ExportMetricsServiceRequest()
    of_resource = request.resource_metrics.add()
    _tell(of_resource.resource, {"service.name": service})
    metric = of_resource.scope_metrics.add().metrics.add(name=name, unit=unit)
    for number, value in enumerate(values):
        at = START + number * 10**9
        metric.gauge.data_points.add(time_unix_nano=at, as_double=value)
    return request.SerializeToString()


def logs(*told: dict[str, Any], service: str = "etl") -> bytes:
    """Return a request of log records: `body`, and as wanted at, trace, span, severity, told."""
    request = ExportLogsServiceRequest()
    of_resource = request.resource_logs.add()
    _tell(of_resource.resource, {"service.name": service})
    scope = of_resource.scope_logs.add()
    for one in told:
        record = scope.log_records.add(time_unix_nano=START + one.get("at", 0))
        record.body.string_value = one["body"]
        record.severity_number = one.get("severity", 9)
        record.trace_id = one.get("trace", "").encode() * 16
        record.span_id = one.get("span", "").encode() * 8
        _tell(record, one.get("told", {}))
    return request.SerializeToString()


def _tell(holder: Any, attributes: dict[str, Any]) -> None:
    for key, value in attributes.items():
        attribute = holder.attributes.add(key=key)
        if isinstance(value, int):
            attribute.value.int_value = value
        else:
            attribute.value.string_value = value
