"""A lake in a folder, with records put into its raw zone directly."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from headwater.clock import ManualClock
from headwater.duck import connect
from headwater.engine.results import TableResult
from headwater.engine.settings import JobSettings
from headwater.jobs.runner import OpenLake, Runner
from headwater.lake.iceberg import IcebergCommits
from headwater.lake.lake_database import close_lake_database, open_lake_database
from headwater.lake.maintenance import Maintenance
from headwater.lake.manifest import SqlManifest
from headwater.lake.metadata import MetadataTables
from headwater.lake.quarantine import SqlQuarantine
from headwater.lake.reading import scan_sql
from headwater.lake.registry import SqlRegistry
from headwater.model.record import Segment
from headwater.sdk.times import new_run_id

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Collected:
    """A transport that keeps the events."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def emit(self, event: bytes) -> None:
        self.events.append(json.loads(event))

    def close(self) -> None:
        pass


@dataclass
class Lake:
    """An opened lake, with shortcuts for tests."""

    folder: Path
    settings: JobSettings = field(default_factory=JobSettings)

    def __post_init__(self) -> None:
        self.clock = ManualClock(START)
        self.transport = Collected()
        self.engine = open_lake_database(self.folder / "lake" / "lake.db")
        self.manifest = SqlManifest(self.engine)
        self.registry = SqlRegistry(self.engine, self.clock, downstream=lambda source: ())
        self.quarantine = SqlQuarantine(self.engine)
        self.commits = IcebergCommits(self.folder / "lake")
        self.tables = MetadataTables(self.folder / "lake")

    def close(self) -> None:
        self.commits.close()
        close_lake_database(self.engine)

    @property
    def events(self) -> list[dict[str, Any]]:
        return self.transport.events

    def runner(self) -> Runner:
        lake = OpenLake(
            folder=self.folder / "lake",
            pending_folder=self.folder / "pending",
            namespace="headwater",
            manifest=self.manifest,
            registry=self.registry,
            quarantine=self.quarantine,
            tables=self.tables,
            commits=self.commits,
            maintenance=Maintenance(self.commits, self.clock),
        )
        return Runner(lake, self.transport, settings=self.settings, clock=self.clock)

    def run(self, job: str = "raw_to_processed") -> tuple[TableResult, ...]:
        self.clock.advance(1)
        return self.runner().run(job, run_id=new_run_id())

    def put(self, source: str, records: Sequence[Mapping[str, Any]]) -> Segment:
        """Seal records, `{"id", "received_at", "data"}` each, as one segment."""
        lines = b"".join(
            json.dumps(
                {
                    "id": r["id"],
                    "source": source,
                    "received_at": r["received_at"],
                    "data": r["data"],
                }
            ).encode()
            + b"\n"
            for r in records
        )
        return self.put_bytes(source, lines, len(records))

    def put_bytes(self, source: str, lines: bytes, count: int) -> Segment:
        digest = hashlib.sha256(lines).hexdigest()
        log = f"{self.manifest.last_sequence() + 1:08}"
        path = f"raw/source={source}/{log}.ndjson"
        place = self.folder / "lake" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(lines)
        segment = Segment(
            sequence=0,
            source=source,
            day="2026-03-01",
            path=path,
            log=log,
            records=count,
            size_bytes=len(lines),
            sha256=digest,
            first_at=START,
            last_at=START,
        )
        return self.manifest.add([segment])[0]

    def rows(self, zone: Any, name: str, *, without: Sequence[str] = ()) -> list[dict[str, Any]]:
        """Return the rows of a table, sorted, but for some columns."""
        scan = scan_sql(self.commits, zone, name)
        with connect() as connection:
            found = connection.execute(scan.sql).to_arrow_table().to_pylist()
        kept = [{key: row[key] for key in row if key not in without} for row in found]
        return sorted(kept, key=lambda row: json.dumps(row, default=str))

    def snapshots(self, zone: Any, name: str) -> int:
        return len(self.tables.get(zone, name).snapshots)


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    with closing(Lake(tmp_path)) as opened:
        yield opened


def record(number: int, data: Any, *, received_at: str = "2026-03-01T10:00:00Z") -> dict[str, Any]:
    return {"id": f"id-{number:04}", "received_at": received_at, "data": data}


@pytest.fixture
def make_lake() -> Any:
    return Lake
