"""`/api/v2/logs` and `/api/v2/metrics`: log records and metrics as JSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from headwater.api.access import Reader
from headwater.api.marquez.route import answer
from headwater.api.shapes import answers
from headwater.api.shapes.runs import LogList
from headwater.api.windows import Since, Step, Until, intervals_of, nanoseconds_of, text_of
from headwater.clock import Clock
from headwater.errors import Unprocessable
from headwater.model.signals import LogQuery, LogRecord, MetricKind, MetricQuery
from headwater.query.metric_series import series_of
from headwater.telemetry.contract import Records

SEVERITIES: Final = {"trace": 1, "debug": 5, "info": 9, "warn": 13, "error": 17, "fatal": 21}
_MOST_POINTS: Final = 100_000
_NANOSECONDS: Final = 1_000_000_000


def signals_router(records: Callable[[], Records], *, clock: Clock) -> APIRouter:
    """Return the routes; `records` is called at the first question."""
    router = APIRouter(prefix="/api/v2", tags=["telemetry"])

    @router.get("/logs", responses=answers(LogList))
    def list_logs(
        _: Reader,
        run: Annotated[str | None, Query(description="The id of a run.")] = None,
        trace: Annotated[str | None, Query(description="The id of a trace.")] = None,
        service: Annotated[str | None, Query(description="The service that sent them.")] = None,
        severity: Annotated[
            str | None, Query(description="At least trace, debug, info, warn, error or fatal.")
        ] = None,
        text: Annotated[str | None, Query(description="A part of the message.")] = None,
        since: Annotated[datetime | None, Query(description="From then on.")] = None,
        until: Annotated[datetime | None, Query(description="Up to then.")] = None,
        limit: Annotated[int, Query(ge=1, le=10_000)] = 100,
        after: Annotated[str | None, Query(description="The `next` of the page before.")] = None,
    ) -> Response:
        """List log records, the latest first; a run has those of its spans, too."""
        if severity is not None and severity.lower() not in SEVERITIES:
            raise Unprocessable(
                f"severity is {severity!r}, not one of {', '.join(SEVERITIES)}", path="/severity"
            )
        page = records().logs(
            LogQuery(
                run=None if run is None else run.lower(),
                trace=None if trace is None else trace.lower(),
                service=service,
                severity=None if severity is None else SEVERITIES[severity.lower()],
                text=text,
                start=nanoseconds_of(since, "since"),
                end=nanoseconds_of(until, "until"),
                limit=limit,
                after=after,
            )
        )
        return answer({"logs": [log_json(one) for one in page.records], "next": page.next})

    @router.get("/metrics")
    def list_metrics(_: Reader) -> Response:
        """List what services measure."""
        names = records().metric_names()
        return answer({"metrics": [asdict(one) | {"last": text_of(one.last)} for one in names]})

    @router.get("/metrics/series")
    def get_series(
        _: Reader,
        name: Annotated[str, Query(description="The metric.")],
        service: Annotated[str | None, Query(description="Only of this service.")] = None,
        kind: Annotated[
            MetricKind | None, Query(description="Where a name is of several kinds.")
        ] = None,
        since: Since = None,
        until: Until = None,
        step: Step = None,
    ) -> Response:
        """Return a metric over time, null where nothing is known.

        A gauge gives means; a sum its rate a second if it only grows, else its level or change;
        a histogram p50, p95 and p99; a summary the quantiles that were sent.
        """
        intervals = intervals_of(since, until, step, clock=clock)
        known = [one for one in records().metric_names() if one.name == name]
        if service is not None:
            known = [one for one in known if one.service == service]
        kinds = sorted({one.kind for one in known}) if kind is None else [kind]
        if len(kinds) > 1:
            raise Unprocessable(
                f"{name} is {' and '.join(kinds)}", path="/kind", hint=f"name one: kind={kinds[0]}"
            )
        series, is_partial = [], False
        if kinds:
            points = records().points(
                MetricQuery(
                    name=name,
                    kind=kinds[0],
                    service=service,
                    start=intervals.start * _NANOSECONDS,
                    end=intervals.end * _NANOSECONDS,
                    limit=_MOST_POINTS,
                )
            )
            is_partial = len(points) == _MOST_POINTS
            series = series_of(points, kinds[0], intervals)
        begins = (intervals.begin(number) for number in range(intervals.count))
        return answer(
            {
                "name": name,
                "kind": kinds[0] if kinds else None,
                "unit": next((one.unit for one in known), None),
                "step_seconds": intervals.step,
                "times": [text_of(seconds * _NANOSECONDS) for seconds in begins],
                "series": [asdict(one) for one in series],
                "partial": is_partial,
                "reason": f"only the last {_MOST_POINTS:,} points" if is_partial else None,
            }
        )

    return router


def log_json(record: LogRecord) -> dict[str, object]:
    """Return a log record as JSON has it."""
    return {
        "time": text_of(record.at),
        "severity": record.severity or None,
        "severity_number": record.severity_number or None,
        "service": record.service,
        "body": record.body,
        "event": record.event or None,
        "trace_id": record.trace_id or None,
        "span_id": record.span_id or None,
        "run_id": record.run_id or None,
        "attributes": dict(record.attributes),
        "resource": dict(record.resource),
    }
