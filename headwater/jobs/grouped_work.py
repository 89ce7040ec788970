"""What a table of groups needs: the groups that changed, their inputs, the rows that stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any, Final

import pyarrow as pa

from headwater.engine.context import JobContext
from headwater.engine.declaration import JobDeclaration
from headwater.errors import Missing
from headwater.jobs.curated_sql import SourceTable
from headwater.jobs.curated_tables import Grouped, declare_grouped
from headwater.jobs.touched import (
    NOTHING,
    Days,
    SourceState,
    Tally,
    changed_files,
    days_of,
    rejected_by_day,
    union,
)
from headwater.lake.reading import select_sql
from headwater.model.columns import column_name
from headwater.model.names import table_name
from headwater.model.table import DataFile, Table

_REJECTED: Final[Mapping[str, Any]] = {
    "source": pa.string(),
    "hour": pa.timestamp("us", "UTC"),
    "n": pa.int64(),
}
_REPLACED: Final[Mapping[str, Any]] = {"source": pa.string(), "day": pa.date32()}


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupedWork:
    """A grouped table and the days of each source whose groups have to be made again."""

    grouped: Grouped
    states: tuple[SourceState, ...]
    sources: tuple[SourceTable, ...]
    days: Mapping[str, Days]
    tally: Tally

    @property
    def name(self) -> str:
        """Return the table's name in the curated zone."""
        return self.grouped.name

    def declare(self) -> JobDeclaration:
        """Return the job, over all sources whatever changed."""
        return declare_grouped(self.grouped, self.sources)

    def read(self) -> dict[str, tuple[DataFile, ...]]:
        """Return the files that have to be read, by input table."""
        return {
            table_name("processed", state.source): tuple(
                file for file in state.files if self._is_touched(state.source, days_of([file]))
            )
            for state in self.states
        }

    def relations(self, connection: Any) -> dict[str, str]:
        """Return a SELECT for each input that holds nothing but the groups to make."""
        read = self.read()
        found = {}
        for state in self.states:
            name = table_name("processed", state.source)
            found[name] = select_sql(state.table.fields, [file.path for file in read[name]])
        for source in self.sources:
            if source.has_rejected:
                relation = f"rejected_{source.source}"
                connection.register(relation, self._rejected(source.source))
                found[table_name("quarantine", source.source)] = (
                    f"SELECT source, hour AS received_at"
                    f" FROM (SELECT source, hour, unnest(range(n)) FROM {relation})"
                )
        return found

    def keep(
        self, connection: Any, table: Table, files: Sequence[DataFile]
    ) -> tuple[tuple[str, ...], Any]:
        """Return the files to replace, and the rows of them that stay as they are."""
        if not files:
            return (), None
        replaced = [
            {"source": source, "day": day}
            for source, days in self.days.items()
            for day in ([None] if days is None else sorted(days))
        ]
        connection.register("replaced", pa.Table.from_pylist(replaced, schema=pa.schema(_REPLACED)))
        paths = tuple(file.path for file in files)
        day = "" if self.grouped.group is None else f"= CAST(held.{self.grouped.group} AS DATE)"
        same_day = f" OR replaced.day {day}" if day else ""
        kept = connection.execute(
            f"SELECT * FROM ({select_sql(table.fields, paths)}) AS held WHERE NOT EXISTS"
            f" (SELECT 1 FROM replaced WHERE replaced.source = held.source"
            f" AND (replaced.day IS NULL{same_day}))"
        ).to_arrow_table()
        return paths, kept

    def _is_touched(self, source: str, days: frozenset[date]) -> bool:
        wanted = self.days.get(source, NOTHING)
        return wanted is None or not wanted.isdisjoint(days)

    def _rejected(self, source: str) -> pa.Table:
        rows = [
            {"source": name, "hour": hour, "n": count}
            for (name, hour), count in sorted(self.tally.items())
            if name == source and self._is_touched(source, frozenset({hour.astimezone(UTC).date()}))
        ]
        return pa.Table.from_pylist(rows, schema=pa.schema(_REJECTED))


def plan_grouped(
    context: JobContext, grouped: Grouped, states: tuple[SourceState, ...], tally: Tally
) -> GroupedWork | None:
    """Return what has to be done to a grouped table, None when nothing changed."""
    bookmarks, held = _held(context, grouped)
    days: dict[str, Days] = {}
    for state in states:
        touched = union(
            _touched_by_files(context, state, bookmarks),
            _touched_by_rejections(tally, state.source, held, by_day=grouped.group is not None),
        )
        if touched is not None and touched and grouped.group is None:
            touched = None  # one row for all there is
        if touched is None or touched:
            days[state.source] = touched
    if not days:
        return None
    sources = tuple(_source_table(context, state, tally) for state in states)
    return GroupedWork(grouped=grouped, states=states, sources=sources, days=days, tally=tally)


def _touched_by_files(
    context: JobContext, state: SourceState, bookmarks: Mapping[str, str]
) -> Days:
    changed = changed_files(context, state, bookmarks)
    return None if changed is None else days_of(changed)


def _touched_by_rejections(
    tally: Tally, source: str, held: Mapping[tuple[str, date | None], int], *, by_day: bool
) -> frozenset[date]:
    """Return the days whose rejected records the table does not count as they are."""
    counts = rejected_by_day(tally, source)
    if by_day:
        return frozenset(
            day for day, count in counts.items() if held.get((source, day), 0) != count
        )
    if sum(counts.values()) != held.get((source, None), 0):
        return frozenset(counts)
    return NOTHING


def _held(
    context: JobContext, grouped: Grouped
) -> tuple[Mapping[str, str], dict[tuple[str, date | None], int]]:
    """Return the bookmarks of the table and the rejected records that it counts."""
    try:
        table = context.tables.get("curated", grouped.name)
    except Missing:
        return {}, {}
    current = next((s for s in table.snapshots if s.id == table.current_snapshot_id), None)
    if current is None:
        return {}, {}
    files = [file.path for file in context.commits.files("curated", grouped.name)]
    day = "NULL" if grouped.group is None else f"CAST({grouped.group} AS DATE)"
    with context.connect() as connection:
        rows = connection.execute(
            f"SELECT source, {day}, sum({grouped.rejected}) FROM"
            f" ({select_sql(table.fields, files)}) GROUP BY ALL"
        ).fetchall()
    return current.summary, {(source, day): int(count) for source, day, count in rows}


def _source_table(context: JobContext, state: SourceState, tally: Tally) -> SourceTable:
    schema = context.registry.get(state.source)
    return SourceTable(
        source=state.source,
        columns=state.columns,
        key=tuple(column_name(field) for field in schema.key),
        schema_version=schema.version,
        has_rejected=any(name == state.source for name, _ in tally),
    )
