"""Tables of the lake."""

from __future__ import annotations

from datetime import datetime

from typing_extensions import TypedDict


class TableLine(TypedDict):
    """A table in a list; what its zone does not count is null."""

    table: str
    rows: int | None
    size_bytes: int | None
    columns: int
    snapshot: str | None
    changed_at: datetime | None


class TableList(TypedDict):
    """Tables by zone and name."""

    tables: list[TableLine]
