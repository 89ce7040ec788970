"""A job over several tables: what it would do now, and how it does each part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from headwater.engine.context import JobContext
from headwater.engine.describe import plain_job_facets
from headwater.engine.results import TableResult
from headwater.engine.runs import OpenRun, RunPlan
from headwater.sdk.times import new_run_id

Part = Callable[[OpenRun, str], TableResult]
"""Does one table in a run of its own, given the parent run and the id of that run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableJob:
    """A job that keeps tables up to date; `plan` returns a part for each that has to change."""

    name: str
    description: str
    source: str
    plan: Callable[[JobContext], tuple[Part, ...]]


def run_job(
    context: JobContext, job: TableJob, *, run_id: str, parent: OpenRun | None = None
) -> tuple[TableResult, ...]:
    """Run the job: a run for it, below that one for each table; a part that fails stops no other.

    The job's run is complete if all of them are.
    """
    plan = RunPlan(job=job.name, job_facets=plain_job_facets(job.description, job.source))
    run = context.runs.start(plan, parent=parent, run_id=run_id)
    try:
        parts = job.plan(context)
        ids = [new_run_id(context.runs.clock.now()) for _ in parts]
        run.declare(ids)
        results = []
        for part, part_id in zip(parts, ids, strict=True):
            result = part(run, part_id)
            results.append(result)
            context.report(result)
    except Exception as error:
        run.fail(error)
        raise
    run.complete()
    return tuple(results)


def run_chain(
    context: JobContext, jobs: tuple[TableJob, ...], *, name: str, run_id: str
) -> tuple[TableResult, ...]:
    """Run jobs one after the other below one run, which is complete if all of them are."""
    description = f"Runs {', then '.join(job.name for job in jobs)}."
    plan = RunPlan(job=name, job_facets=plain_job_facets(description, "headwater/jobs/shipped.py"))
    run = context.runs.start(plan, run_id=run_id)
    try:
        ids = [new_run_id(context.runs.clock.now()) for _ in jobs]
        run.declare(ids)
        results: list[TableResult] = []
        for job, job_id in zip(jobs, ids, strict=True):
            results += run_job(context, job, run_id=job_id, parent=run)
    except Exception as error:
        run.fail(error)
        raise
    run.complete()
    return tuple(results)
