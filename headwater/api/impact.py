"""`/api/v2/lineage/impact`: what breaks if a table, a column or a job changes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from headwater.api.access import Reader
from headwater.api.marquez.route import answer
from headwater.api.shapes import answers
from headwater.api.shapes.lineage import LineageImpact
from headwater.lineage.reading.view import LineageReads
from headwater.model.lineage import Moment, Name
from headwater.query.lineage.graph import MOST_NODES, Budget
from headwater.query.lineage.impact import AffectedDataset, AffectedJob, Impact, ImpactAnalysis
from headwater.query.lineage.nodes import node_id, parse_node
from headwater.query.lineage.spread import EFFECTS

Document = dict[str, object]


def impact_router(reads: LineageReads) -> APIRouter:
    """Serve impact analysis."""
    router = APIRouter(prefix="/api/v2/lineage", tags=["lineage"])
    analysis = ImpactAnalysis(reads)

    @router.get("/impact", responses=answers(LineageImpact))
    def get_impact(
        _principal: Reader,
        node: Annotated[
            str,
            Query(description="dataset:NS:NAME, job:NS:NAME or datasetField:NS:NAME:FIELD."),
        ],
        column: Annotated[
            list[str] | None, Query(description="Only these columns of the dataset change.")
        ] = None,
        depth: Annotated[int, Query(ge=1, le=1_000, description="Hops over a job.")] = 20,
        budget: Annotated[
            int, Query(ge=1, le=MOST_NODES, description="Most datasets, jobs and columns.")
        ] = 2_000,
    ) -> Response:
        """Return what is downstream, nearest first, with owners, last runs and last writes.

        `effect` is `direct` where values flow, `indirect` where rows are chosen, joined, grouped
        or ordered by it, `table` where a job reads the table and tells no columns.
        """
        found = analysis.of(
            parse_node(node), columns=column or (), depth=depth, budget=Budget(nodes=budget)
        )
        return answer({"node": node, "depth": depth, **_impact_json(found)})

    return router


def _impact_json(impact: Impact) -> Document:
    columns = [one for dataset in impact.datasets for one in dataset.columns]
    return {
        "start": {
            "id": _id("job" if impact.is_job else "dataset", impact.start),
            **_name_json(impact.start),
            "columns": list(impact.columns),
        },
        "summary": {
            "datasets": len(impact.datasets),
            "jobs": len(impact.jobs),
            "columns": {
                "direct": sum(one.effect == "direct" for one in columns),
                "indirect": sum(one.effect == "indirect" for one in columns),
            },
            "effects": {effect: impact.count(effect) for effect in EFFECTS},
            "failed_jobs": sum(job.state == "FAILED" for job in impact.jobs),
            "owners": impact.owners,
        },
        "datasets": [_dataset_json(dataset) for dataset in impact.datasets],
        "jobs": [_job_json(job) for job in impact.jobs],
        "partial": impact.reason is not None,
        "reason": impact.reason,
    }


def _dataset_json(dataset: AffectedDataset) -> Document:
    return {
        "id": _id("dataset", dataset.name),
        **_name_json(dataset.name),
        "effect": dataset.effect,
        "distance": dataset.distance,
        "via": [_name_json(job) for job in dataset.jobs],
        "owners": list(dataset.owners),
        "written_at": _time(dataset.written_at),
        "written_by_run": dataset.run_id,
        "columns": [
            {
                "name": column.name,
                "effect": column.effect,
                "distance": column.distance,
                "how": list(column.how),
                "masking": column.is_masked,
            }
            for column in dataset.columns
        ],
    }


def _job_json(job: AffectedJob) -> Document:
    return {
        "id": _id("job", job.name),
        **_name_json(job.name),
        "effect": job.effect,
        "distance": job.distance,
        "owners": list(job.owners),
        "state": job.state,
        "ran_at": _time(job.ran_at),
        "run_id": job.run_id,
    }


def _id(kind: str, name: Name) -> str:
    return node_id("job" if kind == "job" else "dataset", name.namespace, name.name)


def _name_json(name: Name) -> Document:
    return {"namespace": name.namespace, "name": name.name}


def _time(moment: Moment | None) -> str | None:
    return None if moment is None else moment.to_text()
