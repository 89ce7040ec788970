"""A whole ingest stage on a folder, with the pieces in reach."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from headwater.clock import ManualClock
from headwater.ingest.files import Files, LocalFiles
from headwater.ingest.idempotency import IdempotencyKeys
from headwater.ingest.proposals import Proposals
from headwater.ingest.record_door import RecordDoor
from headwater.ingest.record_log import RecordLog
from headwater.ingest.replays import Replays
from headwater.ingest.sealing import Sealing
from headwater.ingest.settings import IngestSettings
from headwater.ingest.validators import SourceValidators
from headwater.lake.lake_database import close_lake_database, open_lake_database
from headwater.lake.manifest import SqlManifest
from headwater.lake.quarantine import SqlQuarantine
from headwater.lake.registry import SqlRegistry
from headwater.lake.sealed_log import SealedLogs

START = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


@dataclass
class Stage:
    """Everything that `app.records` puts together."""

    folder: Path
    clock: ManualClock
    log: RecordLog
    door: RecordDoor
    sealing: Sealing
    manifest: SqlManifest
    registry: SqlRegistry
    quarantine: SqlQuarantine
    replays: Replays
    close: Callable[[], None]

    def lines(self) -> list[bytes]:
        """Return every line of the raw zone, in the order of the manifest."""
        found: list[bytes] = []
        for segment in self.manifest.find():
            found += (self.folder / "lake" / segment.path).read_bytes().splitlines()
        return found


def open_stage(
    folder: Path,
    *,
    clock: ManualClock | None = None,
    files: Files | None = None,
    downstream: Callable[[str], Any] = lambda _: (),
    **settings: Any,
) -> Stage:
    clock = clock or ManualClock(START)
    files = files or LocalFiles()
    limits = IngestSettings(**settings)
    engine = open_lake_database(folder / "lake" / "lake.db")
    sealed = SealedLogs(engine)
    quarantine = SqlQuarantine(engine)
    registry = SqlRegistry(engine, clock, downstream=downstream)
    validators = SourceValidators(registry)
    registry.subscribe(validators.forget)
    keys = IdempotencyKeys(sealed, clock)
    log = RecordLog(folder / "inbox", files=files, clock=clock, spare_from_bytes=300)
    sealing = Sealing(
        log,
        lake=folder / "lake",
        files=files,
        sealed=sealed,
        quarantine=quarantine,
        keys=keys,
        proposals=Proposals(registry),
        settings=limits,
        clock=clock,
    )
    sealing.recover()
    door = RecordDoor(
        log,
        quarantine=quarantine,
        keys=keys,
        validators=validators,
        settings=limits,
        clock=clock,
    )

    def close() -> None:
        door.close()
        log.close()
        close_lake_database(engine)

    return Stage(
        folder,
        clock,
        log,
        door,
        sealing,
        SqlManifest(engine),
        registry,
        quarantine,
        Replays(quarantine, door),
        close,
    )


@pytest.fixture
def open_in(tmp_path: Path) -> Iterator[Callable[..., Stage]]:
    """Open stages that are closed after the test."""
    opened: list[Stage] = []

    def open_one(folder: Path = tmp_path, **options: Any) -> Stage:
        opened.append(open_stage(folder, **options))
        return opened[-1]

    yield open_one
    for stage in reversed(opened):
        stage.close()


@pytest.fixture
def stage(open_in: Callable[..., Stage]) -> Stage:
    return open_in()
