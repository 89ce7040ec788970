"""`/api/v2/traces`: traces by what they are about, and one with all its spans."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response

from headwater.api.access import Reader
from headwater.api.jaeger.route import plain
from headwater.api.shapes import answers
from headwater.api.shapes.traces import TraceList, WholeTrace
from headwater.api.windows import Milliseconds, zoned
from headwater.errors import Missing, Unprocessable
from headwater.lineage.reading.view import LineageReads
from headwater.model.telemetry import Span, TraceQuery, TraceSummary
from headwater.query.run_telemetry import RunOfSpan, runs_of_spans
from headwater.telemetry.contract import PipelineRuns, Traces
from headwater.wire.jaeger.values import read_trace_id

Json = dict[str, object]

_MILLISECOND = 1_000_000


def traces_router(
    reads: LineageReads, *, traces: Callable[[], Traces], runs: Callable[[], PipelineRuns]
) -> APIRouter:
    """Return the routes about traces; `traces` and `runs` open the store."""
    router = APIRouter(prefix="/api/v2/traces", tags=["traces"])

    @router.get("", responses=answers(TraceList))
    def list_traces(
        _: Reader,
        run: Annotated[str | None, Query(description="Traces of this run.")] = None,
        service: Annotated[str | None, Query(description="With a span of this service.")] = None,
        operation: Annotated[str | None, Query(description="With a span of this name.")] = None,
        attribute: Annotated[
            list[str] | None, Query(description="With an attribute, as `key:value`.")
        ] = None,
        since: datetime | None = None,
        until: datetime | None = None,
        min_ms: Annotated[Milliseconds | None, Query(description="A span that long.")] = None,
        max_ms: Annotated[Milliseconds | None, Query(description="A span no longer.")] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    ) -> Response:
        """List the traces that have a span which is all of this, the latest first."""
        attributes = attributes_of(attribute or ())
        if run is not None:
            attributes["openlineage.run_id"] = run
        query = TraceQuery(
            service=service,
            operation=operation,
            attributes=attributes,
            start=zoned(since, "since"),
            end=zoned(until, "until"),
            shortest=None if min_ms is None else round(min_ms * _MILLISECOND),
            longest=None if max_ms is None else round(max_ms * _MILLISECOND),
            limit=limit,
        )
        return plain({"traces": [summary_json(one) for one in traces().find(query)]})

    @router.get("/{trace_id}", responses=answers(WholeTrace))
    def get_trace(_: Reader, trace_id: str) -> Response:
        """Return a trace with its spans by time; offsets and durations are milliseconds.

        `runs` are those of the runs that lineage knows, with the tables that they read and
        wrote; a run is of the trace when a span names the run, or a facet of it the trace.
        """
        wanted = read_trace_id(trace_id)
        spans = traces().spans([wanted])
        if not spans:
            raise Missing(
                f"there is no trace {wanted}", hint="it may be older than telemetry is kept"
            )
        first = min(span.start for span in spans)
        named = {one.run_id for one in runs().runs_of([wanted])}
        run_ids = sorted(named | {span.run_id for span in spans if span.run_id})
        with reads.view() as view:
            found = runs_of_spans(view, run_ids)
        return plain(
            {
                "trace_id": wanted,
                "start": _text(first),
                "duration_ms": _milliseconds(max(s.start + s.duration for s in spans) - first),
                "run_ids": run_ids,
                "runs": [_run_json(one) for one in found],
                "spans": [_span_json(span, first) for span in spans],
            }
        )

    return router


def _run_json(found: RunOfSpan) -> Json:
    return {
        "id": found.run.id,
        "job": {"namespace": found.run.job.namespace, "name": found.run.job.name},
        "state": found.run.own_state,
        "inputs": [{"namespace": one.namespace, "name": one.name} for one in found.inputs],
        "outputs": [{"namespace": one.namespace, "name": one.name} for one in found.outputs],
    }


def attributes_of(pairs: Sequence[str]) -> dict[str, str]:
    """Return the attributes that a query asks for, each as `key:value`."""
    found = {}
    for pair in pairs:
        key, colon, value = pair.partition(":")
        if not colon or not key:
            raise Unprocessable(
                f"attribute is {pair!r}, not key:value", path="/attribute", hint="such as rows:7"
            )
        found[key] = value
    return found


def summary_json(summary: TraceSummary) -> Json:
    """Return a trace as lists have it."""
    return {
        "trace_id": summary.trace_id,
        "service": summary.root_service,
        "operation": summary.root_operation,
        "start": _text(summary.start),
        "duration_ms": _milliseconds(summary.end - summary.start),
        "spans": summary.spans,
        "errors": summary.errors,
        "orphans": summary.orphans,
        "services": [
            {"name": one.name, "spans": one.spans, "errors": one.errors} for one in summary.services
        ],
        "run_ids": list(summary.run_ids),
    }


def _span_json(span: Span, first: int) -> Json:
    return {
        "span_id": span.span_id,
        "parent_span_id": span.parent_span_id or None,
        "name": span.name,
        "kind": span.kind.lower(),
        "service": span.service,
        "offset_ms": _milliseconds(span.start - first),
        "duration_ms": _milliseconds(span.duration),
        "status": span.status.lower(),
        "message": span.message or None,
        "run_id": span.run_id or None,
        "attributes": dict(span.attributes),
        "resource": dict(span.resource),
        "events": [
            {
                "offset_ms": _milliseconds(event.at - first),
                "name": event.name,
                "attributes": dict(event.attributes),
            }
            for event in span.events
        ],
        "links": [{"trace_id": one.trace_id, "span_id": one.span_id} for one in span.links],
    }


def _milliseconds(nanoseconds: int) -> float:
    return nanoseconds / _MILLISECOND


def _text(nanoseconds: int) -> str:
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"
