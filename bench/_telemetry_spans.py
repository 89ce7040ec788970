"""Spans as pipelines send them: traces of twenty, with a run, stages, counts and a few errors."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Final
from uuid import UUID

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import ScopeSpans, Span

SPANS_OF_TRACE: Final = 20
END: Final = 1_795_000_000_000_000_000
"""When the last trace begins, in Unix nanoseconds: 18 November 2026."""

DAYS: Final = 7
_SERVICES: Final = tuple(f"{name}-pipeline" for name in ("orders", "flights", "billing", "web"))
_STAGES: Final = ("extract", "transform", "validate", "load")
_TABLES: Final = tuple(f"{zone}.table_{n}" for zone in ("raw", "curated") for n in range(20))
_MILLISECOND: Final = 1_000_000


def requests(
    spans: int, spans_each: int, *, seed: int = 3
) -> Iterator[tuple[ExportTraceServiceRequest, list[bytes]]]:
    """Yield requests of so many spans in all, each with the ids of its traces, oldest first."""
    chance = random.Random(seed)
    traces = max(1, spans // SPANS_OF_TRACE)
    step = DAYS * 86_400_000 * _MILLISECOND // traces
    at = END - traces * step
    made = 0
    while made < spans:
        service = chance.choice(_SERVICES)
        request, scope = _request(service, chance)
        ids = []
        left = min(spans_each, spans - made)
        made += left
        while left:
            count = min(SPANS_OF_TRACE, left)
            ids.append(_add_trace(scope, service, chance, start=at, count=count))
            left -= count
            at += step
        yield request, ids


def bodies(spans: int, spans_each: int, *, seed: int = 3) -> list[bytes]:
    """Return the requests in protobuf."""
    made = requests(spans, spans_each, seed=seed)
    return [request.SerializeToString() for request, _ in made]


def _request(service: str, chance: random.Random) -> tuple[ExportTraceServiceRequest, ScopeSpans]:
    request = ExportTraceServiceRequest()
    of_resource = request.resource_spans.add()
    for key, value in (
        ("service.name", service),
        ("service.version", "2.4.1"),
        ("service.instance.id", str(UUID(int=chance.getrandbits(128)))),
        ("host.name", f"worker-{chance.randrange(8)}"),
        ("telemetry.sdk.name", "opentelemetry"),
        ("telemetry.sdk.language", "python"),
        ("telemetry.sdk.version", "1.36.0"),
    ):
        _tell(of_resource.resource.attributes.add(), value, key)
    scope = of_resource.scope_spans.add()
    scope.scope.name, scope.scope.version = "headwater.sdk", "0.1.0"
    return request, scope


def _add_trace(
    scope: ScopeSpans, service: str, chance: random.Random, *, start: int, count: int
) -> bytes:
    trace_id = chance.randbytes(16)
    run_id = str(UUID(int=chance.getrandbits(128)))
    root = chance.randbytes(8)
    at = start
    for number in range(count):
        span = scope.spans.add()
        span.trace_id = trace_id
        span.span_id = root if number == 0 else chance.randbytes(8)
        length = chance.randrange(1, 4_000) * _MILLISECOND + chance.randrange(_MILLISECOND)
        span.start_time_unix_nano = at
        span.kind = Span.SPAN_KIND_SERVER if number == 0 else Span.SPAN_KIND_INTERNAL
        stage = _STAGES[number % len(_STAGES)]
        span.name = f"{service}.run" if number == 0 else f"{stage} {chance.choice(_TABLES)}"
        if number:
            span.parent_span_id = root
            at += length
        span.end_time_unix_nano = start + 60_000 * _MILLISECOND if number == 0 else at
        _describe(span, run_id=run_id, job=f"{service}.{stage}", stage=stage, chance=chance)
    return trace_id


def _describe(span: Span, *, run_id: str, job: str, stage: str, chance: random.Random) -> None:
    told: list[tuple[str, str | int]] = [
        ("openlineage.run_id", run_id),
        ("openlineage.job.namespace", "prod"),
        ("openlineage.job.name", job),
        ("pipeline.stage", stage),
        ("headwater.records.read", chance.randrange(100_000)),
        ("headwater.records.written", chance.randrange(100_000)),
        ("db.system.name", "postgresql"),
        ("thread.id", chance.randrange(16)),
    ]
    for key, value in told:
        _tell(span.attributes.add(), value, key)
    if chance.random() < 0.02:
        span.status.code = span.status.STATUS_CODE_ERROR
        span.status.message = "connection reset by peer"
        event = span.events.add(name="exception", time_unix_nano=span.end_time_unix_nano)
        _tell(event.attributes.add(), "ConnectionResetError", "exception.type")


def _tell(attribute: KeyValue, value: str | int, key: str) -> None:
    attribute.key = key
    if isinstance(value, int):
        attribute.value.int_value = value
    else:
        attribute.value.string_value = value
