"""DuckDB, and the only module that imports it: connections, limits, version differences."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from headwater.model.json import JsonObject

DuckError = duckdb.Error
"""The root of what DuckDB raises; translated by whoever ran the statement."""

Connection = duckdb.DuckDBPyConnection

_CHECKPOINT_AT = "256MB"
"""How long the log of a file may grow: at the default of 16 MB a writer stalls ever again."""


def connect(
    *,
    threads: int | None = None,
    memory_limit: str | None = None,
    temporary_directory: Path | None = None,
) -> duckdb.DuckDBPyConnection:
    """Open an in-memory database with its limits set; times are UTC."""
    config: JsonObject = {"autoinstall_known_extensions": False}
    if threads is not None:
        config["threads"] = threads
    if memory_limit is not None:
        config["memory_limit"] = memory_limit
    if temporary_directory is not None:
        config["temp_directory"] = str(temporary_directory)
    connection = duckdb.connect(config=config)
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def open_file(path: Path, *, memory_limit: str, threads: int) -> Connection:
    """Open or create a database file, which this process then owns; times are UTC."""
    path.parent.mkdir(parents=True, exist_ok=True)
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "checkpoint_threshold": _CHECKPOINT_AT,
        "memory_limit": memory_limit,
        "threads": threads,
        "temp_directory": str(path.with_suffix(".tmp")),
    }
    connection = duckdb.connect(str(path), config=config)
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def confine(
    connection: duckdb.DuckDBPyConnection, folders: Sequence[Path], *, spill_bytes: int
) -> None:
    """Leave a connection nothing but these folders, and no way to change that again.

    Tables and views that exist stay; files elsewhere, the network, extensions, Python objects
    and settings are out of reach from here on. Errors have JSON as their message from now on;
    `explain` reads it.
    """
    connection.execute(f"SET max_temp_directory_size = '{spill_bytes // 1024}KiB'")
    allowed = ", ".join(_text(f"{folder.resolve()}/") for folder in folders)
    for statement in (
        f"SET allowed_directories = [{allowed}]",
        "SET errors_as_json = true",
        "SET python_enable_replacements = false",
        "SET python_scan_all_frames = false",
        "SET autoload_known_extensions = false",
        "SET allow_community_extensions = false",
        "SET enable_external_access = false",
        "SET lock_configuration = true",
    ):
        connection.execute(statement)


def only_select(connection: duckdb.DuckDBPyConnection, sql: str) -> duckdb.Statement | None:
    """Return the statement that `sql` is, None unless it is one SELECT."""
    statements = connection.extract_statements(sql)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        return None
    return statements[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class DuckFailure:
    """An error of DuckDB in parts."""

    kind: str
    message: str
    position: int | None


def explain(error: Exception) -> DuckFailure:
    """Read what DuckDB says of an error: its kind, its message, the place in the statement."""
    said = str(error)
    try:
        document = json.loads(said[said.index("{") :])
        position = document.get("position")
        return DuckFailure(
            kind=str(document["exception_type"]),
            message=str(document["exception_message"]),
            position=None if position is None else int(position),
        )
    except (ValueError, KeyError, TypeError):
        return DuckFailure(kind=type(error).__name__, message=said, position=None)


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
