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
