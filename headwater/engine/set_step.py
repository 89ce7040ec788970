"""Runs a set step on DuckDB: its inputs are relations named as in the statement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headwater.duck import DuckError
from headwater.errors import HeadwaterError


def run_set_step(connection: Any, sql: str, relations: Mapping[str, str]) -> Any:
    """Return the rows of `sql` as an Arrow table; `relations` maps `zone.name` to a SELECT."""
    try:
        for name, select in relations.items():
            zone, _, table = name.partition(".")
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {zone}")
            connection.execute(f"CREATE OR REPLACE VIEW {zone}.{table} AS {select}")
        return connection.execute(sql).to_arrow_table()
    except DuckError as error:
        raise HeadwaterError(f"the set step failed: {error}") from error
