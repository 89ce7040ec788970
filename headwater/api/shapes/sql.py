"""Questions in SQL and what they cost."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from typing_extensions import TypedDict


class SqlColumn(TypedDict):
    """A column of an answer with its DuckDB type."""

    name: str
    type: str


class SqlAnswer(TypedDict):
    """Rows; `reason` says why some are missing, `snapshots` what version of each table was read."""

    columns: list[SqlColumn]
    rows: list[list[Any]]
    row_count: int
    partial: bool
    reason: str | None
    bytes_scanned: int
    elapsed_ms: float
    cached: bool
    snapshots: dict[str, str]


class UsedStatement(TypedDict):
    """A statement that somebody asked, and what it cost."""

    principal: str
    at: datetime
    statement: str
    tables: dict[str, str]
    bytes_scanned: int
    rows: int
    elapsed_ms: float
    cached: bool
    error: str | None


class UsageList(TypedDict):
    """Statements, the latest first."""

    statements: list[UsedStatement]


class SqlTable(TypedDict):
    """A table that a statement can name, with its columns."""

    table: str
    rows: int | None
    columns: list[SqlColumn]


class SqlFunction(TypedDict):
    """A function that a statement can call."""

    name: str
    signature: str
    description: str | None


class SqlLimits(TypedDict):
    """What a statement may take before it is cut, stopped or refused."""

    max_rows: int
    max_result_bytes: int
    max_scan_bytes: int
    timeout_seconds: float


class SqlCatalogue(TypedDict):
    """What a statement can name, and its limits; lineage knows the tables by `namespace`."""

    namespace: str
    tables: list[SqlTable]
    limits: SqlLimits


class SqlFunctions(TypedDict):
    """The functions that a statement can call, by name."""

    functions: list[SqlFunction]
