"""`/api/v1/pipeline`: start runs of pipelines, follow them, stop them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, Header, Query
from fastapi.responses import JSONResponse

from headwater.api.access import Reader, Runner
from headwater.errors import Unprocessable
from headwater.flow.runs import PipelineRun, StageRun

if TYPE_CHECKING:
    from headwater.flow.executor import PipelineExecutor

Json = dict[str, Any]


def pipelines_router(executor: Callable[[], PipelineExecutor]) -> APIRouter:
    """Return the routes about pipelines; `executor` is asked for at the first request."""
    router = APIRouter(prefix="/api/v1/pipeline", tags=["pipelines"])

    @router.get("")
    def list_pipelines(_: Reader) -> Json:
        """List the pipelines that can be started, with their parameters and stages."""
        return {
            "pipelines": [
                {
                    "name": name,
                    "description": pipeline.description,
                    "parameters": {
                        key: asdict(one) | {"is_required": one.is_required and one.default is None}
                        for key, one in pipeline.parameters.items()
                    },
                    "stages": [{"name": s.name, "kind": s.kind} for s in pipeline.stages],
                }
                for name, pipeline in sorted(executor().pipelines.items())
            ]
        }

    @router.post("/run")
    def start_run(
        principal: Runner,
        body: Annotated[Json, Body(description='`{"pipeline": …, "parameters": {…}}`')],
        idempotency_key: Annotated[str | None, Header()] = None,
    ) -> JSONResponse:
        """Start a run; 202 with its id. The same Idempotency-Key returns the same run."""
        name, parameters = body.get("pipeline"), body.get("parameters", {})
        if not isinstance(name, str):
            raise Unprocessable(f"pipeline is {name!r}, not a name", path="/pipeline")
        if not isinstance(parameters, dict):
            raise Unprocessable("parameters are not an object", path="/parameters")
        run = executor().start(name, parameters, principal=principal.name, key=idempotency_key)
        where = f"/api/v1/pipeline/run/{run.run_id}"
        return JSONResponse(_run_json(run), 202, {"Location": where})

    @router.get("/run")
    def list_runs(
        _: Reader,
        pipeline: Annotated[str | None, Query(description="Only runs of this pipeline.")] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    ) -> Json:
        """List runs, the newest first."""
        found = executor().find(limit=limit, pipeline=pipeline)
        return {"runs": [_run_json(run) for run in found]}

    @router.get("/run/{run_id}")
    def get_run(_: Reader, run_id: str) -> Json:
        """Return a run: its state, its stages with counts and errors, where to look further."""
        return _run_json(executor().get(run_id))

    @router.post("/run/{run_id}/cancel")
    def cancel_run(_: Runner, run_id: str) -> Json:
        """Stop a run before its next stage; one that is over stays as it is."""
        return _run_json(executor().cancel(run_id))

    return router


def _run_json(run: PipelineRun) -> Json:
    return {
        "id": run.run_id,
        "pipeline": run.pipeline,
        "parameters": dict(run.parameters),
        "started_by": run.principal,
        "state": run.state,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "stages": [_stage_json(stage) for stage in run.stages],
        "records": {
            "read": next((s.rows_out for s in run.stages if s.rows_out is not None), None),
            "written": next(
                (s.rows_in for s in reversed(run.stages) if s.rows_in is not None), None
            ),
            "rejected": sum(stage.rejected for stage in run.stages),
        },
        "schema_changes": list(run.schema_changes),
        "error": run.error,
        "links": {
            "lineage": f"/api/v2/runs/{run.run_id}",
            "trace": f"/api/v2/traces/{run.run_id.replace('-', '')}",
        },
    }


def _stage_json(stage: StageRun) -> Json:
    found = asdict(stage)
    found["columns"] = [{"name": name, "type": type_} for name, type_ in stage.columns]
    return found
