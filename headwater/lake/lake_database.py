"""lake.db: the manifest, the registry, the quarantine, idempotency keys and usage."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import (
    Column,
    Engine,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from headwater.database import Schema, checkpoint, open_sqlite

metadata: Final = MetaData()

segments: Final = Table(
    "segments",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("log", Text, nullable=False),
    Column("records", Integer, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("first_at", Integer, nullable=False),
    Column("last_at", Integer, nullable=False),
    UniqueConstraint("path", name="segments_path"),
    Index("segments_source", "source", "sequence"),
)

schemas: Final = Table(
    "schemas",
    metadata,
    Column("source", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("schema", Text, nullable=False),
    Column("columns", Text, nullable=False),
    Column("dedupe", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("event_time", Text),
    Column("proposed", Integer, nullable=False),
    Column("registered_at", Integer, nullable=False),
    Column("registered_by", Text, nullable=False),
    PrimaryKeyConstraint("source", "version", name="schemas_pk"),
)

quarantine: Final = Table(
    "quarantine",
    metadata,
    Column("key", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("received_at", Integer, nullable=False),
    Column("path", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("replayed_at", Integer),
    Index("quarantine_source", "source", "key"),
    Index("quarantine_waiting", "source", "replayed_at", sqlite_where=text("replayed_at IS NULL")),
    Index("quarantine_received", "stage", "received_at", "source"),
)

idempotency: Final = Table(
    "idempotency",
    metadata,
    Column("principal", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Column("expires_at", Integer, nullable=False),
    PrimaryKeyConstraint("principal", "key", name="idempotency_pk"),
    Index("idempotency_expiry", "expires_at"),
)

usage: Final = Table(
    "usage",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Integer, nullable=False),
    Column("principal", Text, nullable=False),
    Column("statement", Text, nullable=False),
    Column("tables", Text, nullable=False),
    Column("bytes_scanned", Integer, nullable=False),
    Column("row_count", Integer, nullable=False),
    Column("elapsed_us", Integer, nullable=False),
    Column("is_cached", Integer, nullable=False),
    Column("error", Text),
)

SCHEMA: Final = Schema(
    name="lake",
    metadata=metadata,
    head="0003",
    migrations=Path(__file__).parent / "migrations",
)

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def open_lake_database(path: Path) -> Engine:
    """Open or create lake.db; its stores share the engine, and whoever opened it closes it."""
    return open_sqlite(path, SCHEMA)


def close_lake_database(engine: Engine) -> None:
    """Checkpoint the write-ahead log and let go of the file."""
    checkpoint(engine)


def to_microseconds(time: datetime) -> int:
    """Return a time as whole microseconds since 1970."""
    return (time - _EPOCH) // timedelta(microseconds=1)


def from_microseconds(count: int) -> datetime:
    """Return the time that many microseconds after 1970."""
    return _EPOCH + timedelta(microseconds=count)
