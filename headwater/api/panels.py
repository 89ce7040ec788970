"""`/api/v2/panels` and `/api/v1/metrics`: how runs go over time, as JSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, get_args

from fastapi import APIRouter, Query, Response

from headwater.api.access import Reader
from headwater.api.marquez.route import answer
from headwater.clock import Clock
from headwater.errors import Unprocessable
from headwater.lineage.reading.view import LineageReads
from headwater.model.intervals import Intervals
from headwater.query.panels import UNITS, Panel, Panels
from headwater.query.run_metrics import run_figures
from headwater.telemetry.contract import Measures

MOST_INTERVALS: Final = 2_000
_USUAL_INTERVALS: Final = 60
_DAY: Final = timedelta(days=1)

Since = Annotated[datetime | None, Query(description="From then on [default: a day before].")]
Until = Annotated[datetime | None, Query(description="Up to then [default: now].")]


def panels_router(
    reads: LineageReads, measures: Callable[[], Measures], *, clock: Clock
) -> APIRouter:
    """Return the routes; `measures` is called at the first question about telemetry."""
    router = APIRouter(tags=["metrics"])
    panels = Panels(reads, measures)

    @router.get("/api/v2/panels")
    def list_panels(_: Reader) -> dict[str, object]:
        """List the panels with their units."""
        return {"panels": [{"name": name, "unit": UNITS[name]} for name in get_args(Panel)]}

    @router.get("/api/v2/panels/{name}")
    def get_panel(
        _: Reader,
        name: Panel,
        since: Since = None,
        until: Until = None,
        step: Annotated[
            int | None, Query(gt=0, description="Seconds of an interval [default: a 60th].")
        ] = None,
    ) -> Response:
        """Return a panel: lines with a value for each interval, null where nothing is known.

        Runs count when they ended, spans when they began. Runs come from lineage; stages and
        gauges come from telemetry.
        """
        found = panels.show(name, _intervals(since, until, step, clock=clock))
        times = [_text(found.intervals.begin(n)) for n in range(found.intervals.count)]
        return answer(
            {
                "panel": found.panel,
                "unit": found.unit or None,
                "since": _text(found.intervals.start),
                "until": _text(found.intervals.end),
                "step_seconds": found.intervals.step,
                "times": times,
                "series": [asdict(one) for one in found.series],
                "partial": found.reason is not None,
                "reason": found.reason,
            }
        )

    @router.get("/api/v1/metrics")
    def get_metrics(_: Reader, since: Since = None, until: Until = None) -> Response:
        """Return how the runs that ended in a window went, out of lineage.

        A stage is the last part of the job's name of a run that has a parent. CPU and memory
        are means over the runs that told them in a `headwater_resources` facet.
        """
        whole = _intervals(since, until, None, clock=clock)
        whole = Intervals(start=whole.start, end=whole.end, step=whole.end - whole.start)
        found = run_figures(reads, whole)
        return answer(
            {
                "since": _text(whole.start),
                "until": _text(whole.end),
                "runs": {
                    "total": found.runs,
                    "completed": found.completed,
                    "failed": found.failed,
                    "aborted": found.aborted,
                },
                "success_rate": found.success_rate,
                "average_duration_seconds": found.average_seconds,
                "records": found.records,
                "records_per_hour": found.records_per_hour,
                "error_rate_by_stage": {
                    stage: {"runs": one.runs, "failed": one.failed, "error_rate": one.error_rate}
                    for stage, one in found.stages.items()
                },
                "resources": {
                    "cpu_seconds": found.cpu_seconds,
                    "memory_bytes": found.memory_bytes,
                },
            }
        )

    return router


def _intervals(
    since: datetime | None, until: datetime | None, step: int | None, *, clock: Clock
) -> Intervals:
    """Return the window that was asked for, in whole seconds."""
    end = _seconds(until, "until") if until else int(clock.now().timestamp()) + 1
    start = _seconds(since, "since") if since else end - round(_DAY.total_seconds())
    if start >= end:
        raise Unprocessable("since is not before until", path="/since")
    asked = step or max(1, -(-(end - start) // _USUAL_INTERVALS))
    intervals = Intervals(start=start, end=end, step=asked)
    if intervals.count > MOST_INTERVALS:
        raise Unprocessable(
            f"step={asked} makes {intervals.count:,} intervals, more than {MOST_INTERVALS:,}",
            path="/step",
            hint="ask for longer ones, or for a shorter window",
        )
    return intervals


def _seconds(time: datetime, name: str) -> int:
    if time.tzinfo is None:
        raise Unprocessable(f"{name} has no zone", path=f"/{name}", hint="end it with Z")
    return int(time.timestamp())


def _text(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
