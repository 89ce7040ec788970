"""What a file system keeps when it drops all that was not synced is a table that can be read."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from sqlalchemy import Engine, event

from headwater import duck
from headwater.lake.contract import Change, TableDeclaration
from headwater.lake.iceberg import IcebergCommits
from headwater.lake.reading import scan_sql
from headwater.lake.writing import write_parquet
from headwater.model.columns import Column

pytestmark = pytest.mark.faults

DECLARATION = TableDeclaration(
    zone="processed",
    name="t",
    columns=(
        Column(field="number", name="number", type="int"),
        Column(field="event_ts", name="event_ts", type="timestamp"),
    ),
    day_of="event_ts",
)


class Disk:
    """What of a folder would survive: contents by synced file, names by synced folder.

    Frozen just before each commit of the catalogue, because what is synced only afterwards is
    too late. SQLite syncs its own files; they are taken as they are.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._contents: dict[int, bytes] = {}
        self._names: dict[int, dict[str, int]] = {}
        self.frozen: tuple[dict[int, bytes], dict[int, dict[str, int]]] = ({}, {})

    def synced(self, descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}")
        inode = os.fstat(descriptor).st_ino
        if path.is_dir():
            names = {entry.name: entry.inode() for entry in os.scandir(path)}
            self._names[inode] = names
            self._contents.pop(inode, None)  # of a file that is gone, whose number was free
        else:
            self._contents[inode] = path.read_bytes()
            self._names.pop(inode, None)

    def freeze(self) -> None:
        self.frozen = (dict(self._contents), dict(self._names))

    def lose_power(self) -> None:
        """Replace the folder by what survived of it."""
        lost = self._root.with_name("lost")
        inode = self._root.stat().st_ino
        self._root.rename(lost)
        self._restore(inode, self._root)
        for database in lost.glob("*.db*"):
            shutil.copy(database, self._root / database.name)

    def _restore(self, folder: int, target: Path) -> None:
        target.mkdir()
        contents, names = self.frozen
        for name, inode in names.get(folder, {}).items():
            if inode in contents:
                (target / name).write_bytes(contents[inode])
            elif inode in names:
                self._restore(inode, target / name)
            else:  # the name survived, what it names did not
                (target / name).touch()


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    return tmp_path / "lake"


@pytest.fixture
def disk(lake: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    disk = Disk(lake)
    sync = os.fsync

    def watched(descriptor: int) -> None:
        sync(descriptor)
        disk.synced(descriptor)

    def freeze(_: object) -> None:
        disk.freeze()

    monkeypatch.setattr(os, "fsync", watched)
    event.listen(Engine, "commit", freeze)
    yield disk
    event.remove(Engine, "commit", freeze)


def add(commits: IcebergCommits, days: list[int], remove: tuple[str, ...] = ()) -> tuple[str, ...]:
    schema = commits.arrow_schema("processed", "t")
    stamps = pa.array([day * 86_400_000_000 for day in days], pa.timestamp("us", "UTC"))
    rows = pa.table({"number": days, "event_ts": stamps})
    location = Path(commits.tables.get("processed", "t").location)
    paths = write_parquet(rows, schema, location, day_of="event_ts")
    commits.commit("processed", "t", Change(add=paths, remove=remove, summary={}))
    return paths


def numbers(lake: Path) -> list[int]:
    with closing(IcebergCommits(lake)) as commits, closing(duck.connect()) as connection:
        sql = scan_sql(commits, "processed", "t").sql
        return [
            n for (n,) in connection.execute(f"SELECT number FROM ({sql}) ORDER BY 1").fetchall()
        ]


def test_committed_table_survives_a_loss_of_power(lake: Path, disk: Disk) -> None:
    with closing(IcebergCommits(lake)) as commits:
        commits.ensure(DECLARATION)
        first = add(commits, [1, 2, 3])
        add(commits, [4, 5], remove=first[:1])
        disk.lose_power()

    assert numbers(lake) == [2, 3, 4, 5]


def test_new_table_survives_a_loss_of_power(lake: Path, disk: Disk) -> None:
    with closing(IcebergCommits(lake)) as commits:
        commits.ensure(DECLARATION)
        disk.lose_power()

    assert numbers(lake) == []


def test_changed_schema_survives_a_loss_of_power(lake: Path, disk: Disk) -> None:
    with closing(IcebergCommits(lake)) as commits:
        commits.ensure(DECLARATION)
        add(commits, [1])
        wide = replace(DECLARATION.columns[0], type="long")
        commits.ensure(replace(DECLARATION, columns=(wide, DECLARATION.columns[1])))
        disk.lose_power()

        assert numbers(lake) == [1]


def test_files_that_the_writer_did_not_sync_are_synced_by_the_commit(
    lake: Path, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(IcebergCommits(lake)) as commits:
        commits.ensure(DECLARATION)
        schema = commits.arrow_schema("processed", "t")
        location = Path(commits.tables.get("processed", "t").location)
        stamps = pa.array([0], pa.timestamp("us", "UTC"))
        rows = pa.table({"number": [7], "event_ts": stamps})
        with monkeypatch.context() as forgetful:
            forgetful.setattr(os, "fsync", lambda _: None)
            paths = write_parquet(rows, schema, location, day_of="event_ts")
        commits.commit("processed", "t", Change(add=paths, summary={}))
        disk.lose_power()

    assert numbers(lake) == [7]
