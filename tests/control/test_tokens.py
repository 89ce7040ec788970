"""Tokens survive, keep their order, and never lose a name."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, text

from headwater.control.contract import Token
from headwater.control.tables import SCHEMA
from headwater.control.tokens import SqliteTokens
from headwater.database import open_sqlite
from headwater.errors import Conflict, Missing, Unavailable

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


def token(name: str, **changes: object) -> Token:
    fields = {
        "id": f"id-{name}",
        "name": name,
        "role": "reader",
        "created_at": NOON,
        "created_by": "local",
    }
    return Token(**(fields | changes))


def test_written_token_reads_back_equal_after_reopening(tmp_path: Path) -> None:
    full = token("a", expires_at=NOON + timedelta(days=1, microseconds=1))
    store = SqliteTokens.open(tmp_path / "control.db")
    store.write(full, secret_hash=b"1")
    store.close()
    store = SqliteTokens.open(tmp_path / "control.db")
    assert store.find() == ((b"1", full),)
    store.close()


def test_times_of_other_zones_keep_their_instant(tmp_path: Path) -> None:
    elsewhere = NOON.astimezone(timezone(timedelta(hours=-5)))
    store = SqliteTokens.open(tmp_path / "control.db")
    store.write(token("a", created_at=elsewhere), secret_hash=b"1")
    assert store.find()[0][1].created_at == NOON
    store.close()


def test_tokens_come_oldest_first(tmp_path: Path) -> None:
    store = SqliteTokens.open(tmp_path / "control.db")
    assert store.find() == ()
    for hours, name in ((2, "late"), (0, "early"), (1, "middle")):
        made = token(name, created_at=NOON + timedelta(hours=hours))
        store.write(made, secret_hash=name.encode())
    assert [one.name for _, one in store.find()] == ["early", "middle", "late"]
    store.close()


def test_names_are_unique_among_the_living(tmp_path: Path) -> None:
    store = SqliteTokens.open(tmp_path / "control.db")
    store.write(token("a"), secret_hash=b"1")
    with pytest.raises(Conflict):
        store.write(token("a", id="other"), secret_hash=b"2")
    store.revoke("id-a", at=NOON)
    store.write(token("a", id="other"), secret_hash=b"2")
    store.close()


def test_revoking_twice_keeps_the_first_time(tmp_path: Path) -> None:
    store = SqliteTokens.open(tmp_path / "control.db")
    store.write(token("a"), secret_hash=b"1")
    assert store.revoke("id-a", at=NOON).revoked_at == NOON
    assert store.revoke("id-a", at=NOON + timedelta(days=1)).revoked_at == NOON
    with pytest.raises(Missing):
        store.revoke("id-b", at=NOON)
    store.close()


def test_day_of_use_only_moves_forward(tmp_path: Path) -> None:
    store = SqliteTokens.open(tmp_path / "control.db")
    store.write(token("a"), secret_hash=b"1")
    for day in (5, 7, 6):
        store.note_use({"id-a": date(2026, 1, day), "unknown": date(2026, 1, 1)})
    assert store.find()[0][1].last_used_on == date(2026, 1, 7)
    store.close()


def test_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "control.db").write_bytes(b"not a database, but long enough to be read as one" * 99)
    with pytest.raises(Unavailable, match="damaged"):
        SqliteTokens.open(tmp_path / "control.db")


def test_new_tables_equal_migrated_ones(tmp_path: Path) -> None:
    fresh = open_sqlite(tmp_path / "fresh.db", SCHEMA)
    migrated = create_engine(f"sqlite:///{tmp_path / 'migrated.db'}")
    config = Config()
    config.set_main_option("script_location", str(SCHEMA.migrations))
    config.attributes.update(engine=migrated, metadata=SCHEMA.metadata)
    command.upgrade(config, "head")
    assert layout(fresh) == layout(migrated)
    fresh.dispose()
    migrated.dispose()


def layout(engine: Engine) -> list[tuple[str, ...]]:
    question = text("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name")
    with engine.connect() as connection:
        rows = connection.execute(question).all()
    return [
        tuple(" ".join(str(cell).replace('"', "").split()) for cell in row)
        for row in rows
        if row.tbl_name != "alembic_version"
    ]
