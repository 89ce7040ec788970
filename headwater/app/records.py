"""Composition of the way in for records: what a process needs that only takes records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from headwater.clock import Clock
from headwater.ingest.files import LocalFiles
from headwater.ingest.idempotency import IdempotencyKeys
from headwater.ingest.proposals import Proposals
from headwater.ingest.record_door import RecordDoor
from headwater.ingest.record_log import RecordLog
from headwater.ingest.seal_loop import SealLoop
from headwater.ingest.sealing import Sealing
from headwater.ingest.settings import IngestSettings
from headwater.ingest.validators import SourceValidators
from headwater.lake.lake_database import close_lake_database, open_lake_database
from headwater.lake.manifest import SqlManifest
from headwater.lake.quarantine import SqlQuarantine
from headwater.lake.registry import SqlRegistry
from headwater.lake.sealed_log import SealedLogs

Downstream = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """The stores and doors of records, open."""

    engine: Engine
    manifest: SqlManifest
    registry: SqlRegistry
    quarantine: SqlQuarantine
    log: RecordLog
    door: RecordDoor
    sealing: Sealing
    seal_loop: SealLoop


def open_records(
    stack: ExitStack,
    folder: Path,
    *,
    settings: IngestSettings,
    clock: Clock,
    downstream: Downstream,
) -> Records:
    """Open `inbox/` and `lake/lake.db` under `folder`; `stack` closes them in reverse.

    Logs left by an earlier process are taken up: their keys and rejects are known again at
    once, their records with the next seal.
    """
    lake = folder / "lake"
    engine = open_lake_database(lake / "lake.db")
    stack.callback(close_lake_database, engine)
    registry = SqlRegistry(engine, clock, downstream=downstream)
    quarantine, sealed = SqlQuarantine(engine), SealedLogs(engine)
    keys = IdempotencyKeys(sealed, clock)
    log = RecordLog(folder / "inbox", files=LocalFiles(), clock=clock)
    stack.callback(log.close)
    sealing = Sealing(
        log,
        lake=lake,
        files=LocalFiles(),
        sealed=sealed,
        quarantine=quarantine,
        keys=keys,
        proposals=Proposals(registry),
        settings=settings,
        clock=clock,
    )
    sealing.recover()
    seal_loop = SealLoop(sealing, log, settings=settings, clock=clock)
    stack.callback(seal_loop.close)
    door = RecordDoor(
        log,
        quarantine=quarantine,
        keys=keys,
        validators=_validators(registry),
        settings=settings,
        clock=clock,
    )
    stack.callback(door.close)
    sealing.subscribe(door.rates.sealed)
    return Records(
        engine=engine,
        manifest=SqlManifest(engine),
        registry=registry,
        quarantine=quarantine,
        log=log,
        door=door,
        sealing=sealing,
        seal_loop=seal_loop,
    )


def _validators(registry: SqlRegistry) -> SourceValidators:
    """Return the compiled schemas, which forget one when a version of it is registered."""
    validators = SourceValidators(registry)
    registry.subscribe(validators.forget)
    return validators
