"""The tables of `control.db`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import Column, Index, LargeBinary, MetaData, Table, Text, text

from headwater.database import Schema

_METADATA: Final = MetaData()

TOKEN: Final = Table(
    "token",
    _METADATA,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("secret_hash", LargeBinary, nullable=False, unique=True),
    Column("created_at", Text, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("expires_at", Text),
    Column("revoked_at", Text),
    Column("last_used_on", Text),
)
"""Times are ISO 8601 in UTC with six digits of a second, so that text order is time order."""

Index("token_name_in_use", TOKEN.c.name, unique=True, sqlite_where=text("revoked_at IS NULL"))

SCHEMA: Final = Schema(
    name="control",
    metadata=_METADATA,
    head="0001",
    migrations=Path(__file__).parent / "migrations",
)
