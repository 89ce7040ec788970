"""Rows of `run`: first and last keys are joins, the rest is a function of the run's events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from hashlib import blake2b
from typing import Final

from headwater.database.bulk import Rule, insert, update
from headwater.database.session import Row, Session
from headwater.lineage import tables
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
_HELD: Final = "SELECT id, first_key, last_key, snapshot_key FROM run WHERE id IN ({keys})"
_MARKS: Final = """SELECT run_id, type, flags, time_s, time_ns, hash, received_us FROM event
  WHERE run_id IN ({keys}) AND type IN (1, 4, 5, 6)"""
_SHOW_LIFE: Final = "SELECT DISTINCT run_id FROM event WHERE run_id IN ({keys}) AND type IN (2, 3)"
_IO: Final = """SELECT io.run_id, io."key", io.direction, n.name, d.name FROM run_io io
  JOIN dataset d ON d.id = io.dataset_id JOIN namespace n ON n.id = d.namespace_id
  WHERE io.run_id IN ({keys})"""
_IDENTITY: Final = ("id", "uuid", "job_id", "kind")
_DERIVED: Final[dict[str, Rule]] = dict.fromkeys(
    (
        *("state", "has_warning", "started_us", "ended_us", "decided_key"),
        *("first_key", "last_key", "snapshot_key", "io_hash"),
    ),
    "new",
)
_INSERT: Final = insert(tables.RUN, (*_IDENTITY, *_DERIVED))
_UPDATE: Final = update(tables.RUN, key="id", rules=_DERIVED)

_Derived = tuple[int, int, int | None, int | None, bytes]
"""State, warning, start and end in microseconds, the key of the event that decided."""


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

    def may_have_ended(self) -> bool:
        """Tell whether the run may have an end, here or in what is stored."""
        if not self.is_new or self.kind != Kind.RUN:
            return True
        return any(mark.type is not EventType.START for mark in self.marks)

    def join(self, first: bytes, last: bytes, snapshot: bytes | None) -> None:
        self.first = min(self.first, first)
        self.last = max(self.last, last)
        if snapshot is not None:
            self.snapshot = max(self.snapshot or snapshot, snapshot)


class Runs:
    """Row ids of runs, and their rows; belongs to the one transaction that writes."""

    def __init__(self) -> None:
        self._session: Session | None = None
        self._ids: dict[tuple[bytes, int | None], int] = {}
        self._looked_up: set[bytes] = set()
        self._drafts: dict[int, _Draft] = {}
        self._next = 1

    def begin(self, session: Session, next_id: int) -> None:
        """Start a batch inside a transaction."""
        if len(self._ids) > _CACHE_ENTRIES:
            self._ids.clear()
        self._looked_up.clear()
        self._session = session
        self._next = next_id

    def learn(self, events: Iterable[Event]) -> None:
        """Look up the runs of many events at once."""
        assert self._session is not None
        missing = {run_uuid(event.run_id) for event in events if event.run_id is not None}
        missing -= self._looked_up
        sql = "SELECT id, uuid, job_id FROM run WHERE uuid IN ({keys})"
        for id_, uuid, job in self._session.rows_in(sql, missing):
            self._ids[uuid, job] = id_
        self._looked_up |= missing

    def forget(self) -> None:
        """Drop everything remembered, after a rollback."""
        self._ids.clear()
        self._looked_up.clear()
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

    def flush(self, session: Session) -> None:
        """Write the rows of all runs touched; their events and inputs must be written."""
        drafts = self._drafts
        held = [id_ for id_, draft in drafts.items() if not draft.is_new]
        marked = [id_ for id_ in held if drafts[id_].kind == Kind.RUN]
        ending = [id_ for id_, draft in drafts.items() if draft.may_have_ended()]
        keys, marks, io = session.ask((_HELD, held), (_MARKS, marked), (_IO, ending))
        for id_, first, last, snapshot in keys:
            drafts[id_].join(first, last, snapshot)
        _take_marks(session, drafts, marked, marks)
        derived = {id_: _derived(draft) for id_, draft in drafts.items()}
        ended = [id_ for id_, (state, *_) in derived.items() if state >= RunState.COMPLETED]
        io_hashes = _io_hashes(drafts, ended, io)
        inserts, updates = [], []
        for id_, draft in drafts.items():
            ends = (draft.first, draft.last, draft.snapshot, io_hashes.get(id_))
            if draft.is_new:
                inserts.append((id_, draft.uuid, draft.job, draft.kind, *derived[id_], *ends))
            else:
                updates.append((id_, *derived[id_], *ends))
        session.write(_INSERT, inserts)
        session.write(_UPDATE, updates)
        drafts.clear()

    def _id(self, uuid: bytes, job: int | None) -> tuple[int, bool]:
        found = self._ids.get((uuid, job))
        if found is not None:
            return found, False
        if uuid not in self._looked_up and job is not None:
            assert self._session is not None
            sql = "SELECT id FROM run WHERE uuid = ? AND job_id = ?"
            for (id_,) in self._session.rows(sql, uuid, job):
                self._ids[uuid, job] = id_
                return id_, False
        self._ids[uuid, job] = id_ = self._next
        self._next += 1
        return id_, True


def _derived(draft: _Draft) -> _Derived:
    if draft.kind != Kind.RUN:
        us = microseconds_of(draft.last)
        return RunState.COMPLETED, 0, us, us, draft.last
    standing = standing_of(draft.marks)
    state = standing.state
    if state is RunState.NEW and draft.shows_life:
        state = RunState.RUNNING
    ended = None if standing.ended is None else microseconds_of(standing.ended)
    decided = standing.decided or draft.last
    return state, int(standing.has_warning), _started(standing, draft), ended, decided


def _started(standing: Standing, draft: _Draft) -> int | None:
    """Return when the last attempt began; without a START, when the run was first seen at work."""
    if standing.started is not None:
        return microseconds_of(standing.started)
    return None if rank_in(draft.first) == 2 else microseconds_of(draft.first)


def _take_marks(
    session: Session, drafts: dict[int, _Draft], marked: Collection[int], rows: Iterable[Row]
) -> None:
    """Give runs that were there before all their marks; a draft holds those of its batch."""
    marks: defaultdict[int, list[Mark]] = defaultdict(list)
    for id_, type_, flags, seconds, nanoseconds, hash_, received_us in rows:
        time = None if seconds is None else EventTime(seconds, nanoseconds, "")
        kind = EventType(type_)
        key = key_of(time, kind, hash_, received_us=received_us)
        marks[id_].append(Mark(key, kind, bool(flags & HAS_ERROR), bool(flags & HAS_STATISTICS)))
    for id_ in marked:
        drafts[id_].marks = marks[id_]
    silent = [id_ for id_ in marked if not marks[id_] and not drafts[id_].shows_life]
    for (id_,) in session.rows_in(_SHOW_LIFE, silent):
        drafts[id_].shows_life = True


def _io_hashes(
    drafts: dict[int, _Draft], ended: Collection[int], io: Iterable[Row]
) -> dict[int, bytes]:
    """Return a hash of the live inputs and outputs of each of these runs."""
    live: dict[int, list[tuple[int, bytes, bytes]]] = {id_: [] for id_ in ended}
    for id_, key, *named in io:
        if id_ in live and key >= (drafts[id_].snapshot or b""):
            live[id_].append((named[0], named[1], named[2]))
    return {id_: _hash_of(sorted(names)) for id_, names in live.items()}


def _hash_of(names: Iterable[tuple[int, bytes, bytes]]) -> bytes:
    digest = blake2b(digest_size=16)
    for direction, namespace, name in names:
        for part in (namespace, name):
            digest.update(bytes((direction,)) + len(part).to_bytes(8, "big") + part)
    return digest.digest()
