"""OTLP request bodies as messages, whichever of the two encodings they came in.

Specification: opentelemetry-proto 1.11, `docs/specification.md`. JSON differs from protobuf's own
mapping in its ids, which are hexadecimal, so a decoder of protobuf alone would misread them.
"""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Final, TypeVar

from google.protobuf.json_format import ParseDict, ParseError
from google.protobuf.message import DecodeError, Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from headwater.errors import Malformed
from headwater.wire.otlp.signals import JSON

Request = TypeVar("Request", bound=Message)
Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None

_ID_FIELDS: Final = frozenset(
    ("traceId", "spanId", "parentSpanId", "trace_id", "span_id", "parent_span_id")
)


def read_traces(body: bytes, media_type: str) -> ExportTraceServiceRequest:
    """Return a request of spans; raises `Malformed`."""
    return _read(body, media_type, ExportTraceServiceRequest())


def read_metrics(body: bytes, media_type: str) -> ExportMetricsServiceRequest:
    """Return a request of metrics; raises `Malformed`."""
    return _read(body, media_type, ExportMetricsServiceRequest())


def read_logs(body: bytes, media_type: str) -> ExportLogsServiceRequest:
    """Return a request of log records; raises `Malformed`."""
    return _read(body, media_type, ExportLogsServiceRequest())


def _read(body: bytes, media_type: str, request: Request) -> Request:
    if media_type == JSON:
        return _read_json(body, request)
    try:
        request.ParseFromString(body)
    except DecodeError as error:
        raise Malformed(f"the body is not OTLP in protobuf: {error}") from error
    return request


def _read_json(body: bytes, request: Request) -> Request:
    try:
        document: Json = json.loads(body)
        if not isinstance(document, dict):
            raise Malformed("the body is not OTLP in JSON: it is no object")
        fields = {name: _with_bytes_for_ids(value) for name, value in document.items()}
        ParseDict(fields, request, ignore_unknown_fields=True)
    except RecursionError as error:
        raise Malformed("the body is not OTLP in JSON: it is nested too deep") from error
    except (ParseError, ValueError) as error:
        offset = error.pos if isinstance(error, json.JSONDecodeError) else None
        raise Malformed(f"the body is not OTLP in JSON: {error}", offset=offset) from error
    return request


def _with_bytes_for_ids(node: Json) -> Json:
    """Write ids as protobuf's JSON has them; one that is not hexadecimal becomes an empty id."""
    if isinstance(node, list):
        return [_with_bytes_for_ids(one) for one in node]
    if not isinstance(node, dict):
        return node
    return {
        name: _id_as_base64(value) if name in _ID_FIELDS else _with_bytes_for_ids(value)
        for name, value in node.items()
    }


def _id_as_base64(value: Json) -> str:
    try:
        return b64encode(bytes.fromhex(value)).decode() if isinstance(value, str) else ""
    except ValueError:
        return ""
