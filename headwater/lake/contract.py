"""What every backend of the lake promises.

All of it is blocking; `api` calls it from a thread. Paths are absolute or URIs unless said
otherwise. Durability: a return from a writing method means fsynced, files and folders.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from headwater.model.columns import Column
from headwater.model.names import Zone
from headwater.model.record import QuarantinedRecord, Segment
from headwater.model.table import DataFile, Snapshot, Table, TableField

RUN_ID: Final = "headwater.run-id"
"""The summary key of the run that made a snapshot; a table has at most one snapshot per run."""

BOOKMARK: Final = "headwater.bookmark"
"""Summary keys that start so are bookmarks; a commit that does not set one carries it forward."""


class Manifest(Protocol):
    """The sealed segments of the raw zone, in one total order."""

    def add(self, segments: Sequence[Segment]) -> tuple[Segment, ...]:
        """Add all or none, and return them with their sequences.

        Idempotent by `path`: adding a segment again returns the row that is there.
        """
        ...

    def find(
        self, *, source: str | None = None, after: int = 0, until: int | None = None
    ) -> tuple[Segment, ...]:
        """Return segments with `after < sequence <= until`, by sequence; empty when none."""
        ...

    def sources(self) -> tuple[str, ...]:
        """Return every source that has a segment, sorted."""
        ...

    def last_sequence(self) -> int:
        """Return the greatest sequence, 0 when there is none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSchema:
    """A version of a source's schema: the JSON Schema as given and what follows from it.

    `proposed` marks one made from data because nobody registered any. `columns` are in order
    of first appearance over all versions, so that a table only ever grows at its end.
    """

    source: str
    version: int
    schema: Mapping[str, Any]
    columns: tuple[Column, ...]
    dedupe: str
    key: tuple[str, ...]
    event_time: str | None
    proposed: bool
    registered_at: datetime
    registered_by: str


class Registry(Protocol):
    """The schema of each source, in versions."""

    def register(self, source: str, schema: Mapping[str, Any], *, actor: str) -> SourceSchema:
        """Add a version. The same schema again returns the version that is there.

        Raises `Unprocessable` for what is no schema and `Conflict` for a change that neither
        adds a field nor widens a type; its details name each change.
        """
        ...

    def propose(self, source: str, schema: Mapping[str, Any]) -> SourceSchema:
        """Store what the data looks like, unless somebody registered a schema since."""
        ...

    def get(self, source: str, version: int | None = None) -> SourceSchema:
        """Return a version, by default the latest; raises `Missing`."""
        ...

    def find(self, source: str | None = None) -> tuple[SourceSchema, ...]:
        """Return all versions by (source, version)."""
        ...


class Quarantine(Protocol):
    """Records that could not be used, until somebody fixes or drops them."""

    def add(self, records: Iterable[QuarantinedRecord]) -> None:
        """Add records; a key that is there stays as it is."""
        ...

    def find(
        self, *, source: str | None = None, after: str = "", limit: int = 100
    ) -> tuple[QuarantinedRecord, ...]:
        """Return records by key, those already replayed included."""
        ...

    def get(self, key: str) -> QuarantinedRecord:
        """Return one record; raises `Missing`."""
        ...

    def mark_replayed(self, keys: Sequence[str], at: datetime) -> None:
        """Note that these went in again; their rows stay as history."""
        ...

    def count(self, source: str | None = None) -> int:
        """Count records that wait, that is, were not replayed."""
        ...

    def waiting(self) -> Mapping[str, int]:
        """Count records that wait by source, those without any left out."""
        ...

    def rejected(
        self, *, since: datetime, until: datetime, source: str | None = None
    ) -> Mapping[tuple[str, int], int]:
        """Count records that the door refused in a time, replayed or not.

        By source and the minute in which they came, in Unix seconds.
        """
        ...

    def tally(self) -> Mapping[tuple[str, datetime], int]:
        """Count records that ever came in, replayed or not, by source and hour of reception."""
        ...


class Tables(Protocol):
    """Reads tables. Light: needs no table library, so that the server may call it."""

    def get(self, zone: Zone, name: str) -> Table:
        """Return a table; raises `Missing`."""
        ...

    def find(self, zone: Zone | None = None) -> tuple[Table, ...]:
        """Return tables by qualified name."""
        ...

    def fields(self, zone: Zone, name: str, snapshot_id: int) -> tuple[TableField, ...]:
        """Return the columns that a table had at a snapshot; raises `Missing`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TableDeclaration:
    """What a job says of its output: the columns it needs and how the table is partitioned.

    `day_of` is the timestamp column whose day partitions the table, None for no partitions.
    """

    zone: Zone
    name: str
    columns: tuple[Column, ...]
    day_of: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One commit: these files in, those out, and what the summary says of it."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    summary: Mapping[str, str]


class Commits(Protocol):
    """Writes tables, one committer at a time: the caller holds the lake's commit lock."""

    def ensure(self, declaration: TableDeclaration) -> Table:
        """Create the table, or add and widen columns until it can hold the declaration.

        Raises `Conflict` for any other difference.
        """
        ...

    def files(self, zone: Zone, name: str, snapshot_id: int | None = None) -> tuple[DataFile, ...]:
        """Return the data files of a snapshot, by path."""
        ...

    def arrow_schema(self, zone: Zone, name: str) -> Any:
        """Return the pyarrow schema, field ids included, that data files must be written in."""
        ...

    def commit(self, zone: Zone, name: str, change: Change) -> Snapshot:
        """Make one snapshot out of `change` and return it.

        A change whose `summary` names a run id that a snapshot of the table already carries
        is done: that snapshot is returned.
        """
        ...
