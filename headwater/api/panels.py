"""`/api/v2/panels` and `/api/v1/metrics`: how runs go over time, as JSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Final, get_args

from fastapi import APIRouter, Response

from headwater.api.access import Reader
from headwater.api.marquez.route import answer
from headwater.api.windows import Since, Step, Until, intervals_of, text_of
from headwater.clock import Clock
from headwater.lineage.reading.view import LineageReads
from headwater.model.intervals import Intervals
from headwater.query.panels import UNITS, Panel, Panels
from headwater.query.run_metrics import run_figures
from headwater.telemetry.contract import Measures, PipelineRuns

_NANOSECONDS: Final = 1_000_000_000


def panels_router(
    reads: LineageReads,
    *,
    measures: Callable[[], Measures],
    runs: Callable[[], PipelineRuns],
    clock: Clock,
) -> APIRouter:
    """Return the routes; `measures` and `runs` open telemetry at the first question about it."""
    router = APIRouter(tags=["metrics"])
    panels = Panels(reads, measures=measures, runs=runs)

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
        step: Step = None,
    ) -> Response:
        """Return a panel: lines with a value for each interval, null where nothing is known.

        Runs count when they ended, spans when they began. `reason` says what is missing: runs
        that lineage knows and telemetry does not yet, or series beyond the most that are shown.
        """
        found = panels.show(name, intervals_of(since, until, step, clock=clock))
        times = [
            text_of(found.intervals.begin(n) * _NANOSECONDS) for n in range(found.intervals.count)
        ]
        return answer(
            {
                "panel": found.panel,
                "unit": found.unit or None,
                "since": text_of(found.intervals.start * _NANOSECONDS),
                "until": text_of(found.intervals.end * _NANOSECONDS),
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
        whole = intervals_of(since, until, None, clock=clock)
        whole = Intervals(start=whole.start, end=whole.end, step=whole.end - whole.start)
        found = run_figures(reads, whole)
        return answer(
            {
                "since": text_of(whole.start * _NANOSECONDS),
                "until": text_of(whole.end * _NANOSECONDS),
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
