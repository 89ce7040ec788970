"""`/api/v2/runs/{id}/comparison`: what two runs of a job did differently."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from headwater.api.access import Reader
from headwater.api.difference_shapes import (
    Document,
    difference_json,
    facet_changes_json,
    name_json,
)
from headwater.api.marquez.route import answer
from headwater.api.shapes import answers
from headwater.api.shapes.runs import RunComparison as ComparisonShape
from headwater.lineage.reading.view import LineageReads
from headwater.model.lineage import Name
from headwater.query.lineage.run_comparison import (
    ComparedDataset,
    ComparedRun,
    RunComparison,
    RunComparisons,
)


def run_comparison_router(reads: LineageReads) -> APIRouter:
    """Serve the comparison of runs."""
    router = APIRouter(prefix="/api/v2/runs", tags=["lineage"])
    comparisons = RunComparisons(reads)

    @router.get("/{run_id}/comparison", responses=answers(ComparisonShape))
    def get_comparison(
        _principal: Reader,
        run_id: Annotated[UUID, Path(description="The earlier run's id.")],
        to: Annotated[UUID, Query(description="The later run's id.")],
        namespace: Annotated[str | None, Query(description="The namespace of the job.")] = None,
        job: Annotated[str | None, Query(description="The job, where several share ids.")] = None,
    ) -> Response:
        """Compare two runs of a job: lineage, schemas, SQL, facets, numbers, time and error.

        `same` is true when both did the same to the same and ended alike; versions, numbers and
        times may differ.
        """
        name = None if job is None else Name(namespace or "headwater", job)
        return answer(_comparison_json(comparisons.of(run_id, to, job=name)))

    return router


def _comparison_json(found: RunComparison) -> Document:
    return {
        "same": found.is_same,
        "job": name_json(found.before.run.job),
        "before": _run_json(found.before),
        "after": _run_json(found.after),
        "datasets": [_dataset_json(one) for one in found.datasets],
        "run_facets": facet_changes_json(found.run_facets),
        "difference": difference_json(found.difference),
        "sql_before": found.before.sql,
        "sql_after": found.after.sql,
    }


def _run_json(compared: ComparedRun) -> Document:
    run, error = compared.run, compared.error
    return {
        "id": run.id,
        "state": compared.state,
        "started_at": None if run.started_at is None else run.started_at.to_text(),
        "ended_at": None if run.ended_at is None else run.ended_at.to_text(),
        "duration_ms": run.duration_milliseconds,
        "error": None if error is None else error.message,
    }


def _dataset_json(dataset: ComparedDataset) -> Document:
    return {
        **name_json(dataset.name),
        "direction": dataset.direction,
        "version_before": dataset.version_before,
        "version_after": dataset.version_after,
        "statistics": [
            {"name": name, "before": before, "after": after}
            for name, before, after in dataset.statistics
        ],
    }
