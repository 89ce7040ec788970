"""Runs one job over an opened lake: the lock, the recovery, the job, the cleaning up."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from headwater.clock import Clock
from headwater.engine.context import JobContext
from headwater.engine.kernel_pool import KernelPool
from headwater.engine.pending import Pending
from headwater.engine.recovery import recover
from headwater.engine.results import TableResult
from headwater.engine.runs import Runs
from headwater.engine.settings import JobSettings
from headwater.jobs.maintenance import policy_of
from headwater.jobs.shipped import run_shipped
from headwater.lake.commit_lock import CommitLock
from headwater.lake.contract import Commits, Manifest, Quarantine, Registry, Tables
from headwater.lake.maintenance import Maintenance
from headwater.sdk.transport import Transport


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLake:
    """The stores of a lake as a runner needs them; whoever opened them closes them."""

    folder: Path
    pending_folder: Path
    namespace: str
    manifest: Manifest
    registry: Registry
    quarantine: Quarantine
    tables: Tables
    commits: Commits
    maintenance: Maintenance


class Runner:
    """Runs jobs in this process, one at a time, holding the lake's commit lock meanwhile."""

    def __init__(
        self, lake: OpenLake, transport: Transport, *, settings: JobSettings, clock: Clock
    ) -> None:
        self._lake = lake
        self._settings = settings
        self._clock = clock
        pending = Pending(lake.pending_folder)
        self._runs = Runs(transport, pending, clock=clock, namespace=lake.namespace)

    def recover(self) -> tuple[str, ...]:
        """Close the runs that an earlier process left open; return their ids."""
        with CommitLock(self._lake.folder):
            return recover(self._runs, self._lake.tables)

    def run(
        self,
        job: str,
        *,
        run_id: str,
        report: Callable[[TableResult], None] = lambda result: None,
    ) -> tuple[TableResult, ...]:
        """Run a job by name and return what it did to each table.

        Raises `Missing` for an unknown name and `Locked` when somebody else keeps committing.
        """
        staging = self._lake.folder / "staging"
        pool = KernelPool(workers=self._settings.workers, niceness=self._settings.niceness)
        with CommitLock(self._lake.folder):
            recover(self._runs, self._lake.tables)
            shutil.rmtree(staging, ignore_errors=True)  # of processes that died
            try:
                return run_shipped(self._context(staging, pool, report), job, run_id=run_id)
            finally:
                pool.close()
                shutil.rmtree(staging, ignore_errors=True)

    def _context(
        self, staging: Path, pool: KernelPool, report: Callable[[TableResult], None]
    ) -> JobContext:
        lake = self._lake
        return JobContext(
            lake_folder=lake.folder,
            staging=staging,
            manifest=lake.manifest,
            registry=lake.registry,
            quarantine=lake.quarantine,
            tables=lake.tables,
            commits=lake.commits,
            maintenance=lake.maintenance.under(policy_of(self._settings.maintenance)),
            runs=self._runs,
            pool=pool,
            settings=self._settings,
            report=report,
        )
