from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from headwater import duck
from headwater.clock import ManualClock
from headwater.lake.contract import BOOKMARK, RUN_ID, Change, TableDeclaration
from headwater.lake.iceberg import IcebergCommits
from headwater.lake.maintenance import Maintenance, Policy
from headwater.lake.reading import scan_sql
from headwater.lake.writing import write_parquet
from headwater.model.columns import Column, ColumnType
from headwater.model.table import Snapshot

TYPES: dict[str, ColumnType] = {
    "number": "int",
    "event_ts": "timestamp",
    "detail": "json",
    "amounts": "metrics",
    "nulls": "shares",
}
DECLARATION = TableDeclaration(
    zone="processed",
    name="t",
    columns=tuple(Column(field=name, name=name, type=type_) for name, type_ in TYPES.items()),
    day_of="event_ts",
)


@pytest.fixture
def commits(tmp_path: Path) -> Iterator[IcebergCommits]:
    with closing(IcebergCommits(tmp_path / "lake")) as made:
        made.ensure(DECLARATION)
        yield made


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime.now(UTC))


@pytest.fixture
def upkeep(commits: IcebergCommits, clock: ManualClock) -> Maintenance:
    return Maintenance(commits, clock, Policy(files=3))


def write(commits: IcebergCommits, number: int, *days: int) -> tuple[str, ...]:
    schema = commits.arrow_schema("processed", "t")
    metrics = {"sum": 1.0, "average": 0.5, "min": 0.1, "max": 0.9, "count": number}
    rows = pa.table(
        {
            "number": [number] * len(days),
            "event_ts": pa.array([day * 86_400_000_000 for day in days], schema[1].type),
            "detail": ['{"a":1}'] * len(days),
            "amounts": pa.array([[("x", metrics)]] * len(days), schema.field("amounts").type),
            "nulls": pa.array([[("x", 0.5)], *[[]] * (len(days) - 1)], schema.field("nulls").type),
        }
    )
    location = commits.tables.get("processed", "t").location
    return write_parquet(rows, schema, Path(location), day_of="event_ts")


def add(commits: IcebergCommits, number: int, *days: int, **summary: str) -> Snapshot:
    change = Change(add=write(commits, number, *days), summary=summary)
    return commits.commit("processed", "t", change)


def rows(commits: IcebergCommits, snapshot_id: int | None = None) -> list[Any]:
    scan = scan_sql(commits, "processed", "t", snapshot_id=snapshot_id)
    with closing(duck.connect()) as connection:
        sql = f"SELECT * REPLACE (CAST(event_ts AS VARCHAR) AS event_ts) FROM ({scan.sql})"
        return connection.execute(f"{sql} ORDER BY event_ts, number").fetchall()


def test_compaction_keeps_rows_bookmark_and_history(
    commits: IcebergCommits, upkeep: Maintenance
) -> None:
    for number in range(3):
        before = add(commits, number, 1, 2, **{BOOKMARK: str(number)})
    add(commits, 9, 3)
    expected = rows(commits)

    made = upkeep.compact("processed", "t", {RUN_ID: "upkeep"})

    assert made is not None
    assert rows(commits) == expected
    assert (made.summary[BOOKMARK], made.summary[RUN_ID]) == ("2", "upkeep")
    assert sorted(file.records for file in commits.files("processed", "t")) == [1, 3, 3]
    assert len(rows(commits, before.id)) == 6
    assert upkeep.compact("processed", "t", {RUN_ID: "again"}) is None


def test_compaction_reads_files_of_older_columns(
    commits: IcebergCommits, upkeep: Maintenance
) -> None:
    for number in range(3):
        add(commits, number, 1)
    wide = replace(DECLARATION.columns[0], type="long")
    new = Column(field="new", name="new", type="string")
    columns = (wide, *DECLARATION.columns[1:], new)
    commits.ensure(replace(DECLARATION, columns=columns))
    expected = rows(commits)

    assert upkeep.compact("processed", "t", {}) is not None

    assert rows(commits) == expected
    assert len(commits.files("processed", "t")) == 1


def test_empty_table_needs_no_upkeep(commits: IcebergCommits, upkeep: Maintenance) -> None:
    assert upkeep.compact("processed", "t", {}) is None
    assert upkeep.expire("processed", "t") == ()
    assert upkeep.remove_orphans("processed", "t") == 0


def test_old_snapshots_go_but_the_current_and_the_bookmarked(
    commits: IcebergCommits, upkeep: Maintenance, clock: ManualClock
) -> None:
    old, bookmarked, current = (add(commits, number, 1) for number in range(3))
    commits.ensure(replace(DECLARATION, zone="curated", name="reader"))
    mark = {f"{BOOKMARK}.processed.t": str(bookmarked.id)}
    commits.commit("curated", "reader", Change(summary=mark))
    assert upkeep.expire("processed", "t") == ()

    clock.advance(timedelta(days=8).total_seconds())

    assert upkeep.expire("processed", "t") == (old.id,)
    left = commits.tables.get("processed", "t").snapshots
    assert [snapshot.id for snapshot in left] == [bookmarked.id, current.id]
    assert len(rows(commits, bookmarked.id)) == 2
    add(commits, 4, 1)
    assert len(rows(commits)) == 4


def test_only_old_files_that_nothing_names_are_removed(
    commits: IcebergCommits, upkeep: Maintenance, clock: ManualClock
) -> None:
    for number in range(3):
        first = add(commits, number, 1)
    upkeep.compact("processed", "t", {})
    location = Path(commits.tables.get("processed", "t").location)
    everything = {path for path in location.rglob("*") if path.is_file()}
    orphan, *_ = map(Path, write(commits, 7, 1))
    assert upkeep.remove_orphans("processed", "t") == 0
    clock.advance(timedelta(days=2).total_seconds())
    young = Path(*write(commits, 8, 1))
    os.utime(young, times=(clock.now().timestamp(),) * 2)

    assert upkeep.remove_orphans("processed", "t") == 1

    assert {path for path in location.rglob("*") if path.is_file()} == {*everything, young}
    assert not orphan.exists()
    assert (len(rows(commits)), len(rows(commits, first.id))) == (3, 3)


def test_files_of_expired_snapshots_are_removed(
    commits: IcebergCommits, upkeep: Maintenance, clock: ManualClock
) -> None:
    for number in range(3):
        add(commits, number, 1)
    upkeep.compact("processed", "t", {})
    clock.advance(timedelta(days=8).total_seconds())

    assert len(upkeep.expire("processed", "t")) == 3
    removed = upkeep.remove_orphans("processed", "t")

    location = Path(commits.tables.get("processed", "t").location)
    assert removed >= 3
    assert [path.name for path in location.rglob("*.parquet")] == [
        Path(file.path).name for file in commits.files("processed", "t")
    ]
    assert len(rows(commits)) == 3


def test_lake_that_moved_works_through_a_link(commits: IcebergCommits, tmp_path: Path) -> None:
    add(commits, 1, 1)
    commits.close()
    (tmp_path / "lake").rename(tmp_path / "moved")
    (tmp_path / "lake").symlink_to(tmp_path / "moved")

    with closing(IcebergCommits(tmp_path / "lake")) as again:
        add(again, 2, 1)
        assert len(rows(again)) == 2
        later = ManualClock(datetime.now(UTC) + timedelta(days=9))
        assert Maintenance(again, later).remove_orphans("processed", "t") == 0
