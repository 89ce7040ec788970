"""The jobs that the lake ships, by name."""

from __future__ import annotations

from functools import partial
from typing import Final

from headwater.engine.context import JobContext
from headwater.engine.job import Part, TableJob, run_chain, run_job
from headwater.engine.results import TableResult
from headwater.errors import Missing
from headwater.jobs.catalog import (
    CATALOG,
    MAINTENANCE,
    PROCESSED_TO_CURATED,
    RAW_TO_PROCESSED,
    REFRESH,
)
from headwater.jobs.maintenance import is_chain_to_maintain, plan_maintenance
from headwater.jobs.processed_to_curated import plan_curated
from headwater.jobs.raw_to_processed import find_work, run_work


def _raw_parts(context: JobContext) -> tuple[Part, ...]:
    return tuple(partial(run_work, context, work) for work in find_work(context))


SHIPPED: Final = (
    TableJob(
        name=RAW_TO_PROCESSED,
        description=CATALOG[RAW_TO_PROCESSED],
        source="headwater/jobs/raw_to_processed.py",
        plan=_raw_parts,
    ),
    TableJob(
        name=PROCESSED_TO_CURATED,
        description=CATALOG[PROCESSED_TO_CURATED],
        source="headwater/jobs/processed_to_curated.py",
        plan=plan_curated,
    ),
)


UPKEEP: Final = TableJob(
    name=MAINTENANCE,
    description=CATALOG[MAINTENANCE],
    source="headwater/jobs/maintenance.py",
    plan=plan_maintenance,
)


def run_shipped(context: JobContext, name: str, *, run_id: str) -> tuple[TableResult, ...]:
    """Run a job, or the chain, by name; raises `Missing` for any other."""
    if name == REFRESH:
        jobs = (*SHIPPED, UPKEEP) if is_chain_to_maintain(context) else SHIPPED
        return run_chain(context, jobs, name=REFRESH, run_id=run_id)
    for job in (*SHIPPED, UPKEEP):
        if job.name == name:
            return run_job(context, job, run_id=run_id)
    raise Missing(f"there is no job {name!r}", hint=f"there are {', '.join(CATALOG)}")
