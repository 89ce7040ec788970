"""Upkeep of tables as a job: the same rows in fewer files and fewer snapshots."""

from __future__ import annotations

import logging
import os
from datetime import timedelta
from functools import partial
from typing import Final

from headwater.engine.context import JobContext
from headwater.engine.describe import plain_job_facets
from headwater.engine.job import Part
from headwater.engine.results import TableResult
from headwater.engine.runs import OpenRun, RunPlan
from headwater.engine.settings import MaintenanceSettings
from headwater.engine.summary import CODE_VERSION, JOB
from headwater.jobs.catalog import MAINTENANCE
from headwater.lake.contract import RUN_ID
from headwater.lake.maintenance import Policy
from headwater.model.table import Snapshot, Table
from headwater.observe import LogEvent, log
from headwater.version import __version__

STAMP: Final = "maintained"
"""An empty file in the lake: its time says when the tables were tended last."""


def policy_of(settings: MaintenanceSettings) -> Policy:
    """Return what an operator set, as the lake understands it."""
    return Policy(
        files=settings.small_files,
        history=timedelta(days=settings.keep_days),
        most_snapshots=settings.most_snapshots,
        grace=timedelta(hours=settings.grace_hours),
    )


def is_maintenance(snapshot: Snapshot) -> bool:
    """Tell whether a snapshot holds the same rows as the one before it."""
    return snapshot.summary.get(JOB, "").startswith(f"{MAINTENANCE}.")


def is_chain_to_maintain(context: JobContext) -> bool:
    """Tell whether the chain should tend the tables: it is time, or one has many snapshots."""
    hours = context.settings.maintenance.every_hours
    if hours == 0:
        return False
    stamp = context.lake_folder / STAMP
    if not stamp.exists():
        _stamp(context)  # a new lake has nothing to tend yet
    age = context.runs.clock.now().timestamp() - stamp.stat().st_mtime
    if age >= hours * 3600:
        return True
    return any(context.maintenance.has_many_snapshots(table) for table in context.tables.find())


def plan_maintenance(context: JobContext) -> tuple[Part, ...]:
    """Return a part for each table that upkeep would change."""
    _stamp(context)
    return tuple(
        partial(run_maintenance, context, table)
        for table in context.tables.find()
        if table.current_snapshot_id is not None and context.maintenance.is_due(table)
    )


def run_maintenance(context: JobContext, table: Table, parent: OpenRun, run_id: str) -> TableResult:
    """Tend one table. Its rows stay as they are, so the run has no inputs and no outputs."""
    job = f"{MAINTENANCE}.{table.qualified_name}"
    about = f"Keeps {table.qualified_name} in few files and few snapshots."
    plan = RunPlan(
        job=job,
        job_facets=plain_job_facets(about, "headwater/jobs/maintenance.py"),
        run_facets=(context.engine,),
        table=(table.zone, table.name),
    )
    run = context.runs.start(plan, parent=parent, run_id=run_id)
    summary = {RUN_ID: run_id, JOB: job, CODE_VERSION: __version__}
    try:
        context.maintenance.expire(table.zone, table.name)
        context.maintenance.remove_orphans(table.zone, table.name)
        run.prepare((), ())
        snapshot = context.maintenance.compact(table.zone, table.name, summary)
    except Exception as error:  # noqa: BLE001  # the edge of a run: other tables go on
        log(LogEvent.JOB_FAILED, level=logging.ERROR, job=job, reason=str(error))
        run.fail(error)
        return TableResult(run_id=run_id, job=job, table=table.qualified_name, error=str(error))
    if snapshot is None:
        run.complete()
        return TableResult(run_id=run_id, job=job, table=table.qualified_name)
    run.committed(snapshot)
    rows = int(snapshot.summary.get("added-records", "0"))
    return TableResult(
        run_id=run_id,
        job=job,
        table=table.qualified_name,
        rows_in=rows,
        rows_out=rows,
        snapshot_id=snapshot.id,
    )


def _stamp(context: JobContext) -> None:
    stamp = context.lake_folder / STAMP
    now = context.runs.clock.now().timestamp()
    stamp.touch()
    os.utime(stamp, times=(now, now))
