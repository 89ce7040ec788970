"""The Marquez API as far as it reads lineage."""

from __future__ import annotations

from fastapi import APIRouter

from headwater.api.marquez.datasets import datasets_router
from headwater.api.marquez.events import events_router
from headwater.api.marquez.full_text import full_text_router
from headwater.api.marquez.graph import graph_router
from headwater.api.marquez.jobs import job_history_router, jobs_router
from headwater.api.marquez.namespaces import namespaces_router
from headwater.api.marquez.run_lineage import run_lineage_router
from headwater.api.marquez.runs import runs_router
from headwater.api.marquez.search import search_router
from headwater.api.marquez.stats import stats_router
from headwater.api.segments import register_segment
from headwater.clock import Clock, SystemClock
from headwater.lineage.reading.view import LineageReads


def marquez_router(reads: LineageReads, *, clock: Clock | None = None) -> APIRouter:
    """Serve namespaces, sources, datasets, jobs, runs, events, search, figures and graphs."""
    register_segment()
    router = APIRouter()
    for part in (
        namespaces_router(reads),
        datasets_router(reads),
        runs_router(reads),
        jobs_router(reads),
        job_history_router(reads),
        events_router(reads),
        graph_router(reads),
        run_lineage_router(reads),
        search_router(reads),
        full_text_router(reads),
        stats_router(reads, clock or SystemClock()),
    ):
        router.include_router(part)
    return router
