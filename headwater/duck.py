"""DuckDB, and the only module that imports it: connections, limits, version differences."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

DuckError = duckdb.Error
"""The root of what DuckDB raises; translated by whoever ran the statement."""


def connect(
    *,
    threads: int | None = None,
    memory_limit: str | None = None,
    temporary_directory: Path | None = None,
) -> duckdb.DuckDBPyConnection:
    """Open an in-memory database with its limits set; times are UTC."""
    config: dict[str, Any] = {"autoinstall_known_extensions": False}
    if threads is not None:
        config["threads"] = threads
    if memory_limit is not None:
        config["memory_limit"] = memory_limit
    if temporary_directory is not None:
        config["temp_directory"] = str(temporary_directory)
    connection = duckdb.connect(config=config)
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def confine(
    connection: duckdb.DuckDBPyConnection, folders: list[Path], *, spill_bytes: int
) -> None:
    """Leave a connection nothing but these folders, and no way to change that again.

    Tables and views that exist stay; files elsewhere, the network, extensions, Python objects
    and settings are out of reach from here on.
    """
    connection.execute(f"SET max_temp_directory_size = '{spill_bytes}B'")
    allowed = ", ".join("'" + str(folder).replace("'", "''") + "/'" for folder in folders)
    for statement in (
        f"SET allowed_directories = [{allowed}]",
        "SET python_enable_replacements = false",
        "SET autoload_known_extensions = false",
        "SET allow_community_extensions = false",
        "SET enable_external_access = false",
        "SET lock_configuration = true",
    ):
        connection.execute(statement)
