"""What a job works with: the lake, its runs, its processes, its settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from headwater.duck import connect
from headwater.engine.describe import engine_facet
from headwater.engine.kernel_pool import KernelPool
from headwater.engine.results import TableResult
from headwater.engine.runs import Runs
from headwater.engine.settings import JobSettings
from headwater.lake.contract import Commits, Manifest, Quarantine, Registry, Tables
from headwater.lake.maintenance import Maintenance
from headwater.sdk.facets import Facet


@dataclass(frozen=True, slots=True, kw_only=True)
class JobContext:
    """The collaborators of every job; whoever runs the job holds the lake's commit lock.

    `staging` is a folder of this run alone, gone when it ends. `report` is told how many rows
    of which table are done.
    """

    lake_folder: Path
    staging: Path
    manifest: Manifest
    registry: Registry
    quarantine: Quarantine
    tables: Tables
    commits: Commits
    maintenance: Maintenance
    runs: Runs
    pool: KernelPool
    settings: JobSettings
    report: Callable[[TableResult], None]

    @property
    def namespace(self) -> str:
        """Return the namespace of the lake's datasets and jobs."""
        return self.runs.namespace

    @property
    def engine(self) -> Facet:
        """Return the facet that names the engine."""
        return engine_facet(version("duckdb"))

    def connect(self) -> Any:
        """Open a DuckDB connection within the job's limits."""
        return connect(memory_limit=self.settings.memory_limit, temporary_directory=self.staging)
