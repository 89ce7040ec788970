"""The lineage store in SQL: the log, and its projections in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec
from sqlalchemy import Engine

from headwater.database.bulk import Bulk, insert, update
from headwater.database.postgresql import PostgresqlDatabase, Reading
from headwater.database.session import Database, Row, Session
from headwater.database.sqlite import SqliteDatabase
from headwater.errors import Invalid
from headwater.lineage import dead_letters, tables
from headwater.lineage.commands import Command, read_command
from headwater.lineage.contract import Applied, Arrival, Erased, Log
from headwater.lineage.dead_letters import DeadLetter, add_to_tally
from headwater.lineage.dump import dump_projections
from headwater.lineage.envelope import facet_ids, unpack
from headwater.lineage.erasure import KIND_BLANK, KIND_COMMAND, Erasure
from headwater.lineage.lww import is_plausible
from headwater.lineage.projections.facet_bodies import FacetBodies
from headwater.lineage.projections.identities import COUNTED
from headwater.lineage.projections.projector import Projector
from headwater.lineage.retention import RetentionCut
from headwater.wire.openlineage.canonical import content_hash
from headwater.wire.openlineage.event import Event
from headwater.wire.openlineage.reader import EventReader
from headwater.wire.openlineage.times import EventTime

REBUILDS: Final = "rebuilds"
_MADE_AT: Final = f"projections of revision {tables.PROJECTED_SINCE}"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_REBUILD_BATCH: Final = 500
_NOT_PROJECTED: Final = frozenset({"facet", "event", "dead_letter", "tally"})
_INSERT: Final = insert(
    tables.EVENT,
    (
        *("seq", "hash", "kind", "type", "flags", "time_s", "time_ns"),
        *("received_us", "principal", "run_id", "body"),
    ),
)
_ARRIVED: Final = update(tables.EVENT, key="seq", rules={"received_us": "least"})
_BELONGS: Final = update(tables.EVENT, key="seq", rules={"run_id": "new"})
_HELD: Final = "SELECT hash, seq, received_us FROM event WHERE hash IN ({keys})"
_IDS: Final = (*COUNTED, "facet", "facet_set", "run")
_COUNTS: Final = (
    "SELECT (SELECT max(seq) FROM event),"
    f" (SELECT value FROM tally WHERE name = '{REBUILDS}'), "
    + ", ".join(f"(SELECT max(id) FROM {table})" for table in _IDS)
)
_ENTRIES: Final = (
    "SELECT seq, hash, kind, received_us, body FROM event"
    f" WHERE seq > ? AND kind <> {KIND_BLANK} ORDER BY seq LIMIT ?"
)


class _Read(msgspec.Struct, frozen=True):
    """An arrival after reading: an event or a command, its hash, its arrival in microseconds."""

    arrival: Arrival
    item: Event | Command
    hash: bytes
    received_us: int


class SqlLineage(Log):
    """The lineage store in a SQL database.

    Any number of threads may call it; `apply` and `rebuild` take turns. `engine` is for reads.
    What it remembers of row ids stays right while other processes write: they only add, and a
    rebuild, which gives new ids, is counted.
    """

    def __init__(self, database: Database, *, most_dead_letters: int = 10_000) -> None:
        self._database = database
        self._most_dead_letters = most_dead_letters
        self._reader = EventReader()
        self._facets = FacetBodies()
        self._projector = Projector(self._facets)
        self._rebuilds = 0
        self._sequence = 0

    @classmethod
    def open(
        cls,
        place: Path | str,
        *,
        most_dead_letters: int = 10_000,
        reading: Reading | None = None,
    ) -> SqlLineage:
        """Open or create the store in a SQLite file, or at the URL of a PostgreSQL database."""
        database: Database
        if isinstance(place, Path):
            database = SqliteDatabase(place, tables.SCHEMA)
        else:
            database = PostgresqlDatabase(place, tables.SCHEMA, reading=reading)
        log = cls(database, most_dead_letters=most_dead_letters)
        log.project_since_migration()
        return log

    @property
    def engine(self) -> Engine:
        """Return the engine for reads."""
        return self._database.engine

    @property
    def where(self) -> str:
        """Return the place of the store, for people."""
        return self._database.where

    def state(self) -> str:
        """Return the database that keeps the store, once it has answered."""
        return f"ready on {self._database.state()}"

    def apply(self, arrivals: Sequence[Arrival]) -> Sequence[Applied | Exception]:
        """Apply a batch in one transaction; see the contract."""
        outcomes: list[Applied | Exception | None] = [None] * len(arrivals)
        read: list[tuple[int, _Read]] = []
        refused: list[DeadLetter] = []
        for index, arrival in enumerate(arrivals):
            try:
                read.append((index, self._read(arrival)))
            except Invalid as error:
                outcomes[index] = error
                refused.append(DeadLetter(arrival=arrival, error=error))

        def work(session: Session) -> None:
            for index, applied in self._write(session, read):
                outcomes[index] = applied
            if refused:
                dead_letters.keep(session, refused, most=self._most_dead_letters)

        self._database.write(work, forget=self._forget, patient=False)
        assert all(outcome is not None for outcome in outcomes)
        return [outcome for outcome in outcomes if outcome is not None]

    def rebuild(self) -> int:
        """Make every projection again from the log, in one transaction."""
        return self._database.write(self._rebuild, forget=self._forget, patient=True)

    def project_since_migration(self) -> None:
        """Make every projection again if the tables have changed since they were last made.

        A migration brings tables and columns, not what belongs into them: that is in the log.
        """

        def work(session: Session) -> None:
            if session.rows("SELECT 1 FROM tally WHERE name = ?", _MADE_AT):
                return
            if session.rows("SELECT 1 FROM event LIMIT 1"):
                self._forget()
                self._rebuild(session)
            add_to_tally(session, _MADE_AT, 1)

        self._database.write(work, forget=self._forget, patient=True)

    def discard(self, dead: Sequence[bytes]) -> int:
        """Remove dead letters by their hashes and return how many there were."""
        return self._database.write(
            lambda session: dead_letters.discard(session, dead), forget=self._forget, patient=True
        )

    def erase(self, arrival: Arrival, *, is_trial: bool) -> Erased:
        """Blank what the command names, or a cut lets go, in one transaction."""
        command = self._read(arrival).item
        assert isinstance(command, Command)
        assert command.verb in ("erase", "cut")
        is_cut = command.verb == "cut"

        def work(session: Session) -> Erased:
            erasure = Erasure(session, command)
            entries = RetentionCut(session, command).entries() if is_cut else erasure.entries()
            if is_trial:
                return Erased(entries=len(entries), is_mentioned=None)
            self._forget()
            erasure.blank(entries)
            self._write(session, [(0, self._read(arrival))])
            self._rebuild(session)
            is_mentioned = None if is_cut else erasure.is_mentioned()
            return Erased(entries=len(entries), is_mentioned=is_mentioned)

        return self._database.write(work, forget=self._forget, patient=True)

    def dump(self) -> bytes:
        """Return every projection as canonical text."""
        return self._database.write(dump_projections, forget=self._forget, patient=True)

    def close(self) -> None:
        """Write out what the database holds back, then let go of it."""
        self._database.close()

    def _forget(self) -> None:
        self._sequence = -1
        self._projector.forget()
        self._facets.forget()

    def _read(self, arrival: Arrival) -> _Read:
        if arrival.refusal is not None:
            raise arrival.refusal
        received_us = (arrival.received_at - _EPOCH) // _MICROSECOND
        if arrival.is_command:
            command = read_command(arrival.body)
            return _Read(arrival, command, content_hash(arrival.body), received_us)
        event = self._reader.read(arrival.body)
        return _Read(arrival, event, event.hash, received_us)

    def _write(
        self, session: Session, read: Sequence[tuple[int, _Read]]
    ) -> list[tuple[int, Applied]]:
        sequence = self._begin(session)
        runs = self._projector.runs
        hashes = {one.hash for _, one in read}
        events = [one.item for _, one in read if isinstance(one.item, Event)]
        held_rows, run_rows = session.ask((_HELD, hashes), runs.wanted(events))
        runs.learn(run_rows)
        here = {hash_: (seq, received_us) for hash_, seq, received_us in held_rows}
        outcomes: list[tuple[int, Applied]] = []
        new: list[tuple[int, _Read]] = []
        earlier: dict[int, int] = {}
        must_rebuild = False
        for index, one in read:
            held = here.get(one.hash)
            if held is None:
                sequence += 1
                here[one.hash] = (sequence, one.received_us)
                new.append((sequence, one))
                outcomes.append((index, _applied(one, sequence, is_new=True)))
                continue
            if one.received_us < held[1]:
                here[one.hash] = (held[0], one.received_us)
                earlier[held[0]] = one.received_us
                must_rebuild |= _changes_plausibility(one, held[1])
            outcomes.append((index, _applied(one, held[0], is_new=False)))
        self._projector.learn([one.item for _, one in new if isinstance(one.item, Event)])
        self._flush(session, [self._log_row(one, seq) for seq, one in new])
        session.write(_ARRIVED, sorted(earlier.items()))
        if must_rebuild:
            self._rebuild(session)
        return outcomes

    def _begin(self, session: Session, *, is_rebuild: bool = False) -> int:
        """Start a batch and return the last sequence; what was remembered holds, or is dropped."""
        ((sequence, rebuilds, *most),) = session.rows(_COUNTS)
        if (rebuilds or 0) != self._rebuilds:
            self._forget()
            self._rebuilds = rebuilds or 0
        sequence = int(sequence or 0)
        if sequence != self._sequence:  # somebody else wrote
            self._projector.forget_rows()
            self._sequence = sequence
        next_ids = {table: (id_ or 0) + 1 for table, id_ in zip(_IDS, most, strict=True)}
        next_facet = next_ids["facet"]
        self._facets.begin(session, next_facet)
        self._projector.sets.begin(
            next_ids["facet_set"], next_facet=None if is_rebuild else next_facet
        )
        self._projector.identities.begin(session, next_ids)
        self._projector.runs.begin(next_ids["run"])
        return sequence

    def _flush(
        self, session: Session, rows: Sequence[tuple[object, ...]], *, into: Bulk = _INSERT
    ) -> None:
        """Write what the batch comes to, and rows of the log."""
        projector = self._projector
        projector.documents.gather()
        self._facets.flush(session)
        projector.sets.flush(session)
        projector.load(session)
        projector.flush_names(session)
        session.write(into, rows)
        projector.flush(session)
        projector.documents.flush(session)
        if into is _INSERT:
            self._sequence += len(rows)

    def _log_row(self, one: _Read, sequence: int) -> tuple[object, ...]:
        item = one.item
        run, flags = self._project(item, one.hash, sequence, one.received_us)
        tail = (one.received_us, one.arrival.principal.name, run)
        if isinstance(item, Command):
            time = item.time or _time_at(one.received_us)
            head = (sequence, one.hash, KIND_COMMAND, 0, 0, *_time(time))
            return (*head, *tail, one.arrival.body)
        head = (sequence, one.hash, item.kind, item.type, flags, *_time(item.time))
        return (*head, *tail, self._facets.packed(item))

    def _project(
        self, item: Event | Command, hash_: bytes, sequence: int, received_us: int
    ) -> tuple[int | None, int]:
        if isinstance(item, Event):
            return self._projector.project(item, seq=sequence, received_us=received_us)
        self._projector.notes.project(item, seq=sequence, hash_=hash_, received_us=received_us)
        return None, 0

    def _empty(self, session: Session) -> None:
        self._projector.forget()
        for table in reversed(tables.METADATA.sorted_tables):
            if table.name not in _NOT_PROJECTED:
                session.run(f"DELETE FROM {table.name}")
        session.run("UPDATE event SET run_id = NULL WHERE run_id IS NOT NULL")

    def _rebuild(self, session: Session) -> int:
        self._empty(session)
        count = after = 0
        while True:
            batch = session.rows(_ENTRIES, after, _REBUILD_BATCH)
            if not batch:
                add_to_tally(session, REBUILDS, 1)
                return count
            count += len(batch)
            after = batch[-1][0]
            self._begin(session, is_rebuild=True)
            self._project_again(session, batch)

    def _project_again(self, session: Session, batch: Sequence[Row]) -> None:
        stored = [body for _, _, kind, _, body in batch if kind != KIND_COMMAND]
        whole = iter(whole_events(session, stored))
        items: list[Event | Command] = [
            read_command(body) if kind == KIND_COMMAND else self._reader.read(next(whole))
            for _, _, kind, _, body in batch
        ]
        events = [item for item in items if isinstance(item, Event)]
        runs = self._projector.runs
        runs.learn(session.rows_in(*runs.wanted(events)))
        self._projector.learn(events)
        belonging = [
            (sequence, self._project(item, hash_, sequence, received_us)[0])
            for item, (sequence, hash_, _, received_us, _) in zip(items, batch, strict=True)
        ]
        self._flush(session, belonging, into=_BELONGS)


def whole_events(session: Session, stored: Sequence[bytes]) -> list[bytes]:
    """Return events of the log with their facets, as JSON."""
    ids = {id_ for body in stored for id_ in facet_ids(body)}
    sql = "SELECT id, body FROM facet WHERE id IN ({keys})"
    bodies: dict[int, bytes] = dict(session.rows_in(sql, ids))
    return [unpack(body, bodies) for body in stored]


def _applied(one: _Read, sequence: int, *, is_new: bool) -> Applied:
    warnings = one.item.warnings if isinstance(one.item, Event) else ()
    return Applied(hash=one.hash.hex(), sequence=sequence, is_new=is_new, warnings=warnings)


def _changes_plausibility(one: _Read, before_us: int) -> bool:
    time = one.item.time
    return is_plausible(time, one.received_us) != is_plausible(time, before_us)


def _time(time: EventTime | None) -> tuple[int | None, int | None]:
    return (None, None) if time is None else (time.seconds, time.nanoseconds)


def _time_at(microseconds: int) -> EventTime:
    seconds, rest = divmod(microseconds, 1_000_000)
    return EventTime(seconds, rest * 1000, "")
