"""Composition of a runner: what a process needs that only runs jobs, and its main."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from headwater.clock import Clock, SystemClock
from headwater.duck import connect
from headwater.engine.chain import RECOVER
from headwater.engine.messages import Message
from headwater.engine.pipe import Pipe
from headwater.engine.settings import JobSettings
from headwater.errors import HeadwaterError
from headwater.jobs.runner import OpenLake, Runner
from headwater.lake.iceberg import IcebergCommits
from headwater.lake.lake_database import close_lake_database, open_lake_database
from headwater.lake.maintenance import Maintenance
from headwater.lake.manifest import SqlManifest
from headwater.lake.metadata import MetadataTables
from headwater.lake.quarantine import SqlQuarantine
from headwater.lake.registry import SqlRegistry
from headwater.observe import LogEvent, configure_logging
from headwater.sdk.sql import lineage_of


@contextmanager
def open_lake(data: Path, *, namespace: str, clock: Clock) -> Iterator[OpenLake]:
    """Open the lake of a data directory for jobs; whoever owns the directory asked for it."""
    folder = data / "lake"
    engine = open_lake_database(folder / "lake.db")
    commits = IcebergCommits(folder)
    try:
        yield OpenLake(
            folder=folder,
            pending_folder=data / "pending",
            namespace=namespace,
            manifest=SqlManifest(engine),
            registry=SqlRegistry(engine, clock, downstream=lambda source: ()),
            quarantine=SqlQuarantine(engine),
            tables=MetadataTables(folder),
            commits=commits,
            maintenance=Maintenance(commits, clock),
        )
    finally:
        commits.close()
        close_lake_database(engine)


def main() -> None:
    """Run the one job that the server asks for, and tell it how that went."""
    configure_logging()
    pipe = Pipe()
    threading.Thread(target=_warm_up, name="warm-up", daemon=True).start()
    request = pipe.receive()
    settings = JobSettings.model_validate(request["settings"])
    os.setpriority(os.PRIO_PROCESS, 0, settings.niceness)
    try:
        answer = _run(pipe, request, settings)
    except HeadwaterError as error:
        answer = {"kind": "failed", "error": error.message, "hint": error.hint}
    except Exception as error:
        logging.getLogger("headwater").exception(LogEvent.JOB_FAILED.value)
        answer = {"kind": "failed", "error": repr(error), "hint": None}
    pipe.send(answer)


def _warm_up() -> None:
    """Load what the first table needs, while nobody asked yet or beside the first steps."""
    connect().close()
    lineage_of("SELECT a FROM s.t", schema={"s.t": {"a": "int"}})


def _run(pipe: Pipe, request: Message, settings: JobSettings) -> Message:
    clock = SystemClock()
    with open_lake(Path(request["data"]), namespace=request["namespace"], clock=clock) as lake:
        runner = Runner(lake, pipe, settings=settings, clock=clock)
        if request["job"] == RECOVER:
            runner.recover()
            return {"kind": "done", "tables": []}
        results = runner.run(
            request["job"],
            run_id=request["run_id"],
            report=lambda result: pipe.send({"kind": "table", "result": asdict(result)}),
        )
    return {"kind": "done", "tables": [asdict(result) for result in results]}
