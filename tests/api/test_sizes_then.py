"""How much was in the tables of the lake as of a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pyarrow as pa
import pytest

from headwater.api.lake import Catalogue
from headwater.lake.contract import Change, TableDeclaration
from headwater.lake.iceberg import IcebergCommits
from headwater.lake.lake_database import close_lake_database, open_lake_database
from headwater.lake.manifest import SqlManifest
from headwater.lake.metadata import MetadataTables
from headwater.lake.quarantine import SqlQuarantine
from headwater.lake.sources import quarantined_sources
from headwater.lake.writing import write_parquet
from headwater.model.columns import Column
from headwater.model.record import Segment

CODES = TableDeclaration(
    zone="curated", name="codes", columns=(Column(field="code", name="code", type="string"),)
)
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def segment(number: int, records: int) -> Segment:
    at = NOON + timedelta(hours=number)
    return Segment(
        sequence=0,
        source="codes",
        day="2026-11-21",
        path=f"raw/{number}",
        log=f"log-{number}",
        records=records,
        size_bytes=records * 10,
        sha256="00",
        first_at=at,
        last_at=at,
    )


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    """A table with two commits, of two rows and then three, and a source with two segments."""
    lake = tmp_path / "lake"
    with ExitStack() as stack:
        commits = stack.enter_context(closing(IcebergCommits(lake)))
        commits.ensure(CODES)
        location = Path(commits.tables.get("curated", "codes").location)
        schema = commits.arrow_schema("curated", "codes")
        for codes in (["UA", "B6"], ["AA"]):
            paths = write_parquet(pa.table({"code": codes}), schema, location, day_of=None)
            commits.commit("curated", "codes", Change(add=paths, summary={}))
        engine = open_lake_database(lake / "lake.db")
        stack.callback(close_lake_database, engine)
        manifest = SqlManifest(engine)
        manifest.add([segment(0, 5), segment(1, 7)])
        yield Catalogue(
            tables=MetadataTables(lake),
            manifest=manifest,
            quarantine=SqlQuarantine(engine),
            quarantined_sources=partial(quarantined_sources, engine),
        )


def test_tables_are_as_large_as_their_last_snapshot_by_then(catalogue: Catalogue) -> None:
    first, second = catalogue.tables.get("curated", "codes").snapshots
    rows = {
        at: catalogue.sizes(at)["curated.codes"][0]
        for at in (None, second.committed_at, first.committed_at, NOON - timedelta(days=9_000))
    }
    assert list(rows.values()) == [3, 3, 2, None]


def test_sources_are_as_large_as_the_segments_that_were_whole_by_then(
    catalogue: Catalogue,
) -> None:
    assert catalogue.sizes(None)["raw.codes"] == (12, 120)
    assert catalogue.sizes(NOON + timedelta(minutes=59))["raw.codes"] == (5, 50)
    assert catalogue.sizes(NOON - timedelta(seconds=1))["raw.codes"] == (None, None)
