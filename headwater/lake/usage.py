"""Who asked what of which tables, and what it cost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from headwater.database import translated
from headwater.lake.lake_database import from_microseconds, to_microseconds

MOST_ROWS: Final = 100_000
"""How many statements are remembered; the oldest go first."""

_INSERT: Final = (
    "INSERT INTO usage (at, principal, statement, tables, bytes_scanned, row_count, elapsed_us,"
    " is_cached, error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_DROP_OLD: Final = "DELETE FROM usage WHERE id <= ?"
_FIND: Final = (
    "SELECT at, principal, statement, tables, bytes_scanned, row_count, elapsed_us, is_cached,"
    " error FROM usage WHERE (? IS NULL OR EXISTS (SELECT 1 FROM json_each(tables)"
    " WHERE json_each.key = ?)) ORDER BY id DESC LIMIT ?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedTables:
    """One statement: who, when, and the version of each table that it read.

    `bytes_scanned` is at most what was read, 0 for a cached answer; `error` is None when there
    was an answer.
    """

    principal: str
    at: datetime
    statement: str
    tables: Mapping[str, str]
    bytes_scanned: int
    rows: int
    elapsed_ms: float
    is_cached: bool
    error: str | None


class Usage:
    """The log of statements, bounded, in lake.db."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reads = engine.execution_options(read_only=True)

    def add(self, used: UsedTables) -> None:
        """Add one statement; raises `Unavailable` when the database takes no writes."""
        row = (
            to_microseconds(used.at),
            used.principal,
            used.statement,
            json.dumps(dict(used.tables), sort_keys=True),
            used.bytes_scanned,
            used.rows,
            int(used.elapsed_ms * 1000),
            int(used.is_cached),
            used.error,
        )
        path = Path(self._engine.url.database or "lake.db")
        with translated(path), self._engine.begin() as connection:
            added = connection.exec_driver_sql(_INSERT, row).lastrowid
            if added % 1000 == 0:
                connection.exec_driver_sql(_DROP_OLD, (added - MOST_ROWS,))

    def find(self, *, table: str | None = None, limit: int = 100) -> tuple[UsedTables, ...]:
        """Return the latest statements first, of all tables or of those that read one."""
        with self._reads.connect() as connection:
            rows = connection.exec_driver_sql(_FIND, (table, table, limit)).all()
        return tuple(
            UsedTables(
                at=from_microseconds(row[0]),
                principal=row[1],
                statement=row[2],
                tables=json.loads(row[3]),
                bytes_scanned=row[4],
                rows=row[5],
                elapsed_ms=row[6] / 1000,
                is_cached=bool(row[7]),
                error=row[8],
            )
            for row in rows
        )
