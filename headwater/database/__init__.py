"""SQL databases as stores open them: SQLite or PostgreSQL, one schema, migrated when opened."""

from headwater.database.migrations import migrate
from headwater.database.schema import Schema
from headwater.database.sqlite import (
    BUSY_TIMEOUT_MILLISECONDS,
    checkpoint,
    open_sqlite,
    translated,
)

__all__ = [
    "BUSY_TIMEOUT_MILLISECONDS",
    "Schema",
    "checkpoint",
    "migrate",
    "open_sqlite",
    "translated",
]
