"""Tables of the lake as a reader sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from headwater.model.names import Zone


@dataclass(frozen=True, slots=True, kw_only=True)
class TableField:
    """A column of a table; `id` stays the same when the name or the type changes."""

    id: int
    name: str
    type: str
    required: bool
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One commit of a table; `summary` holds run id, job, inputs and bookmark beside counts."""

    id: int
    parent_id: int | None
    committed_at: datetime
    operation: str
    summary: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with its current schema and all snapshots that still exist, oldest first."""

    zone: Zone
    name: str
    location: str
    fields: tuple[TableField, ...]
    snapshots: tuple[Snapshot, ...]
    current_snapshot_id: int | None

    @property
    def qualified_name(self) -> str:
        """Return the name that SQL and lineage use."""
        return f"{self.zone}.{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFile:
    """A Parquet file of a snapshot; `column_sizes` maps field id to compressed bytes."""

    path: str
    records: int
    size_bytes: int
    column_sizes: Mapping[int, int]
    partition: Mapping[str, object]
