"""What a pre-joined set needs: the days of left rows that changed on either side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from headwater.engine.context import JobContext
from headwater.engine.declaration import JobDeclaration
from headwater.engine.settings import JoinSettings
from headwater.errors import Missing
from headwater.jobs.curated_tables import declare_join
from headwater.jobs.touched import NOTHING, Days, SourceState, changed_files, days_of, union
from headwater.lake.reading import select_sql
from headwater.model.names import table_name
from headwater.model.table import DataFile, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinWork:
    """A joined set and the days of it that have to be made again."""

    join: JoinSettings
    left: SourceState
    right: SourceState
    days: Days

    @property
    def name(self) -> str:
        """Return the table's name in the curated zone."""
        return self.join.name

    @property
    def states(self) -> tuple[SourceState, ...]:
        """Return the inputs."""
        return (self.left, self.right)

    def declare(self) -> JobDeclaration:
        """Return the job."""
        return declare_join(self.join, self.left.columns, self.right.columns)

    def read(self) -> dict[str, tuple[DataFile, ...]]:
        """Return the files that have to be read, by input table."""
        return {
            table_name("processed", self.right.source): self.right.files,
            table_name("processed", self.left.source): self._of_days(self.left.files),
        }

    def relations(self, _connection: Any) -> dict[str, str]:
        """Return a SELECT for each input; of the left only the days to make."""
        read = self.read()
        return {
            table_name("processed", state.source): select_sql(
                state.table.fields,
                [file.path for file in read[table_name("processed", state.source)]],
            )
            for state in self.states
        }

    def keep(
        self, _connection: Any, _table: Table, files: Sequence[DataFile]
    ) -> tuple[tuple[str, ...], Any]:
        """Return the files to replace; a file is of one day, so that none of its rows stay."""
        return tuple(file.path for file in self._of_days(files)), None

    def _of_days(self, files: Sequence[DataFile]) -> tuple[DataFile, ...]:
        if self.days is None:
            return tuple(files)
        return tuple(file for file in files if not self.days.isdisjoint(days_of([file])))


def plan_join(
    context: JobContext, join: JoinSettings, states: Sequence[SourceState]
) -> JoinWork | None:
    """Return what has to be done to a joined set, None when nothing changed or a side is away."""
    by_name = {state.source: state for state in states}
    left, right = by_name.get(join.left), by_name.get(join.right)
    if left is None or right is None:
        return None
    bookmarks = _bookmarks(context, join.name)
    changed = changed_files(context, left, bookmarks)
    days: Days = None if changed is None else days_of(changed)
    if days is not None:
        matching = changed_files(context, right, bookmarks)
        days = union(
            days,
            None if matching is None else _matched(context, join, left, right, changed=matching),
        )
    if days is not None and not days:
        return None
    return JoinWork(join=join, left=left, right=right, days=days)


def _matched(
    context: JobContext,
    join: JoinSettings,
    left: SourceState,
    right: SourceState,
    *,
    changed: Sequence[DataFile],
) -> Days:
    """Return the days of the left rows that a changed right row may stand beside."""
    if not changed:
        return NOTHING
    paths = [file.path for file in changed]
    same = " AND ".join(f'l."{a}" = r."{b}"' for a, b in join.on.items())
    with context.connect() as connection:
        rows = connection.execute(
            f"SELECT DISTINCT CAST(l.event_ts AS DATE)"
            f" FROM ({select_sql(left.table.fields, [file.path for file in left.files])}) AS l"
            f" WHERE EXISTS (SELECT 1 FROM ({select_sql(right.table.fields, paths)}) AS r"
            f" WHERE {same})"
        ).fetchall()
    return frozenset(day for (day,) in rows)


def _bookmarks(context: JobContext, name: str) -> Mapping[str, str]:
    try:
        table = context.tables.get("curated", name)
    except Missing:
        return {}
    current = next((s for s in table.snapshots if s.id == table.current_snapshot_id), None)
    return {} if current is None else current.summary
