"""Makes traces as services send them, and sends them over OTLP, for tests and benchmarks of the UI.

A trace is a tree: every span has a few children that follow each other in its time, a level for
each service, until there are as many spans as were asked for. One leaf fails with an exception,
and the spans above it fail with it.
"""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.request import Request, urlopen

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import SEVERITY_NUMBER_ERROR
from opentelemetry.proto.trace.v1.trace_pb2 import ScopeSpans, Span

SERVICES: Final = ("web", "orders", "pricing", "stock", "ledger")
MESSAGE: Final = "the ledger is closed"
_NAMES: Final = ("read", "check", "write", "notify", "lock")
_SPANS_OF_REQUEST: Final = 1_000
_MILLISECOND: Final = 1_000_000
_LENGTH: Final = 60_000 * _MILLISECOND
_STACK: Final = (
    'Traceback (most recent call last):\n  File "ledger.py", line 41, in post\n'
    "    raise LedgerClosedError(book)\nLedgerClosedError: the ledger is closed"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentTrace:
    """A trace that was sent: its id, its first span, and which failed by itself and when."""

    trace_id: str
    root: str
    failed: str
    failed_at: int


@dataclass(slots=True, kw_only=True)
class _Made:
    id: bytes
    parent: _Made | None
    name: str
    depth: int
    start: int
    length: int
    has_failed: bool = False


def send_trace(url: str, *, spans: int, seed: int = 1, run_id: str = "") -> SentTrace:
    """Send a trace of a minute that ended now; `run_id` is told by all its spans."""
    chance = random.Random(seed)
    trace_id = chance.randbytes(16)
    made = list(_tree(spans, chance, start=time.time_ns() - _LENGTH))
    failed: _Made | None = made[-1]
    while failed is not None:
        failed.has_failed = True
        failed = failed.parent
    for first in range(0, spans, _SPANS_OF_REQUEST):
        body = _request(made[first : first + _SPANS_OF_REQUEST], trace_id, made[-1], run_id)
        _post(f"{url}/v1/traces", body.SerializeToString())
    return SentTrace(
        trace_id=trace_id.hex(),
        root=made[0].id.hex(),
        failed=made[-1].id.hex(),
        failed_at=made[-1].start,
    )


def send_log(url: str, trace: SentTrace, text: str) -> None:
    """Send a log record of the span that failed."""
    request = ExportLogsServiceRequest()
    of_resource = request.resource_logs.add()
    of_resource.resource.attributes.add(key="service.name").value.string_value = SERVICES[-1]
    record = of_resource.scope_logs.add().log_records.add(time_unix_nano=trace.failed_at)
    record.trace_id, record.span_id = bytes.fromhex(trace.trace_id), bytes.fromhex(trace.failed)
    record.severity_text, record.severity_number = "ERROR", SEVERITY_NUMBER_ERROR
    record.body.string_value = text
    _post(f"{url}/v1/logs", request.SerializeToString())


def _tree(count: int, chance: random.Random, *, start: int) -> Iterator[_Made]:
    """Yield spans breadth first, so that a trace is as deep as its number of spans asks for."""
    waiting = deque(
        [
            _Made(
                id=chance.randbytes(8),
                parent=None,
                name="run",
                depth=0,
                start=start,
                length=_LENGTH,
            )
        ]
    )
    made = 0
    while made < count:
        span = waiting.popleft()
        yield span
        made += 1
        waiting.extend(_children(span, chance))


def _children(span: _Made, chance: random.Random) -> Iterator[_Made]:
    parts = chance.randrange(3, 8)
    share = span.length // (parts + 1)
    for number in range(parts):
        depth = span.depth + 1
        yield _Made(
            id=chance.randbytes(8),
            parent=span,
            name=f"{_NAMES[number % len(_NAMES)]} {SERVICES[depth % len(SERVICES)]}",
            depth=depth,
            start=span.start + number * share + share // 8,
            length=max(1_000, share - chance.randrange(share // 2 + 1)),
        )


def _request(
    made: Sequence[_Made], trace_id: bytes, failed: _Made, run_id: str
) -> ExportTraceServiceRequest:
    request = ExportTraceServiceRequest()
    scopes: dict[str, ScopeSpans] = {}
    for one in made:
        service = SERVICES[min(one.depth, len(SERVICES) - 1)]
        if service not in scopes:
            of_resource = request.resource_spans.add()
            told = (("service.name", service), ("host.name", f"{service}-1"))
            for key, value in told:
                of_resource.resource.attributes.add(key=key).value.string_value = value
            scopes[service] = of_resource.scope_spans.add()
        span = scopes[service].spans.add(name=one.name, trace_id=trace_id, span_id=one.id)
        span.parent_span_id = one.parent.id if one.parent else b""
        span.start_time_unix_nano, span.end_time_unix_nano = one.start, one.start + one.length
        span.kind = Span.SPAN_KIND_INTERNAL if one.depth else Span.SPAN_KIND_SERVER
        _describe(span, one, run_id)
        if one is failed:
            _fail(span)
    return request


def _describe(span: Span, one: _Made, run_id: str) -> None:
    told = {"items": str(one.start % 97), "shop.city": "Aarhus" if one.has_failed else "Bergen"}
    if run_id:
        told["openlineage.run_id"] = run_id
    for key, value in told.items():
        span.attributes.add(key=key).value.string_value = value
    if one.has_failed:
        span.status.code = span.status.STATUS_CODE_ERROR
        span.status.message = MESSAGE


def _fail(span: Span) -> None:
    event = span.events.add(name="exception", time_unix_nano=span.end_time_unix_nano)
    told = {
        "exception.type": "LedgerClosedError",
        "exception.message": MESSAGE,
        "exception.stacktrace": _STACK,
    }
    for key, value in told.items():
        event.attributes.add(key=key).value.string_value = value


def _post(url: str, body: bytes) -> None:
    request = Request(url, body, {"Content-Type": "application/x-protobuf"})
    with urlopen(request, timeout=60) as reply:
        reply.read()
