"""The quarantine in lake.db, data included."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, Integer, func, select

from headwater.errors import Missing
from headwater.lake.contract import Quarantine
from headwater.lake.lake_database import from_microseconds, quarantine, to_microseconds
from headwater.model.record import DOOR, QuarantinedRecord

_INSERT: Final = (
    "INSERT INTO quarantine (key, source, stage, received_at, path, reason, data, replayed_at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING"
)
_MARK: Final = "UPDATE quarantine SET replayed_at = ? WHERE key = ? AND replayed_at IS NULL"


_HOUR: Final = 3_600_000_000
_MINUTE: Final = 60_000_000
_SECONDS: Final = 60


class SqlQuarantine(Quarantine):
    """Quarantined records as rows."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reads = engine.execution_options(read_only=True)

    def add(self, records: Iterable[QuarantinedRecord]) -> None:
        rows = [
            (
                r.key,
                r.source,
                r.stage,
                to_microseconds(r.received_at),
                r.path,
                r.reason,
                r.data,
                None if r.replayed_at is None else to_microseconds(r.replayed_at),
            )
            for r in records
        ]
        if rows:
            with self._engine.begin() as connection:
                connection.exec_driver_sql(_INSERT, rows)

    def find(
        self, *, source: str | None = None, after: str = "", limit: int = 100
    ) -> tuple[QuarantinedRecord, ...]:
        return self._find(source, after, limit, waiting=False)

    def find_waiting(
        self, *, source: str | None = None, after: str = "", limit: int = 100
    ) -> tuple[QuarantinedRecord, ...]:
        """Return only records that were not replayed, by key."""
        return self._find(source, after, limit, waiting=True)

    def get(self, key: str) -> QuarantinedRecord:
        with self._reads.connect() as connection:
            row = connection.execute(select(quarantine).where(quarantine.c.key == key)).first()
        if row is None:
            raise Missing(
                f"no quarantined record has the key {key[:100]!r}",
                hint="headwater quarantine list shows them",
            )
        return _record(row)

    def mark_replayed(self, keys: Sequence[str], at: datetime) -> None:
        if keys:
            with self._engine.begin() as connection:
                mark_replayed(connection, keys, at)

    def count(self, source: str | None = None) -> int:
        query = select(func.count()).where(quarantine.c.replayed_at.is_(None))
        if source is not None:
            query = query.where(quarantine.c.source == source)
        with self._reads.connect() as connection:
            return connection.scalar(query) or 0

    def waiting(self) -> Mapping[str, int]:
        query = (
            select(quarantine.c.source, func.count().label("records"))
            .where(quarantine.c.replayed_at.is_(None))
            .group_by(quarantine.c.source)
        )
        with self._reads.connect() as connection:
            return {row.source: row.records for row in connection.execute(query)}

    def rejected(
        self, *, since: datetime, until: datetime, source: str | None = None
    ) -> Mapping[tuple[str, int], int]:
        minute = quarantine.c.received_at.op("/", return_type=Integer())(_MINUTE)
        query = (
            select(quarantine.c.source, minute.label("minute"), func.count().label("records"))
            .where(
                quarantine.c.stage == DOOR,
                quarantine.c.received_at >= to_microseconds(since),
                quarantine.c.received_at < to_microseconds(until),
            )
            .group_by(quarantine.c.source, minute)
        )
        if source is not None:
            query = query.where(quarantine.c.source == source)
        with self._reads.connect() as connection:
            rows = connection.execute(query)
            return {(row.source, row.minute * _SECONDS): row.records for row in rows}

    def tally(self) -> Mapping[tuple[str, datetime], int]:
        hour = quarantine.c.received_at.op("/", return_type=Integer())(_HOUR)
        query = select(quarantine.c.source, hour.label("hour"), func.count().label("records"))
        with self._reads.connect() as connection:
            rows = connection.execute(query.group_by(quarantine.c.source, hour))
            return {(row.source, from_microseconds(row.hour * _HOUR)): row.records for row in rows}

    def _find(
        self, source: str | None, after: str, limit: int, *, waiting: bool
    ) -> tuple[QuarantinedRecord, ...]:
        query = select(quarantine).where(quarantine.c.key > after)
        if source is not None:
            query = query.where(quarantine.c.source == source)
        if waiting:
            query = query.where(quarantine.c.replayed_at.is_(None))
        query = query.order_by(quarantine.c.key).limit(limit)
        with self._reads.connect() as connection:
            return tuple(_record(row) for row in connection.execute(query))


def mark_replayed(connection: Connection, keys: Sequence[str], at: datetime) -> None:
    """Note replays within a transaction of the caller's."""
    if keys:
        connection.exec_driver_sql(_MARK, [(to_microseconds(at), key) for key in keys])


def _record(row: Any) -> QuarantinedRecord:
    replayed_at = row.replayed_at
    return QuarantinedRecord(
        key=row.key,
        source=row.source,
        stage=row.stage,
        received_at=from_microseconds(row.received_at),
        path=row.path,
        reason=row.reason,
        data=row.data,
        replayed_at=None if replayed_at is None else from_microseconds(replayed_at),
    )
