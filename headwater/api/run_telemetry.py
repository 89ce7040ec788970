"""`/api/v2/runs/{id}/telemetry` and `/api/v2/lineage/critical-path`: why a run or table is slow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from headwater.api.access import Reader
from headwater.api.marquez.route import answer
from headwater.api.shapes import answers
from headwater.api.shapes.lineage import CriticalPathAnswer
from headwater.api.shapes.runs import RunTelemetry as RunTelemetryShape
from headwater.api.signals import log_json
from headwater.api.traces import summary_json
from headwater.api.windows import text_of
from headwater.errors import Conflict, Missing, Unavailable
from headwater.lineage.reading.view import LineageReads, LineageView
from headwater.model.lineage import Moment, Name, Run
from headwater.model.telemetry import Span
from headwater.query.lineage.lateness import Step, critical_path
from headwater.query.run_telemetry import (
    RunTelemetry,
    Stage,
    telemetry_of,
    volumes_of,
    without_telemetry,
)
from headwater.telemetry.contract import Records, Traces

_MILLISECOND: Final = 1_000_000

Json = dict[str, object]


def run_telemetry_router(
    reads: LineageReads, *, traces: Callable[[], Traces], records: Callable[[], Records]
) -> APIRouter:
    """Return the routes; `traces` and `records` are called at the first question."""
    router = APIRouter(prefix="/api/v2", tags=["telemetry"])

    @router.get("/runs/{run_id}/telemetry", responses=answers(RunTelemetryShape))
    def get_telemetry(
        _: Reader,
        run_id: Annotated[UUID, Path(description="The run's id.")],
        namespace: Annotated[str | None, Query(description="The namespace of the job.")] = None,
        job: Annotated[
            str | None, Query(description="The job, where several share the run's id.")
        ] = None,
    ) -> Response:
        """Return what telemetry knows of a run: traces, stages, slowest span, errors, logs.

        `how` of a trace: `attribute` when its spans name the run, `facet` when the run names it,
        `probable` when only its name and time fit. While telemetry cannot be read, `reason` says
        why, and `job` and `data` are there still.
        """
        with reads.view() as view:
            run = _find(view, run_id, namespace=namespace, job=job)
            try:
                found = telemetry_of(view, run_id, run=run, traces=traces(), records=records())
            except (Unavailable, Conflict) as error:
                if run is None:
                    raise
                found = without_telemetry(run, f"telemetry cannot be read: {error}")
        if run is None and not found.traces and not found.logs:
            raise Missing(f"neither lineage nor telemetry knows a run {run_id}")
        return answer(_telemetry_json(str(run_id), found))

    @router.get("/lineage/critical-path", responses=answers(CriticalPathAnswer))
    def get_critical_path(
        _: Reader, node: Annotated[str, Query(description="dataset:NS:NAME or job:NS:NAME.")]
    ) -> Response:
        """Return why a table is late: the last runs that led to it, and which wait dominates."""
        with reads.view() as view:
            path = critical_path(view, node)
        dominant = path.dominant
        return answer(
            {
                "node": f"{path.kind}:{path.name.namespace}:{path.name.name}",
                "steps": [_step_json(step) for step in path.steps],
                "dominant": None
                if dominant is None
                else {
                    "run_id": dominant.step.run.id,
                    "job": _name_json(dominant.step.run.job),
                    "what": dominant.kind,
                    "ms": dominant.milliseconds,
                },
                "partial": path.is_partial,
                "reason": "the path is longer" if path.is_partial else None,
            }
        )

    return router


def _find(view: LineageView, run_id: UUID, *, namespace: str | None, job: str | None) -> Run | None:
    keys = view.runs.keys_by_id(run_id)
    runs = view.runs.by_keys(keys)
    for key in keys:
        name = runs[key].job
        if job in (None, name.name) and namespace in (None, name.namespace):
            return runs[key]
    return None


def _telemetry_json(run_id: str, found: RunTelemetry) -> Json:
    slowest = found.slowest
    return {
        "run_id": run_id,
        "job": None if found.run is None else _name_json(found.run.job),
        "traces": [summary_json(one.summary) | {"how": one.how} for one in found.traces],
        "stages": [_stage_json(one) for one in found.stages],
        "slowest_span": None
        if slowest is None
        else _span_json(slowest.span) | {"own_ms": slowest.own / _MILLISECOND},
        "errors": [_span_json(span) for span in found.errors],
        "logs": [log_json(one) for one in found.logs],
        "data": None
        if found.run is None
        else {
            side: {"rows": one.rows, "bytes": one.size_bytes, "files": one.files}
            for side, one in volumes_of(found.run).items()
        },
        "partial": found.reason is not None,
        "reason": found.reason,
    }


def _stage_json(stage: Stage) -> Json:
    return {
        "name": stage.name,
        "spans": stage.spans,
        "errors": stage.errors,
        "start": text_of(stage.start),
        "end": text_of(stage.end),
        "busy_ms": stage.busy / _MILLISECOND,
        "records": {"read": stage.read, "written": stage.written},
    }


def _span_json(span: Span) -> Json:
    return {
        "trace_id": span.trace_id,
        "span_id": span.span_id,
        "name": span.name,
        "service": span.service,
        "start": text_of(span.start),
        "duration_ms": span.duration / _MILLISECOND,
        "message": span.message or None,
        "run_id": span.run_id or None,
    }


def _step_json(step: Step) -> Json:
    later = step.later
    return _run_json(step.run) | {
        "through": None if step.through is None else _name_json(step.through),
        "took_ms": step.took,
        "waited_ms": step.waited,
        "later": None if later is None else _run_json(later),
    }


def _run_json(run: Run) -> Json:
    return {
        "run_id": run.id,
        "job": _name_json(run.job),
        "state": run.own_state,
        "started_at": _text(run.started_at),
        "ended_at": _text(run.ended_at),
    }


def _name_json(name: Name) -> Json:
    return {"namespace": name.namespace, "name": name.name}


def _text(moment: Moment | None) -> str | None:
    return None if moment is None else moment.to_text()
