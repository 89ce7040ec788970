"""What a store says of its tables, and the column types that mean the same in both databases."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import BigInteger, Integer, MetaData, SmallInteger, Text

BIG: Final = BigInteger().with_variant(Integer(), "sqlite")
"""64 bits: sequences, and ids of what every event brings more of. SQLite has one integer type,
and only `INTEGER PRIMARY KEY` is the row id."""

SMALL: Final = SmallInteger().with_variant(Integer(), "sqlite")
"""A code of few values."""

TEXT: Final = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that compares by its bytes, as SQLite does it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """A store's tables and how older databases reach them.

    `head` is the newest revision in `migrations`, a folder of Alembic revisions with an
    `env.py` of one line: `from headwater.database import migrate; migrate()`.
    """

    name: str
    metadata: MetaData
    head: str
    migrations: Path
