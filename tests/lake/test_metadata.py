from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from headwater.errors import Missing, Unavailable
from headwater.lake.contract import Change, TableDeclaration
from headwater.lake.iceberg import IcebergCommits
from headwater.lake.metadata import MetadataTables, snapshot_at
from headwater.model.columns import Column
from headwater.model.table import Snapshot, Table

DECLARATION = TableDeclaration(
    zone="processed", name="t", columns=(Column(field="a", name="a", type="json"),)
)


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    return tmp_path / "lake"


@pytest.fixture
def commits(lake: Path) -> Iterator[IcebergCommits]:
    with closing(IcebergCommits(lake)) as made:
        made.ensure(DECLARATION)
        yield made


def test_server_reads_tables_without_a_table_library(lake: Path, commits: IcebergCommits) -> None:
    code = (
        "import sys; from pathlib import Path; from headwater.lake.metadata import MetadataTables;"
        "assert MetadataTables(Path(sys.argv[1])).get('processed', 't').fields[0].type == 'json';"
        "heavy = {'pyiceberg', 'pyarrow', 'duckdb'} & set(sys.modules); assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code, str(lake)], check=True)


def test_catalogue_that_nobody_has_open_can_be_read(lake: Path, commits: IcebergCommits) -> None:
    commits.close()

    assert not list(lake.glob("catalog.db-*"))
    assert [table.name for table in MetadataTables(lake).find()] == ["t"]


def test_unchanged_table_is_parsed_once(lake: Path, commits: IcebergCommits) -> None:
    tables = MetadataTables(lake)
    first = tables.get("processed", "t")
    assert tables.get("processed", "t") is first

    commits.commit("processed", "t", Change(summary={}))

    assert len(tables.get("processed", "t").snapshots) == 1


def test_fields_of_a_snapshot_are_those_of_its_time(lake: Path, commits: IcebergCommits) -> None:
    before = commits.commit("processed", "t", Change(summary={}))
    columns = (*DECLARATION.columns, Column(field="b", name="b", type="json"))
    commits.ensure(TableDeclaration(zone="processed", name="t", columns=columns))
    after = commits.commit("processed", "t", Change(summary={}))

    tables = MetadataTables(lake)

    assert [field.name for field in tables.fields("processed", "t", before.id)] == ["a"]
    names = [(field.name, field.type) for field in tables.fields("processed", "t", after.id)]
    assert names == [("a", "json"), ("b", "json")]
    with pytest.raises(Missing, match="17"):
        tables.fields("processed", "t", 17)


def test_catalogue_that_is_no_database_is_named(lake: Path) -> None:
    lake.mkdir()
    (lake / "catalog.db").write_bytes(b"this is no database, and that at some length" * 9)

    with pytest.raises(Unavailable, match=r"catalog\.db is damaged"):
        MetadataTables(lake).find()


def test_catalogue_that_was_just_created_has_no_tables(lake: Path) -> None:
    lake.mkdir()
    (lake / "catalog.db").touch()

    assert MetadataTables(lake).find() == ()


def test_metadata_that_is_damaged_or_missing_is_named(lake: Path, commits: IcebergCommits) -> None:
    (path,) = (lake / "processed" / "t" / "metadata").glob("*.json")
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(Unavailable, match=path.name):
        MetadataTables(lake).get("processed", "t")

    path.unlink()
    with pytest.raises(Unavailable, match=path.name):
        MetadataTables(lake).get("processed", "t")
    with pytest.raises(Unavailable, match=path.name):
        commits.files("processed", "t")


def table_with(*committed_at: datetime) -> Table:
    snapshots = tuple(
        Snapshot(id=number, parent_id=None, committed_at=at, operation="append", summary={})
        for number, at in enumerate(committed_at, start=1)
    )
    return Table(
        zone="processed",
        name="t",
        location="/lake/processed/t",
        fields=(),
        snapshots=snapshots,
        current_snapshot_id=len(snapshots) or None,
    )


NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("at", "number"), [(NOON, 1), (NOON + HOUR / 2, 1), (NOON + HOUR, 2), (NOON + 9 * HOUR, 2)]
)
def test_time_means_the_last_snapshot_until_then(at: datetime, number: int) -> None:
    assert snapshot_at(table_with(NOON, NOON + HOUR), at).id == number


@pytest.mark.parametrize(
    ("table", "hint"),
    [(table_with(NOON), "2026-01-01T12:00:00"), (table_with(), "no snapshot yet")],
)
def test_time_before_all_snapshots_says_which_is_the_oldest(table: Table, hint: str) -> None:
    with pytest.raises(Missing, match="at or before") as caught:
        snapshot_at(table, NOON - HOUR)

    assert hint in str(caught.value)
