"""Tokens in `control.db`, on SQLite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Engine, Row, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from headwater.control.contract import Token, Tokens
from headwater.control.tables import SCHEMA, TOKEN
from headwater.database import checkpoint, open_sqlite, translated
from headwater.errors import Conflict, Missing


class SqliteTokens(Tokens):
    """The reference store of tokens."""

    def __init__(self, engine: Engine, path: Path) -> None:
        self._engine = engine
        self._path = path

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open or create the database file."""
        return cls(open_sqlite(path, SCHEMA), path)

    def write(self, token: Token, *, secret_hash: bytes) -> None:
        row = {
            "id": token.id,
            "name": token.name,
            "role": token.role,
            "secret_hash": secret_hash,
            "created_at": _to_text(token.created_at),
            "created_by": token.created_by,
            "expires_at": None if token.expires_at is None else _to_text(token.expires_at),
        }
        with translated(self._path):
            try:
                with self._engine.begin() as connection:
                    connection.execute(insert(TOKEN), row)
            except IntegrityError as error:
                raise Conflict(
                    f"a token named {token.name!r} exists",
                    hint="revoke it first, or choose another name",
                ) from error

    def find(self) -> Sequence[tuple[bytes, Token]]:
        question = select(TOKEN).order_by(TOKEN.c.created_at, TOKEN.c.id)
        with translated(self._path), self._engine.connect() as connection:
            reading = connection.execution_options(read_only=True)
            return tuple((row.secret_hash, _token(row)) for row in reading.execute(question))

    def revoke(self, token_id: str, *, at: datetime) -> Token:
        change = (
            update(TOKEN)
            .where(TOKEN.c.id == token_id, TOKEN.c.revoked_at.is_(None))
            .values(revoked_at=_to_text(at))
        )
        with translated(self._path), self._engine.begin() as connection:
            connection.execute(change)
            row = connection.execute(select(TOKEN).where(TOKEN.c.id == token_id)).first()
        if row is None:
            raise Missing(f"there is no token {token_id!r}", hint="list them: headwater token list")
        return _token(row)

    def note_use(self, used: Mapping[str, date]) -> None:
        if not used:
            return
        with translated(self._path), self._engine.begin() as connection:
            for token_id, day in used.items():
                later = or_(TOKEN.c.last_used_on.is_(None), TOKEN.c.last_used_on < day.isoformat())
                connection.execute(
                    update(TOKEN)
                    .where(TOKEN.c.id == token_id, later)
                    .values(last_used_on=day.isoformat())
                )

    def close(self) -> None:
        with translated(self._path):
            checkpoint(self._engine)


def _to_text(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="microseconds")


def _token(row: Row[Any]) -> Token:
    def time(value: str | None) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)

    return Token(
        id=row.id,
        name=row.name,
        role=row.role,
        created_at=datetime.fromisoformat(row.created_at),
        created_by=row.created_by,
        expires_at=time(row.expires_at),
        revoked_at=time(row.revoked_at),
        last_used_on=None if row.last_used_on is None else date.fromisoformat(row.last_used_on),
    )
