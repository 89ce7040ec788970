"""`/api/v1/pipeline`: start runs of pipelines, follow them, stop them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Body, Header, Query, Response
from typing_extensions import TypedDict

from headwater.api.access import Reader, Runner
from headwater.errors import Unprocessable
from headwater.flow.runs import PipelineRun, StageRun
from headwater.sdk.pipeline import Pipeline, Value

if TYPE_CHECKING:
    from headwater.flow.executor import PipelineExecutor


class StageShape(TypedDict):
    """A stage of a pipeline."""

    name: str
    kind: str


class ParameterShape(TypedDict):
    """A parameter of a pipeline."""

    type: str
    default: Value
    is_required: bool
    description: str


class PipelineShape(TypedDict):
    """A pipeline that can be started."""

    name: str
    description: str
    parameters: dict[str, ParameterShape]
    stages: list[StageShape]


class Pipelines(TypedDict):
    """All pipelines."""

    pipelines: list[PipelineShape]


class ColumnShape(TypedDict):
    """A column of what a stage returned."""

    name: str
    type: str


class RejectShape(TypedDict):
    """A record that a stage left out."""

    reason: str
    record: Mapping[str, object]


class StageRunShape(TypedDict):
    """What a stage did in a run."""

    name: str
    kind: str
    run_id: str
    state: str
    attempts: int
    started_at: str | None
    ended_at: str | None
    rows_in: int | None
    rows_out: int | None
    rejected: int
    rejects: list[RejectShape]
    columns: list[ColumnShape]
    quality: Mapping[str, Mapping[str, float | int | None]] | None
    error: str | None


class Counts(TypedDict):
    """The records of a run: what its first stage returned, what its last one took, the rest."""

    read: int | None
    written: int | None
    rejected: int


class Links(TypedDict):
    """Where to look further."""

    lineage: str
    trace: str


class RunShape(TypedDict):
    """A run of a pipeline."""

    id: str
    pipeline: str
    parameters: Mapping[str, Value]
    started_by: str
    state: str
    started_at: str
    ended_at: str | None
    stages: list[StageRunShape]
    records: Counts
    schema_changes: list[str]
    error: str | None
    links: Links


class Runs(TypedDict):
    """Runs, the newest first."""

    runs: list[RunShape]


def pipelines_router(executor: Callable[[], PipelineExecutor]) -> APIRouter:
    """Return the routes about pipelines; `executor` is asked for at the first request."""
    router = APIRouter(prefix="/api/v1/pipeline", tags=["pipelines"])

    @router.get("")
    def list_pipelines(_: Reader) -> Pipelines:
        """List the pipelines that can be started, with their parameters and stages."""
        known = sorted(executor().pipelines.items())
        return {"pipelines": [_pipeline_json(name, pipeline) for name, pipeline in known]}

    @router.post("/run", status_code=202)
    def start_run(
        principal: Runner,
        response: Response,
        body: Annotated[
            dict[str, object], Body(description='`{"pipeline": …, "parameters": {…}}`')
        ],
        idempotency_key: Annotated[str | None, Header()] = None,
    ) -> RunShape:
        """Start a run; 202 with its id. The same Idempotency-Key returns the same run."""
        name, parameters = body.get("pipeline"), body.get("parameters", {})
        if not isinstance(name, str):
            raise Unprocessable(f"pipeline is {name!r}, not a name", path="/pipeline")
        if not isinstance(parameters, dict):
            raise Unprocessable("parameters are not an object", path="/parameters")
        run = executor().start(name, parameters, principal=principal.name, key=idempotency_key)
        response.headers["Location"] = f"/api/v1/pipeline/run/{run.run_id}"
        return _run_json(run)

    @router.get("/run")
    def list_runs(
        _: Reader,
        pipeline: Annotated[str | None, Query(description="Only runs of this pipeline.")] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    ) -> Runs:
        """List runs, the newest first."""
        found = executor().find(limit=limit, pipeline=pipeline)
        return {"runs": [_run_json(run) for run in found]}

    @router.get("/run/{run_id}")
    def get_run(_: Reader, run_id: str) -> RunShape:
        """Return a run: its state, its stages with counts and errors, where to look further."""
        return _run_json(executor().get(run_id))

    @router.post("/run/{run_id}/cancel")
    def cancel_run(_: Runner, run_id: str) -> RunShape:
        """Stop a run before its next stage; one that is over stays as it is."""
        return _run_json(executor().cancel(run_id))

    return router


def _pipeline_json(name: str, pipeline: Pipeline) -> PipelineShape:
    return {
        "name": name,
        "description": pipeline.description,
        "parameters": {
            key: {
                "type": one.type,
                "default": one.default,
                "is_required": one.is_required and one.default is None,
                "description": one.description,
            }
            for key, one in pipeline.parameters.items()
        },
        "stages": [{"name": stage.name, "kind": stage.kind} for stage in pipeline.stages],
    }


def _run_json(run: PipelineRun) -> RunShape:
    return {
        "id": run.run_id,
        "pipeline": run.pipeline,
        "parameters": run.request.shown(),
        "started_by": run.request.principal,
        "state": run.state,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "stages": [_stage_json(stage) for stage in run.stages],
        "records": _counts(run.stages),
        "schema_changes": list(run.schema_changes),
        "error": run.error,
        "links": {
            "lineage": f"/api/v2/runs/{run.run_id}",
            "trace": f"/api/v2/traces/{run.run_id.replace('-', '')}",
        },
    }


def _counts(stages: Sequence[StageRun]) -> Counts:
    returned = [stage.rows_out for stage in stages if stage.rows_out is not None]
    last = stages[-1] if stages and stages[-1].state == "COMPLETED" else None
    written = None if last is None else last.rows_out
    return {
        "read": returned[0] if returned else None,
        "written": last.rows_in if last is not None and written is None else written,
        "rejected": sum(stage.rejected for stage in stages),
    }


def _stage_json(stage: StageRun) -> StageRunShape:
    return {
        "name": stage.name,
        "kind": stage.kind,
        "run_id": stage.run_id,
        "state": stage.state,
        "attempts": stage.attempts,
        "started_at": stage.started_at,
        "ended_at": stage.ended_at,
        "rows_in": stage.rows_in,
        "rows_out": stage.rows_out,
        "rejected": stage.rejected,
        "rejects": [{"reason": one.reason, "record": one.record} for one in stage.rejects],
        "columns": [{"name": name, "type": type_} for name, type_ in stage.columns],
        "quality": stage.quality,
        "error": stage.error,
    }
