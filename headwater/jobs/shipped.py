"""The jobs that the lake ships, by name."""

from __future__ import annotations

from functools import partial
from typing import Final

from headwater.engine.context import JobContext, TableResult
from headwater.engine.job import Part, TableJob, run_chain, run_job
from headwater.errors import Missing
from headwater.jobs.curated_tables import PROCESSED_TO_CURATED
from headwater.jobs.processed_table import RAW_TO_PROCESSED
from headwater.jobs.processed_to_curated import plan_curated
from headwater.jobs.raw_to_processed import find_work, run_work

REFRESH: Final = "refresh"
"""The chain: every job, in the order of the zones."""


def _raw_parts(context: JobContext) -> tuple[Part, ...]:
    return tuple(partial(run_work, context, work) for work in find_work(context))


SHIPPED: Final = (
    TableJob(
        name=RAW_TO_PROCESSED,
        description="Turns raw records into typed, checked and deduplicated tables.",
        source="headwater/jobs/raw_to_processed.py",
        plan=_raw_parts,
    ),
    TableJob(
        name=PROCESSED_TO_CURATED,
        description="Makes summaries and joined sets of the typed tables, where they changed.",
        source="headwater/jobs/processed_to_curated.py",
        plan=plan_curated,
    ),
)
JOBS: Final = (*(job.name for job in SHIPPED), REFRESH)


def run_shipped(context: JobContext, name: str, *, run_id: str) -> tuple[TableResult, ...]:
    """Run a job, or the chain, by name; raises `Missing` for any other."""
    if name == REFRESH:
        return run_chain(context, SHIPPED, name=REFRESH, run_id=run_id)
    for job in SHIPPED:
        if job.name == name:
            return run_job(context, job, run_id=run_id)
    raise Missing(f"there is no job {name!r}", hint=f"there are {', '.join(JOBS)}")
