"""Refused events, the latest first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from headwater.database.session import Row
from headwater.errors import Missing, Unprocessable
from headwater.lineage.dead_letters import DROPPED
from headwater.lineage.reading.rows import rows_of
from headwater.model.dead_letter import RefusedEvent
from headwater.wire.openlineage.canonical import content_hash

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_COLUMNS: Final = "SELECT hash, received_us, principal, reason, path, body FROM dead_letter"
_KEY: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
_CURSOR: Final = re.compile(r"(-?\d{1,18})-([0-9a-f]{32})", re.ASCII)


class DeadLetters:
    """Reads the dead-letter store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, *, after: str | None = None, limit: int) -> list[RefusedEvent]:
        """Return refused events behind `after`, which `cursor_of` gave of the one before."""
        sql = _COLUMNS
        bound: dict[str, int | bytes] = {"limit": limit}
        if after is not None:
            received_us, hash_ = _cursor(after)
            sql += (
                " WHERE received_us < :received_us OR (received_us = :received_us AND hash > :hash)"
            )
            bound |= {"received_us": received_us, "hash": hash_}
        sql += " ORDER BY received_us DESC, hash LIMIT :limit"
        return [_refused(row) for row in rows_of(self._connection, sql, **bound)]

    def get(self, key: str) -> RefusedEvent:
        """Return one refused event; raises `Missing`."""
        rows: Sequence[Row] = ()
        if _KEY.fullmatch(key):
            rows = rows_of(self._connection, f"{_COLUMNS} WHERE hash = :hash", hash=as_hash(key))
        if not rows:
            raise Missing(
                f"there is no dead letter {key!r}",
                hint="headwater dead-letters list shows those that wait",
            )
        return _refused(rows[0])

    def count(self) -> int:
        """Return how many wait."""
        return int(rows_of(self._connection, "SELECT count(*) FROM dead_letter")[0][0])

    def dropped(self) -> int:
        """Return how many had to go because there were too many."""
        sql = "SELECT value FROM tally WHERE name = :name"
        return sum(int(value) for (value,) in rows_of(self._connection, sql, name=DROPPED))


def as_hash(key: str) -> bytes:
    """Return the key of a refused event as the store keeps it."""
    return bytes.fromhex(key)


def cursor_of(refused: RefusedEvent) -> str:
    """Return where to go on behind a refused event."""
    return f"{(refused.received_at - _EPOCH) // timedelta(microseconds=1)}-{refused.key}"


def _cursor(text: str) -> tuple[int, bytes]:
    found = _CURSOR.fullmatch(text)
    if found is None:
        raise Unprocessable(
            f"{text!r} is no place in the list", path="/after", hint="take it from `next`"
        )
    return int(found[1]), as_hash(found[2])


def _refused(row: Row) -> RefusedEvent:
    hash_, received_us, principal, reason, path, body = row
    return RefusedEvent(
        key=bytes(hash_).hex(),
        received_at=_EPOCH + timedelta(microseconds=received_us),
        principal=principal,
        reason=reason,
        path=path,
        body=bytes(body),
        is_whole=content_hash(bytes(body)) == bytes(hash_),
    )
