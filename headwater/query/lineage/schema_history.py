"""How the columns of a dataset changed, which run changed them, and who is downstream of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from headwater.errors import Missing
from headwater.lineage.reading.view import LineageReads, LineageView
from headwater.model.lineage import Moment, Name, Run
from headwater.query.lineage.graph import Budget
from headwater.query.lineage.impact import Impact, impact_of_columns
from headwater.query.lineage.nodes import NodeId
from headwater.query.lineage.schema_changes import SchemaChange, schema_changes
from headwater.query.lineage.schemas import said_by
from headwater.query.lineage.walk import start_of
from headwater.wire.openlineage.descriptions import DeclaredColumn, columns_in


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaVersion:
    """The columns of a dataset from a time on; `number` counts from 1, the oldest.

    `run` brought it, None for a DatasetEvent. `changes` are those from the version before.
    `downstream` is what comes now from the columns that a breaking change was about.
    """

    number: int
    since: Moment
    run: Run | None
    columns: tuple[DeclaredColumn, ...]
    changes: tuple[SchemaChange, ...]
    downstream: Impact | None = None

    @property
    def is_breaking(self) -> bool:
        """Tell whether any of the changes is."""
        return any(change.is_breaking for change in self.changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaHistory:
    """The versions of a dataset's schema, the newest first, and how many there are in all."""

    dataset: Name
    versions: tuple[SchemaVersion, ...]
    total: int


class SchemaHistories:
    """Reads the history of schemas; blocking, so call it from a thread."""

    def __init__(self, reads: LineageReads) -> None:
        self._reads = reads

    def of(
        self, node: NodeId, *, limit: int, only_breaking: bool = False, budget: Budget
    ) -> SchemaHistory:
        """Return up to `limit` versions, or only those with a breaking change.

        Raises `Missing` for a dataset that nobody named.
        """
        with self._reads.view() as view:
            kind, key, name = start_of(view, node)
            if kind == "job":
                raise Missing(f"{name.name!r} is a job; only datasets have a schema")
            versions = list(versions_of(view, key))
            shown = [v for v in reversed(versions) if v.is_breaking or not only_breaking][:limit]
            return SchemaHistory(
                dataset=name,
                versions=tuple(_with_downstream(view, name, shown, budget)),
                total=len(versions),
            )


def versions_of(view: LineageView, dataset: int) -> Iterator[SchemaVersion]:
    """Yield the versions in order; schemas that declare the same columns are one."""
    said = view.schemas.of(dataset)
    runs = view.runs.by_keys((one.run for one in said if one.run is not None), is_whole=False)
    columns: Sequence[DeclaredColumn] | None = None
    number = 0
    for one in said:
        declared = columns_in(said_by({"schema": one.body}, "schema"))
        if declared == columns:
            continue
        changes = [] if columns is None else schema_changes(columns, declared)
        columns = declared
        number += 1
        yield SchemaVersion(
            number=number,
            since=one.at,
            run=None if one.run is None else runs.get(one.run),
            columns=tuple(declared),
            changes=tuple(changes),
        )


def _with_downstream(
    view: LineageView, name: Name, versions: Iterable[SchemaVersion], budget: Budget
) -> Iterator[SchemaVersion]:
    for version in versions:
        broken = {change.column for change in version.changes if change.is_breaking}
        broken |= {
            change.after
            for change in version.changes
            if change.kind == "column_renamed" and change.after is not None
        }
        if not broken:
            yield version
            continue
        impact = impact_of_columns(view, name, sorted(broken), budget=budget)
        yield replace(version, downstream=impact)
