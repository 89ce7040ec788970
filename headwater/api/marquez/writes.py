"""The Marquez API as far as it writes: declarations, tags, deletes, old datasets, jobs, runs."""

from __future__ import annotations

from fastapi import APIRouter

from headwater.api.marquez.declarations import declarations_router
from headwater.api.marquez.deletions import deletions_router
from headwater.api.marquez.legacy_catalog import legacy_catalog_router
from headwater.api.marquez.legacy_runs import legacy_runs_router
from headwater.api.marquez.tagging import tagging_router
from headwater.api.segments import register_segment
from headwater.ingest.events import EventDoor
from headwater.lineage.reading.view import LineageReads


def marquez_writes_router(reads: LineageReads, door: EventDoor) -> APIRouter:
    """Take in what clients of Marquez write, but for events."""
    register_segment()
    router = APIRouter()
    for part in (
        declarations_router(reads, door),
        tagging_router(reads, door),
        deletions_router(reads, door),
        legacy_catalog_router(reads, door),
        legacy_runs_router(reads, door),
    ):
        router.include_router(part)
    return router
