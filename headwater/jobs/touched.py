"""Which groups of a curated table new snapshots and new rejections touched."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from headwater.engine.context import JobContext
from headwater.jobs.maintenance import is_maintenance
from headwater.lake.contract import BOOKMARK
from headwater.model.table import DataFile, Snapshot, Table

Days = frozenset[date] | None
"""Days of a source whose groups must be made again; None is all there are."""

NOTHING: Final[frozenset[date]] = frozenset()

MOST_STEPS: Final = 50
"""Beyond so many snapshots since a bookmark, what upkeep did counts as changes once."""

Tally = Mapping[tuple[str, datetime], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """A processed table as it is now, with the columns and files of its current snapshot."""

    table: Table
    snapshot_id: int
    files: tuple[DataFile, ...]

    @property
    def source(self) -> str:
        """Return the source's name."""
        return self.table.name

    @property
    def columns(self) -> dict[str, str]:
        """Return the columns with their types."""
        return {field.name: field.type for field in self.table.fields}

    @property
    def shape(self) -> str:
        """Return a digest of the columns, which changes when the statement over them does."""
        return hashlib.sha256(json.dumps(self.columns).encode()).hexdigest()[:16]


def source_states(context: JobContext) -> tuple[SourceState, ...]:
    """Return every processed table that somebody committed to, by name."""
    found = []
    for table in context.tables.find("processed"):
        if table.current_snapshot_id is not None:
            files = context.commits.files("processed", table.name, table.current_snapshot_id)
            state = SourceState(table=table, snapshot_id=table.current_snapshot_id, files=files)
            found.append(state)
    return tuple(found)


def bookmarks_of(states: Iterable[SourceState]) -> dict[str, str]:
    """Return what a commit says of the inputs that it covers."""
    marks = {}
    for state in states:
        marks[f"{BOOKMARK}.processed.{state.source}"] = str(state.snapshot_id)
        marks[f"{BOOKMARK}.columns.{state.source}"] = state.shape
    return marks


def changed_files(
    context: JobContext, state: SourceState, bookmarks: Mapping[str, str]
) -> tuple[DataFile, ...] | None:
    """Return the files that came or went since the bookmark, None where there is none to trust.

    What upkeep did is left out: it changes files and no row.
    """
    before = bookmarks.get(f"{BOOKMARK}.processed.{state.source}")
    known = {str(snapshot.id) for snapshot in state.table.snapshots}
    same_shape = bookmarks.get(f"{BOOKMARK}.columns.{state.source}") == state.shape
    if before is None or before not in known or not same_shape:
        return None
    if int(before) == state.snapshot_id:
        return ()
    steps = _steps(state.table, int(before))
    if not any(is_maintenance(snapshot) for snapshot in steps):
        return _differing(context, state, int(before), state.snapshot_id)
    found = {
        file.path: file
        for snapshot in steps
        if not is_maintenance(snapshot) and snapshot.parent_id is not None
        for file in _differing(context, state, snapshot.parent_id, snapshot.id)
    }
    return tuple(found.values())


def _steps(table: Table, before: int) -> tuple[Snapshot, ...]:
    """Return the snapshots since one, oldest first; none where some of them are forgotten."""
    by_id = {snapshot.id: snapshot for snapshot in table.snapshots}
    steps: list[Snapshot] = []
    at = table.current_snapshot_id
    while at is not None and at != before:
        snapshot = by_id.get(at)
        if snapshot is None or len(steps) == MOST_STEPS:
            return ()
        steps.append(snapshot)
        at = snapshot.parent_id
    return tuple(reversed(steps))


def _differing(
    context: JobContext, state: SourceState, before: int, after: int
) -> tuple[DataFile, ...]:
    def files(snapshot_id: int) -> dict[str, DataFile]:
        found = context.commits.files("processed", state.source, snapshot_id)
        return {file.path: file for file in found}

    old, new = files(before), files(after)
    return tuple(file for path, file in (old | new).items() if (path in old) != (path in new))


def days_of(files: Iterable[DataFile]) -> frozenset[date]:
    """Return the partition days of files."""
    return frozenset(
        day for file in files for day in file.partition.values() if isinstance(day, date)
    )


def rejected_by_day(tally: Tally, source: str) -> dict[date, int]:
    """Return how many records of a source were rejected on each day of reception."""
    counts: dict[date, int] = {}
    for (name, hour), count in tally.items():
        if name == source:
            day = hour.astimezone(UTC).date()
            counts[day] = counts.get(day, 0) + count
    return counts


def union(days: Days, more: Days) -> Days:
    """Return both; all and anything is all."""
    return None if days is None or more is None else days | more
