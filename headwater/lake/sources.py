"""Which sources the quarantine holds records of."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Engine

UNKNOWN_SOURCE: Final = "_unknown"
"""Stands for records whose source could not be read; no source can have this name."""


def quarantined_sources(engine: Engine) -> tuple[str, ...]:
    """Return the sources with a row in the quarantine, sorted."""
    reads = engine.execution_options(read_only=True)
    with reads.connect() as connection:
        rows = connection.exec_driver_sql("SELECT DISTINCT source FROM quarantine ORDER BY source")
        return tuple(row[0] or UNKNOWN_SOURCE for row in rows)
