"""Rows of `run`: first and last keys are joins, the rest is a function of the run's events."""

from __future__ import annotations

from hashlib import blake2b
from sqlite3 import Cursor
from typing import Any, Final

from headwater.lineage.lww import key_of, microseconds_of, rank_in
from headwater.lineage.projections.run_state import Mark, RunState, Standing, standing_of
from headwater.wire.openlineage.event import TERMINAL, Event, EventType, Kind
from headwater.wire.openlineage.facets import has_error, has_statistics, stands_alone
from headwater.wire.openlineage.run_ids import run_uuid
from headwater.wire.openlineage.times import EventTime

HAS_ERROR: Final = 1
HAS_STATISTICS: Final = 2
STANDS_ALONE: Final = 4

_CACHE_ENTRIES: Final = 50_000
_MARKS: Final = """SELECT type, flags, time_s, time_ns, hash, received_us FROM event
  WHERE run_id = ? AND type IN (1, 4, 5, 6)"""
_SHOWS_LIFE: Final = "SELECT 1 FROM event WHERE run_id = ? AND type IN (2, 3) LIMIT 1"
_IO: Final = """SELECT io.direction, n.name, d.name FROM run_io io JOIN dataset d
  ON d.id = io.dataset_id JOIN namespace n ON n.id = d.namespace_id
  WHERE io.run_id = ? AND io."key" >= ? ORDER BY 1, 2, 3"""
_INSERT: Final = """INSERT INTO run (id, uuid, job_id, kind, state, has_warning, started_us,
  ended_us, first_key, last_key, decided_key, snapshot_key, io_hash)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_UPDATE: Final = """UPDATE run SET state = ?, has_warning = ?, started_us = ?, ended_us = ?,
  first_key = ?, last_key = ?, decided_key = ?, snapshot_key = ?, io_hash = ? WHERE id = ?"""


class _Draft:
    """What a batch says about one run."""

    __slots__ = (
        "first",
        "is_new",
        "job",
        "kind",
        "last",
        "marks",
        "shows_life",
        "snapshot",
        "uuid",
    )

    def __init__(self, uuid: bytes, job: int | None, kind: int, key: bytes) -> None:
        self.uuid = uuid
        self.job = job
        self.kind = kind
        self.first = self.last = key
        self.snapshot: bytes | None = None
        self.is_new = False
        self.marks: list[Mark] = []
        self.shows_life = False

    def join(self, first: bytes, last: bytes, snapshot: bytes | None) -> None:
        self.first = min(self.first, first)
        self.last = max(self.last, last)
        if snapshot is not None:
            self.snapshot = max(self.snapshot or snapshot, snapshot)


class Runs:
    """Row ids of runs, and their rows; belongs to the one transaction that writes."""

    def __init__(self) -> None:
        self._cursor: Cursor | None = None
        self._ids: dict[tuple[bytes, int | None], int] = {}
        self._drafts: dict[int, _Draft] = {}
        self._next = 1

    def begin(self, cursor: Cursor) -> None:
        """Start a batch inside a transaction."""
        if len(self._ids) > _CACHE_ENTRIES:
            self._ids.clear()
        self._cursor = cursor
        (most,) = cursor.execute("SELECT max(id) FROM run").fetchone()
        self._next = (most or 0) + 1

    def forget(self) -> None:
        """Drop everything remembered, after a rollback."""
        self._ids.clear()
        self._drafts.clear()

    def touch(self, event: Event, job: int | None, key: bytes) -> int:
        """Note that an event belongs to a run and return the id of the run's row."""
        uuid = event.hash if event.run_id is None else run_uuid(event.run_id)
        id_, is_new = self._id(uuid, job)
        draft = self._drafts.get(id_)
        if draft is None:
            draft = self._drafts[id_] = _Draft(uuid, job, event.kind, key)
            draft.is_new = is_new
        is_alone = event.kind is Kind.RUN and stands_alone(event.job_facets)
        draft.join(key, key, key if is_alone else None)
        if event.type is EventType.START or event.type in TERMINAL:
            mark = Mark(key, event.type, has_error(event), has_statistics(event))
            draft.marks.append(mark)
        draft.shows_life |= event.type in (EventType.RUNNING, EventType.OTHER)
        return id_

    def flush(self, cursor: Cursor) -> None:
        """Write the rows of all runs touched; their events and inputs must be written."""
        inserts, updates = [], []
        for id_, draft in self._drafts.items():
            if not draft.is_new:
                row = cursor.execute(
                    "SELECT first_key, last_key, snapshot_key FROM run WHERE id = ?", (id_,)
                ).fetchone()
                draft.join(*row)
            state, warning, *times, decided, io_hash = _derived(cursor, id_, draft)
            values = (
                *(state, warning, *times),
                *(draft.first, draft.last, decided, draft.snapshot, io_hash),
            )
            if draft.is_new:
                inserts.append((id_, draft.uuid, draft.job, draft.kind, *values))
            else:
                updates.append((*values, id_))
        cursor.executemany(_INSERT, inserts)
        cursor.executemany(_UPDATE, updates)
        self._drafts.clear()

    def _id(self, uuid: bytes, job: int | None) -> tuple[int, bool]:
        found = self._ids.get((uuid, job))
        if found is not None:
            return found, False
        assert self._cursor is not None
        row = None
        if job is not None:
            sql = "SELECT id FROM run WHERE uuid = ? AND job_id = ?"
            row = self._cursor.execute(sql, (uuid, job)).fetchone()
        if row is None:
            id_ = self._next
            self._next += 1
        else:
            id_ = row[0]
        self._ids[uuid, job] = id_
        return id_, row is None


def _derived(cursor: Cursor, id_: int, draft: _Draft) -> tuple[Any, ...]:
    if draft.kind != Kind.RUN:
        us = microseconds_of(draft.last)
        done = RunState.COMPLETED
        return done, 0, us, us, draft.last, _io_hash(cursor, id_, draft)
    standing = standing_of(draft.marks if draft.is_new else _marks(cursor, id_))
    state = standing.state
    if state is RunState.NEW and (
        draft.shows_life or cursor.execute(_SHOWS_LIFE, (id_,)).fetchone()
    ):
        state = RunState.RUNNING
    started = _started(standing, draft)
    ended = None if standing.ended is None else microseconds_of(standing.ended)
    io_hash = None if standing.ended is None else _io_hash(cursor, id_, draft)
    decided = standing.decided or draft.last
    return state, int(standing.has_warning), started, ended, decided, io_hash


def _started(standing: Standing, draft: _Draft) -> int | None:
    """Return when the last attempt began; without a START, when the run was first seen at work."""
    if standing.started is not None:
        return microseconds_of(standing.started)
    return None if rank_in(draft.first) == 2 else microseconds_of(draft.first)


def _marks(cursor: Cursor, id_: int) -> list[Mark]:
    marks = []
    for type_, flags, seconds, nanoseconds, hash_, received_us in cursor.execute(_MARKS, (id_,)):
        time = None if seconds is None else EventTime(seconds, nanoseconds, "")
        type__ = EventType(type_)
        key = key_of(time, type__, hash_, received_us=received_us)
        marks.append(Mark(key, type__, bool(flags & HAS_ERROR), bool(flags & HAS_STATISTICS)))
    return marks


def _io_hash(cursor: Cursor, id_: int, draft: _Draft) -> bytes:
    digest = blake2b(digest_size=16)
    for direction, namespace, name in cursor.execute(_IO, (id_, draft.snapshot or b"")):
        for part in (namespace, name):
            digest.update(bytes((direction,)) + len(part).to_bytes(8, "big") + part)
    return digest.digest()
