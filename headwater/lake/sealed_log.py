"""The moment a log is sealed: its segments, keys and replays become rows in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Engine, delete, select

from headwater.lake.lake_database import from_microseconds, idempotency, to_microseconds
from headwater.lake.manifest import add_segments
from headwater.lake.quarantine import mark_replayed
from headwater.model.record import Segment

_INSERT_KEY: Final = (
    "INSERT OR REPLACE INTO idempotency (principal, key, digest, answer, expires_at)"
    " VALUES (?, ?, ?, ?, ?)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """What was answered to a request with an Idempotency-Key, and to which body."""

    principal: str
    key: str
    digest: bytes
    answer: bytes
    expires_at: datetime


class SealedLogs:
    """What outlives a log in lake.db."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reads = engine.execution_options(read_only=True)

    def commit(
        self,
        segments: Sequence[Segment],
        answers: Sequence[KeptAnswer],
        replayed: Sequence[str],
        *,
        at: datetime,
    ) -> tuple[Segment, ...]:
        """Write all rows of a sealed log, or none; doing it again changes nothing."""
        rows = [
            (a.principal, a.key, a.digest, a.answer, to_microseconds(a.expires_at)) for a in answers
        ]
        now = to_microseconds(at)
        with self._engine.begin() as connection:
            stored = add_segments(connection, segments)
            if rows:
                connection.exec_driver_sql(_INSERT_KEY, rows)
            mark_replayed(connection, replayed, at)
            connection.execute(delete(idempotency).where(idempotency.c.expires_at <= now))
        return stored

    def find_answer(self, principal: str, key: str) -> KeptAnswer | None:
        """Return what was answered to this key, expired or not."""
        query = select(idempotency).where(
            idempotency.c.principal == principal, idempotency.c.key == key
        )
        with self._reads.connect() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        return KeptAnswer(
            principal=row.principal,
            key=row.key,
            digest=row.digest,
            answer=row.answer,
            expires_at=from_microseconds(row.expires_at),
        )
