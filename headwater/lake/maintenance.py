"""Upkeep of tables: small files become one, old snapshots and unused files go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from headwater import duck
from headwater.clock import Clock
from headwater.lake.contract import BOOKMARK, Change
from headwater.lake.file_io import local_path
from headwater.lake.iceberg import IcebergCommits
from headwater.lake.iceberg_types import partition_name
from headwater.lake.reading import select_sql
from headwater.lake.writing import write_parquet
from headwater.model.names import Zone
from headwater.model.table import DataFile, Snapshot, Table

_PARTITION_SUFFIX: Final = partition_name("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """When upkeep does something.

    A partition is compacted when it has `files` of at most `small_bytes` each, as many at a time
    as `most_bytes` hold. Snapshots are kept for `history`; where there are more than
    `most_snapshots`, only the latest half of that. A file that nothing names is removed when
    nobody has written to it for `grace`.
    """

    files: int = 8
    small_bytes: int = 32_000_000
    most_bytes: int = 256_000_000
    history: timedelta = timedelta(days=7)
    most_snapshots: int = 200
    grace: timedelta = timedelta(days=1)


class Maintenance:
    """Keeps tables quick to read; the caller holds the lake's commit lock."""

    def __init__(self, commits: IcebergCommits, clock: Clock, policy: Policy | None = None) -> None:
        self._commits = commits
        self._clock = clock
        self._policy = policy or Policy()

    def under(self, policy: Policy) -> Maintenance:
        """Return the same upkeep under another policy."""
        return Maintenance(self._commits, self._clock, policy)

    def has_many_snapshots(self, table: Table) -> bool:
        """Tell whether a table cannot wait for its next regular upkeep."""
        return len(table.snapshots) > self._policy.most_snapshots

    def is_due(self, table: Table) -> bool:
        """Tell whether upkeep of the table would change anything."""
        if self._old(table) or self._orphans(table.zone, table.name):
            return True
        return bool(self._small_groups(self._commits.files(table.zone, table.name)))

    def compact(self, zone: Zone, name: str, summary: Mapping[str, str]) -> Snapshot | None:
        """Write the small files of each partition anew as one, in one commit of the same rows.

        `summary` says which run it was. Returns None when there was nothing to do.
        """
        table = self._commits.tables.get(zone, name)
        if table.current_snapshot_id is None:
            return None
        files = self._commits.files(zone, name, table.current_snapshot_id)
        groups = self._small_groups(files)
        add = [path for group in groups for path in self._rewrite(table, group)]
        remove = [file.path for group in groups for file in group]
        if not remove:
            return None
        change = Change(add=tuple(add), remove=tuple(remove), summary=summary)
        return self._commits.commit(zone, name, change)

    def expire(self, zone: Zone, name: str) -> tuple[int, ...]:
        """Forget snapshots that are too old, but the current and those that a bookmark names."""
        return self._commits.expire(zone, name, self._old(self._commits.tables.get(zone, name)))

    def remove_orphans(self, zone: Zone, name: str) -> int:
        """Remove files that no snapshot names and that are older than the grace period."""
        orphans = self._orphans(zone, name)
        for path in orphans:
            path.unlink()
        return len(orphans)

    def _old(self, table: Table) -> list[int]:
        until = self._clock.now() - self._policy.history
        beyond = len(table.snapshots) - self._policy.most_snapshots // 2
        if not self.has_many_snapshots(table):
            beyond = 0
        spared = {*self._bookmarked(), str(table.current_snapshot_id)}
        return [
            snapshot.id
            for place, snapshot in enumerate(table.snapshots)
            if (snapshot.committed_at < until or place < beyond) and str(snapshot.id) not in spared
        ]

    def _orphans(self, zone: Zone, name: str) -> list[Path]:
        location = local_path(self._commits.tables.get(zone, name).location).resolve()
        needed = self._commits.referenced(zone, name)
        until = (self._clock.now() - self._policy.grace).timestamp()
        return [
            path
            for path in location.rglob("*")
            if path.is_file() and path not in needed and path.stat().st_mtime < until
        ]

    def _small_groups(self, files: Iterable[DataFile]) -> list[list[DataFile]]:
        small: dict[tuple[tuple[str, object], ...], list[DataFile]] = {}
        for file in files:
            if file.size_bytes <= self._policy.small_bytes:
                small.setdefault(tuple(file.partition.items()), []).append(file)
        groups = [self._up_to_most(group) for group in small.values()]
        return [group for group in groups if len(group) >= self._policy.files]

    def _up_to_most(self, files: list[DataFile]) -> list[DataFile]:
        taken, size = [], 0
        for file in sorted(files, key=lambda each: each.size_bytes):
            size += file.size_bytes
            if size > self._policy.most_bytes:
                break
            taken.append(file)
        return taken

    def _rewrite(self, table: Table, files: list[DataFile]) -> tuple[str, ...]:
        with closing(duck.connect()) as connection:
            sql = select_sql(table.fields, (file.path for file in files))
            rows = connection.execute(sql).to_arrow_table()
        schema = self._commits.arrow_schema(table.zone, table.name)
        days = [key for key, value in files[0].partition.items() if isinstance(value, date)]
        day_of = days[0].removesuffix(_PARTITION_SUFFIX) if days else None
        return write_parquet(rows, schema, Path(table.location), day_of=day_of)

    def _bookmarked(self) -> frozenset[str]:
        """Return what the bookmarks of all tables say; ids of snapshots are among it."""
        found = set()
        for table in self._commits.tables.find():
            for snapshot in table.snapshots:
                if snapshot.id == table.current_snapshot_id:
                    marks = snapshot.summary.items()
                    found |= {text for key, text in marks if key.startswith(BOOKMARK)}
        return frozenset(found)
