"""The log in pages for people: newest or oldest first, of some jobs, types or times."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from headwater.lineage.envelope import facet_ids, unpack
from headwater.lineage.reading.name_parts import NameParts
from headwater.lineage.reading.names import Names
from headwater.lineage.reading.rows import listed, rows_in, rows_of
from headwater.model.lineage import Moment, Name
from headwater.wire.openlineage.run_ids import uuid_text

COMMAND: Final = 3
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_WINDOW: Final = 20_000
_COLUMNS: Final = (
    "SELECT e.seq, e.kind, e.received_us, e.principal, e.body, r.uuid, r.job_id, r.kind"
    " FROM event e LEFT JOIN run r ON r.id = e.run_id WHERE e.kind < 4"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilter:
    """Which entries: of some jobs, of one type, with an event time of a window; None is any."""

    jobs: Collection[int] | None = None
    type: int | None = None
    kind: int | None = None
    since: Moment | None = None
    until: Moment | None = None

    @property
    def condition(self) -> str:
        """Return what a row of `event` has to be, as SQL to go on with; values are integers."""
        sql = ""
        if self.jobs is not None:
            sql += f" AND e.run_id IN (SELECT id FROM run WHERE job_id IN ({listed(self.jobs)}))"
        if self.type is not None:
            sql += f" AND e.kind = 0 AND e.type = {self.type:d}"
        if self.kind is not None:
            sql += f" AND e.kind = {self.kind:d}"
        if self.since is not None:
            sql += f" AND e.time_s >= {self.since.seconds:d}"
        if self.until is not None:
            sql += f" AND e.time_s < {self.until.seconds:d}"
        return sql


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """An event or command with where it came in and what it belongs to."""

    sequence: int
    kind: int
    received_at: datetime
    principal: str
    body: bytes
    run: str | None
    job: Name | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPage:
    """Some entries, and up to which sequence the log was looked at; None at its end."""

    entries: Sequence[LogEntry]
    reached: int | None


class LogPages:
    """Reads pages of the log; rare entries are looked for within a bound on the sequence."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._names = Names(connection)

    def page(
        self, wanted: LogFilter, *, after: int | None, is_newest_first: bool, limit: int
    ) -> LogPage:
        """Return entries beyond a sequence in the direction of reading."""
        last = self._last()
        start = after if after is not None else (last + 1 if is_newest_first else 0)
        end = start - _WINDOW if is_newest_first else start + _WINDOW
        if wanted.jobs is not None:  # an index has their entries, wherever they are
            end = 0 if is_newest_first else last + 1
        bounds = (
            "e.seq < :start AND e.seq >= :end"
            if is_newest_first
            else ("e.seq > :start AND e.seq <= :end")
        )
        order = "DESC" if is_newest_first else "ASC"
        sql = f"{_COLUMNS} AND {bounds}{wanted.condition} ORDER BY e.seq {order} LIMIT :limit"
        rows = rows_of(self._connection, sql, start=start, end=end, limit=limit)
        is_over = end <= 1 if is_newest_first else end >= last
        if len(rows) == limit:
            return LogPage(entries=self._entries(rows), reached=int(rows[-1][0]))
        return LogPage(entries=self._entries(rows), reached=None if is_over else end)

    def get(self, sequence: int) -> LogEntry | None:
        """Return one entry, None where there is none."""
        rows = rows_of(self._connection, f"{_COLUMNS} AND e.seq = :sequence", sequence=sequence)
        return self._entries(rows)[0] if rows else None

    def jobs_like(self, words: str, *, most: int) -> list[int]:
        """Return jobs whose name contains some words, in any case."""
        named = NameParts(self._connection).condition("job", (words,))
        sql = f"SELECT x.id FROM job x WHERE x.id > 0{named.sql} LIMIT :most"
        rows = rows_of(self._connection, sql, most=most, **named.values)
        return [int(key) for (key,) in rows]

    def _last(self) -> int:
        return int(rows_of(self._connection, "SELECT coalesce(max(seq), 0) FROM event")[0][0])

    def _entries(self, rows: Sequence[Any]) -> list[LogEntry]:
        events = [bytes(row[4]) for row in rows if row[1] != COMMAND]
        bodies = self._bodies(key for body in events for key in facet_ids(body))
        names = self._names.of("job", (row[6] for row in rows if row[6] is not None))
        return [
            LogEntry(
                sequence=sequence,
                kind=kind,
                received_at=_EPOCH + timedelta(microseconds=received_us),
                principal=principal,
                body=bytes(body) if kind == COMMAND else unpack(bytes(body), bodies),
                run=uuid_text(bytes(uuid)) if uuid is not None and run_kind == 0 else None,
                job=names.get(job),
            )
            for sequence, kind, received_us, principal, body, uuid, job, run_kind in rows
        ]

    def _bodies(self, facets: Iterable[int]) -> dict[int, bytes]:
        sql = "SELECT id, body FROM facet WHERE id IN ({keys})"
        return {key: bytes(body) for key, body in rows_in(self._connection, sql, facets)}
