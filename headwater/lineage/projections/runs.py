"""Rows of `run`: first and last keys are joins, the rest is a function of the run's events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from headwater.database.bulk import Rule, delete, insert, update, upsert
from headwater.database.session import Question, Row, Session
from headwater.lineage import facet_tables, tables
from headwater.lineage.lww import key_of, microseconds_of, rank_in
from headwater.lineage.projections.facet_sets import FacetSets
from headwater.lineage.projections.io_hashes import IoHashes
from headwater.lineage.projections.run_drafts import Draft, Known, RunRows, io_of
from headwater.lineage.projections.run_state import Mark, RunState, standing_of
from headwater.wire.openlineage.event import TERMINAL, Event, EventType, Kind
from headwater.wire.openlineage.recent import Recent
from headwater.wire.openlineage.run_ids import run_uuid
from headwater.wire.openlineage.times import EventTime

HAS_ERROR: Final = 1
HAS_STATISTICS: Final = 2
STANDS_ALONE: Final = 4

_CACHE_ENTRIES: Final = 10_000
_KNOWN_RUNS: Final = 3_000
_IDS: Final = "SELECT id, uuid, job_id FROM run WHERE uuid IN ({keys})"
_HELD: Final = (
    "SELECT id, first_key, last_key, snapshot_key, run_set_id, job_set_id FROM run"
    " WHERE id IN ({keys})"
)
_MARKS: Final = """SELECT run_id, type, flags, time_s, time_ns, hash, received_us FROM event
  WHERE run_id IN ({keys}) AND type IN (1, 4, 5, 6)"""
_SHOW_LIFE: Final = "SELECT DISTINCT run_id FROM event WHERE run_id IN ({keys}) AND type IN (2, 3)"
_IO: Final = (
    'SELECT run_id, dataset_id, direction, "key", facet_set_id FROM run_io WHERE run_id IN ({keys})'
)
_IDENTITY: Final = ("id", "uuid", "job_id", "kind")
_DERIVED: Final[dict[str, Rule]] = dict.fromkeys(
    (
        *("state", "has_warning", "started_us", "ended_us", "decided_key"),
        *("first_key", "last_key", "snapshot_key", "run_set_id", "job_set_id", "io_hash"),
    ),
    "new",
)
_INSERT: Final = insert(tables.RUN, (*_IDENTITY, *_DERIVED))
_UPDATE: Final = update(tables.RUN, key="id", rules=_DERIVED)
_TOLD: Final[dict[str, Rule]] = {"key": "new", "facet_id": "new", "is_deleted": "new"}
_NEWER: Final = "{new}.key > {old}.key"
_WRITE_IO: Final = upsert(tables.RUN_IO, {"key": "new", "facet_set_id": "new"})
_WRITE_IO_FACETS: Final = upsert(facet_tables.IO_FACET, _TOLD, where=_NEWER)
_WRITE_FACETS: Final = upsert(facet_tables.RUN_FACET, _TOLD, where=_NEWER)
_DROP_IO_FACETS: Final = delete(
    facet_tables.IO_FACET, ("run_id", "dataset_id", "direction", "part", "facet_name_id")
)
_DROP_FACETS: Final = delete(facet_tables.RUN_FACET, ("run_id", "facet_name_id", "owner"))

_Derived = tuple[int, int, int | None, int | None, bytes]
"""State, warning, start and end in microseconds, the key of the event that decided."""


class Runs:
    """Row ids of runs, and their rows; belongs to the one transaction that writes.

    Runs that have not ended are remembered, with what they said so far.
    """

    def __init__(self, sets: FacetSets, io_hashes: IoHashes) -> None:
        self._sets = sets
        self._io_hashes = io_hashes
        self._ids: Recent[bytes, dict[int | None, int]] = Recent(_CACHE_ENTRIES)
        self._here: dict[bytes, dict[int | None, int]] = {}
        self._known: Recent[int, Known] = Recent(_KNOWN_RUNS)
        self._drafts: dict[int, Draft] = {}
        self._marked: list[int] = []
        self._next = 1

    def begin(self, next_id: int) -> None:
        """Start a batch."""
        self._here.clear()
        self._next = next_id

    def forget(self) -> None:
        """Drop everything remembered, after a rollback or when others wrote."""
        self._ids.clear()
        self._here.clear()
        self._known.clear()
        self._drafts.clear()

    def wanted(self, events: Iterable[Event]) -> Question:
        """Return what to ask the database before these events are noted."""
        missing: set[bytes] = set()
        for event in events:
            if event.run_id is None:
                self._here[event.hash] = {}
                continue
            uuid = run_uuid(event.run_id)
            if uuid in self._here:
                continue
            found = self._ids.get(uuid)
            if found is None:
                found = {}
                self._ids.put(uuid, found)
                missing.add(uuid)
            self._here[uuid] = found
        return _IDS, missing

    def learn(self, rows: Iterable[Row]) -> None:
        """Take the answer."""
        for id_, uuid, job in rows:
            self._here[uuid][job] = id_

    def touch(self, event: Event, job: int | None, key: bytes, flags: int) -> tuple[int, Draft]:
        """Note that an event belongs to a run and return the id of the run's row, and its draft."""
        uuid = event.hash if event.run_id is None else run_uuid(event.run_id)
        ids = self._here[uuid]
        id_ = ids.get(job)
        is_new = id_ is None
        if id_ is None:
            id_ = ids[job] = self._next
            self._next += 1
        draft = self._drafts.get(id_)
        if draft is None:
            draft = self._drafts[id_] = Draft(uuid, job, event.kind, is_new=is_new)
        draft.join(key, is_alone=bool(flags & STANDS_ALONE) and event.kind is Kind.RUN)
        type_ = event.type
        if type_ is EventType.START or type_ in TERMINAL:
            mark = Mark(key, type_, bool(flags & HAS_ERROR), bool(flags & HAS_STATISTICS))
            draft.marks.append(mark)
        elif type_ is not EventType.NONE:
            draft.shows_life = True
        return id_, draft

    def questions(self) -> tuple[Question, Question, Question]:
        """Return what to ask the database about the runs of the batch."""
        unknown = []
        for id_, draft in self._drafts.items():
            if not draft.is_new:
                draft.known = self._known.get(id_)
                if draft.known is None:
                    unknown.append(id_)
        self._marked = [id_ for id_ in unknown if self._drafts[id_].kind == Kind.RUN]
        return (_HELD, unknown), (_MARKS, self._marked), (_IO, unknown)

    def answered(
        self, session: Session, held: Iterable[Row], marks: Iterable[Row], io: Iterable[Row]
    ) -> Iterable[int]:
        """Take the answers and return the sets that have to be known before `flush`."""
        drafts = self._drafts
        for id_, first, last, snapshot, *sets in held:
            drafts[id_].known = Known(first, last, snapshot, (sets[0], sets[1]))
        for id_, dataset, direction, key, set_id in io:
            known = drafts[id_].known
            assert known is not None
            known.io[dataset, direction] = (key, set_id)
        self._take_marks(session, marks)
        return [set_id for draft in drafts.values() for set_id in draft.compared_sets()]

    def flush(self, session: Session) -> None:
        """Write the rows of all runs touched; jobs and datasets must be written."""
        rows = RunRows()
        states = {id_: draft.joined(id_, rows, self._sets) for id_, draft in self._drafts.items()}
        derived = {id_: _derived(self._drafts[id_], now) for id_, now in states.items()}
        live = {
            id_: io_of(now) for id_, now in states.items() if derived[id_][0] >= RunState.COMPLETED
        }
        hashes = self._io_hashes.of(session, live)
        inserts, updates = [], []
        for id_, now in states.items():
            draft = self._drafts[id_]
            ends = (now.first, now.last, now.snapshot, *now.sets, hashes.get(id_))
            if draft.is_new:
                inserts.append((id_, draft.uuid, draft.job, draft.kind, *derived[id_], *ends))
            else:
                updates.append((id_, *derived[id_], *ends))
            if id_ not in live or draft.known is not None:
                self._known.put(id_, now)
        session.write(_INSERT, inserts)
        session.write(_UPDATE, updates)
        _write(session, rows)
        self._drafts.clear()

    def _take_marks(self, session: Session, rows: Iterable[Row]) -> None:
        """Give runs that were looked up their marks."""
        marks: defaultdict[int, list[Mark]] = defaultdict(list)
        for id_, type_, flags, seconds, nanoseconds, hash_, received_us in rows:
            time = None if seconds is None else EventTime(seconds, nanoseconds, "")
            kind = EventType(type_)
            key = key_of(time, kind, hash_, received_us=received_us)
            mark = Mark(key, kind, bool(flags & HAS_ERROR), bool(flags & HAS_STATISTICS))
            marks[id_].append(mark)
        silent = []
        for id_ in self._marked:
            known = self._drafts[id_].known
            assert known is not None
            known.marks = marks[id_]
            if not known.marks:
                silent.append(id_)
        for (id_,) in session.rows_in(_SHOW_LIFE, silent):
            self._drafts[id_].shows_life = True


def _write(session: Session, rows: RunRows) -> None:
    session.write(_WRITE_IO, sorted(rows.io))
    session.write(_DROP_IO_FACETS, rows.gone_from_io)
    session.write(_WRITE_IO_FACETS, rows.io_facets)
    session.write(_DROP_FACETS, rows.gone_from_runs)
    session.write(_WRITE_FACETS, rows.run_facets)


def _derived(draft: Draft, now: Known) -> _Derived:
    if draft.kind != Kind.RUN:
        us = microseconds_of(now.last)
        return RunState.COMPLETED, 0, us, us, now.last
    standing = standing_of(now.marks)
    state = standing.state
    if state is RunState.NEW and now.shows_life:
        state = RunState.RUNNING
    ended = None if standing.ended is None else microseconds_of(standing.ended)
    if standing.started is not None:
        started = microseconds_of(standing.started)
    else:  # without a START, when the run was first seen at work
        started = None if rank_in(now.first) == 2 else microseconds_of(now.first)
    return state, int(standing.has_warning), started, ended, standing.decided or now.last
