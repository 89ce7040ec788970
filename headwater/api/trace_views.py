"""What the page of a trace asks: its outline and its spans; and a map of services."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from headwater.api.access import Reader
from headwater.api.marquez.route import answer
from headwater.api.shapes import answers
from headwater.api.shapes.traces import (
    ServiceMap,
    SpanColumns,
    SpanLog,
    SpanPage,
    SpansWith,
    TraceOutline,
)
from headwater.api.trace_search import name_json
from headwater.api.windows import text_of, zoned
from headwater.clock import Clock
from headwater.errors import Missing
from headwater.lineage.reading.view import LineageReads
from headwater.model.signals import LogQuery
from headwater.model.telemetry import OutlineSpan, ServiceCall, Span
from headwater.query.run_telemetry import RunOfSpan, runs_of_spans
from headwater.telemetry.contract import PipelineRuns, Records, Traces
from headwater.wire.jaeger.values import read_trace_id

_MILLISECOND: Final = 1_000_000
_SECOND: Final = 1_000_000_000
_MOST_LOGS: Final = 100
_MOST_RUNS: Final = 200
_DAY: Final = timedelta(days=1)
_STATUSES: Final = {"Unset": 0, "Ok": 1, "Error": 2}
_CLOCKS_DIFFER: Final = _SECOND
"""Log records of a span are looked for this long before and after it."""

Json = dict[str, object]


def trace_views_router(
    reads: LineageReads,
    *,
    traces: Callable[[], Traces],
    runs: Callable[[], PipelineRuns],
    records: Callable[[], Records],
    clock: Clock,
) -> APIRouter:
    """Return the routes; the stores are opened at the first question."""
    router = APIRouter(prefix="/api/v2", tags=["traces"])
    _add_trace(router, reads, traces, runs)

    @router.get("/traces/{trace_id}/spans/{span_id}", responses=answers(SpanPage))
    def get_span(_: Reader, trace_id: str, span_id: str) -> Response:
        """Return a span with its attributes, events, links, resource and log records."""
        wanted = read_trace_id(trace_id)
        span = traces().span(wanted, span_id.lower())
        if span is None:
            raise Missing(f"there is no span {span_id} in the trace {wanted}")
        end = span.start + span.duration
        page = records().logs(
            LogQuery(
                trace=wanted,
                span=span.span_id,
                start=max(0, span.start - _CLOCKS_DIFFER),
                end=end + _CLOCKS_DIFFER,
                limit=_MOST_LOGS,
            )
        )
        logs: list[SpanLog] = [
            {
                "time": text_of(one.at),
                "severity": one.severity or None,
                "body": one.body,
                "attributes": dict(one.attributes),
            }
            for one in reversed(page.records)
        ]
        return answer({**_span_json(span), "logs": logs, "more_logs": page.next is not None})

    @router.get("/service-map", responses=answers(ServiceMap))
    def get_service_map(
        _: Reader,
        since: Annotated[
            datetime | None, Query(description="From then on [default: a day before].")
        ] = None,
        until: Annotated[datetime | None, Query(description="Up to then [default: now].")] = None,
    ) -> Response:
        """Say which services there are, which called which between two times, and how that went."""
        end = zoned(until, "until") or clock.now()
        start = zoned(since, "since") or end - _DAY
        found = traces()
        calls = found.calls(start, end)
        return answer(
            {
                "since": start.isoformat(),
                "until": end.isoformat(),
                "services": list(found.services()),
                "calls": [_call_json(one) for one in calls],
            }
        )

    return router


def _add_trace(
    router: APIRouter,
    reads: LineageReads,
    traces: Callable[[], Traces],
    runs: Callable[[], PipelineRuns],
) -> None:
    @router.get("/traces/{trace_id}/outline", responses=answers(TraceOutline))
    def get_outline(_: Reader, trace_id: str) -> Response:
        """Return what the picture of a trace needs, a list for each thing known of its spans."""
        wanted = read_trace_id(trace_id)
        spans = traces().outline(wanted)
        if not spans:
            raise Missing(
                f"there is no trace {wanted}", hint="it may be older than telemetry is kept"
            )
        named = {one.run_id for one in runs().runs_of([wanted])}
        run_ids = sorted(named | {span.run_id for span in spans if span.run_id})
        with reads.view() as view:
            found = runs_of_spans(view, run_ids[:_MOST_RUNS])
        return answer(_outline_json(wanted, spans, run_ids, found))

    @router.get("/traces/{trace_id}/matches", responses=answers(SpansWith))
    def find_spans(
        _: Reader,
        trace_id: str,
        text: Annotated[str, Query(min_length=1, max_length=200, description="In any case.")],
    ) -> Response:
        """Name the spans of a trace that have a text in an attribute, of theirs or of events."""
        return answer({"span_ids": list(traces().spans_with(read_trace_id(trace_id), text))})


def _outline_json(
    trace_id: str, spans: Sequence[OutlineSpan], run_ids: Sequence[str], runs: Sequence[RunOfSpan]
) -> Json:
    first = min(span.start for span in spans)
    services = sorted({span.service for span in spans})
    names = sorted({span.name for span in spans})
    kinds = sorted({span.kind for span in spans})
    columns: SpanColumns = {
        "id": [span.span_id for span in spans],
        "parent": [span.parent_span_id for span in spans],
        "service": _places(services, [span.service for span in spans]),
        "name": _places(names, [span.name for span in spans]),
        "kind": _places(kinds, [span.kind for span in spans]),
        "status": [_STATUSES.get(span.status, 0) for span in spans],
        "run": _places(run_ids, [span.run_id for span in spans]),
        "offset_ms": [(span.start - first) / _MILLISECOND for span in spans],
        "duration_ms": [span.duration / _MILLISECOND for span in spans],
        "events": [span.events for span in spans],
    }
    return {
        "trace_id": trace_id,
        "start": text_of(first),
        "duration_ms": (max(s.start + s.duration for s in spans) - first) / _MILLISECOND,
        "services": services,
        "names": names,
        "kinds": [kind.lower() for kind in kinds],
        "run_ids": list(run_ids),
        "runs": [_run_json(one) for one in runs],
        "spans": columns,
        "messages": {str(n): span.message for n, span in enumerate(spans) if span.message},
    }


def _call_json(call: ServiceCall) -> Json:
    return {
        "parent": call.parent,
        "child": call.child,
        "calls": call.calls,
        "errors": call.errors,
        "p50_ms": call.p50 / _MILLISECOND,
        "p95_ms": call.p95 / _MILLISECOND,
    }


def _places(known: Sequence[str], values: Sequence[str]) -> list[int]:
    places = {value: place for place, value in enumerate(known)}
    return [places.get(value, -1) for value in values]


def _run_json(found: RunOfSpan) -> Json:
    return {
        "id": found.run.id,
        "job": name_json(found.run.job),
        "state": found.run.own_state,
        "inputs": [name_json(one) for one in found.inputs],
        "outputs": [name_json(one) for one in found.outputs],
    }


def _span_json(span: Span) -> Json:
    return {
        "trace_id": span.trace_id,
        "span_id": span.span_id,
        "name": span.name,
        "kind": span.kind.lower(),
        "service": span.service,
        "scope": " ".join(part for part in (span.scope_name, span.scope_version) if part),
        "start": text_of(span.start),
        "duration_ms": span.duration / _MILLISECOND,
        "status": span.status.lower(),
        "message": span.message or None,
        "run_id": span.run_id or None,
        "attributes": dict(span.attributes),
        "resource": dict(span.resource),
        "events": [
            {
                "offset_ms": (event.at - span.start) / _MILLISECOND,
                "name": event.name,
                "attributes": dict(event.attributes),
            }
            for event in span.events
        ],
        "links": [{"trace_id": one.trace_id, "span_id": one.span_id} for one in span.links],
    }
