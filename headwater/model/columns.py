"""Columns of a table, in types that every engine of the lake has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

ColumnType = Literal[
    "boolean",
    "int",
    "long",
    "float",
    "double",
    "string",
    "date",
    "timestamp",
    "json",
    "metrics",
    "shares",
]
"""`timestamp` is UTC with microseconds; `json` is canonical JSON text in a string column.

`metrics` maps a name to its (sum, average, min, max, count), `shares` a name to a number.
"""

ENVELOPE: Final[tuple[tuple[str, ColumnType], ...]] = (
    ("id", "string"),
    ("source", "string"),
    ("event_ts", "timestamp"),
    ("received_at", "timestamp"),
    ("processed_at", "timestamp"),
    ("record_hash", "string"),
    ("quality_score", "double"),
    ("year", "int"),
    ("month", "int"),
    ("day", "int"),
    ("record_bytes", "long"),
)
"""The columns that every table of the processed zone has, in this order, before its own."""

ENVELOPE_NAMES: Final = frozenset(name for name, _ in ENVELOPE)

_TAKEN: Final = ENVELOPE_NAMES | {"event_ts_day"}  # the last is what tables are partitioned by


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One declared field of a source: its name in the data, its column, its type."""

    field: str
    name: str
    type: ColumnType
    required: bool = False
    description: str | None = None


def column_name(field: str) -> str:
    """Return the column that holds `field`; a field named like one of ours moves aside."""
    return f"data_{field}" if field.lower() in _TAKEN else field
