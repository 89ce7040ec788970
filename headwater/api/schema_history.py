"""`/api/v2/lineage/schema-history`: how the columns of a dataset changed, and who felt it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from headwater.api.access import Reader
from headwater.api.difference_shapes import Document, name_json, schema_changes_json
from headwater.api.marquez.route import answer
from headwater.api.shapes import answers
from headwater.api.shapes.tables import SchemaHistory
from headwater.lineage.reading.view import LineageReads
from headwater.model.lineage import Run
from headwater.query.lineage.graph import MOST_NODES, Budget
from headwater.query.lineage.impact import Impact
from headwater.query.lineage.nodes import node_id, parse_node
from headwater.query.lineage.schema_history import SchemaHistories, SchemaVersion


def schema_history_router(reads: LineageReads) -> APIRouter:
    """Serve the history of schemas."""
    router = APIRouter(prefix="/api/v2/lineage", tags=["lineage"])
    histories = SchemaHistories(reads)

    @router.get("/schema-history", responses=answers(SchemaHistory))
    def get_history(
        _principal: Reader,
        node: Annotated[str, Query(description="dataset:NS:NAME.")],
        breaking: Annotated[bool, Query(description="Only versions that broke something.")] = False,
        limit: Annotated[int, Query(ge=1, le=1_000, description="Most versions.")] = 50,
        budget: Annotated[
            int, Query(ge=1, le=MOST_NODES, description="Most nodes downstream of a version.")
        ] = 500,
    ) -> Response:
        """Return the versions of a dataset's schema, the newest first, each with its changes.

        A version has the run that brought it; a breaking one has what is downstream now of the
        columns that it broke.
        """
        found = histories.of(
            parse_node(node), limit=limit, only_breaking=breaking, budget=Budget(nodes=budget)
        )
        return answer(
            {
                "id": node_id("dataset", found.dataset.namespace, found.dataset.name),
                **name_json(found.dataset),
                "total": found.total,
                "versions": [_version_json(version) for version in found.versions],
            }
        )

    return router


def _version_json(version: SchemaVersion) -> Document:
    return {
        "number": version.number,
        "since": version.since.to_text(),
        "run": None if version.run is None else _run_json(version.run),
        "breaking": version.is_breaking,
        "changes": schema_changes_json(version.changes),
        "columns": [
            {
                "name": column.path,
                "type": column.type,
                "description": column.description,
                "nullable": column.is_nullable,
            }
            for column in version.columns
        ],
        "downstream": None if version.downstream is None else _downstream(version.downstream),
    }


def _run_json(run: Run) -> Document:
    return {"id": run.id, "job": name_json(run.job), "state": run.own_state}


def _downstream(impact: Impact) -> Document:
    return {
        "columns": list(impact.columns),
        "datasets": [{**name_json(one.name), "effect": one.effect} for one in impact.datasets],
        "jobs": [{**name_json(one.name), "effect": one.effect} for one in impact.jobs],
        "owners": impact.owners,
        "partial": impact.reason is not None,
        "reason": impact.reason,
    }
