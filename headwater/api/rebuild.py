"""Making every projection of the lineage log again: POST /api/v2/rebuild."""

from __future__ import annotations

from fastapi import APIRouter

from headwater.api.access import Administrator
from headwater.lineage.contract import Log
from headwater.model.json import JsonObject


def rebuild_router(log: Log) -> APIRouter:
    """Return the route that rebuilds."""
    router = APIRouter(prefix="/api/v2", tags=["lineage"])

    @router.post("/rebuild")
    def rebuild(_: Administrator) -> JsonObject:
        """Make every projection again from the log; events are answered 503 meanwhile."""
        return {"entries": log.rebuild()}

    return router
