"""Runs by id, and the facets of one."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from headwater.api.access import Reader
from headwater.api.marquez.full_names import full_names
from headwater.api.marquez.route import (
    MarquezRoute,
    answer,
    facets_json,
    one_of,
    required,
    uuid_of,
)
from headwater.api.marquez.shapes import run_json
from headwater.errors import Missing
from headwater.lineage.reading.view import LineageReads, LineageView


def runs_router(reads: LineageReads) -> APIRouter:
    """Serve runs."""
    router = APIRouter(prefix="/api/v1/jobs/runs", tags=["marquez"], route_class=MarquezRoute)

    @router.get("/{run_id:segment}")
    def get_run(_principal: Reader, run_id: str) -> Response:
        """Return one run; of several jobs that share its id, the first by name."""
        wanted = uuid_of(run_id)
        with reads.view() as view:
            key = find_run(view, wanted)
            run = view.runs.by_keys([key])[key]
            names = full_names(view, [run.job_key])
        return answer(run_json(run, names))

    @router.get("/{run_id:segment}/facets")
    def get_facets(
        _principal: Reader,
        run_id: str,
        type_: Annotated[
            str | None, Query(alias="type", description="Whose facets: `run` or `job`.")
        ] = None,
    ) -> Response:
        """Return the facets of a run or of its job as that run said; 204 when there are none."""
        kind = one_of("type", required("type", type_), ("RUN", "JOB", "DATASET"))
        wanted = uuid_of(run_id)
        with reads.view() as view:
            key = find_run(view, wanted)
            if kind == "RUN":
                facets = view.facets.of_runs([key]).get(key, {})
            elif kind == "JOB":
                facets = view.facets.of_jobs_in_runs([key]).get(key, {})
            else:
                facets = {}
        if not facets:
            return Response(status_code=204)
        return answer({"runId": str(wanted), "facets": facets_json(facets)})

    return router


def find_run(view: LineageView, run_id: UUID) -> int:
    """Find a run by its id; raises `Missing` as Marquez does."""
    keys = view.runs.keys_by_id(run_id)
    if not keys:
        raise Missing(f"Run '{run_id}' not found.")
    return keys[0]
