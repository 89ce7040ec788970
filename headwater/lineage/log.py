"""The lineage store on SQLite: the log, and its projections in the same transaction."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlite3 import Connection, Cursor
from typing import Final

from sqlalchemy import Engine

from headwater.database import checkpoint, open_sqlite, translated
from headwater.errors import Invalid, Unavailable
from headwater.lineage import dead_letters, tables
from headwater.lineage.commands import Command, read_command
from headwater.lineage.contract import Applied, Arrival, Log
from headwater.lineage.dead_letters import DeadLetter
from headwater.lineage.dump import dump_projections
from headwater.lineage.envelope import facet_ids, pack, unpack
from headwater.lineage.lww import is_plausible
from headwater.lineage.projections.facet_bodies import FacetBodies
from headwater.lineage.projections.projector import Projector
from headwater.lineage.projections.runs import HAS_ERROR, HAS_STATISTICS, STANDS_ALONE
from headwater.wire.openlineage.canonical import content_hash
from headwater.wire.openlineage.event import Event
from headwater.wire.openlineage.facets import has_error, has_statistics, stands_alone
from headwater.wire.openlineage.reader import EventReader
from headwater.wire.openlineage.times import EventTime

KIND_COMMAND: Final = 3
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_REBUILD_BATCH: Final = 500
_CHECKPOINT_PAGES: Final = 8000
_NOT_PROJECTED: Final = frozenset({"facet", "event", "dead_letter", "tally"})
_INSERT: Final = """INSERT INTO event (seq, hash, kind, type, flags, time_s, time_ns, received_us,
  principal, run_id, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""


@dataclass(frozen=True, slots=True)
class _Read:
    """An arrival after reading: an event or a command, its hash, its arrival in microseconds."""

    arrival: Arrival
    item: Event | Command
    hash: bytes
    received_us: int


class SqliteLineage(Log):
    """The lineage store in one SQLite file.

    Any number of threads may call it; `apply` and `rebuild` take turns. `engine` is for reads.
    """

    def __init__(self, engine: Engine, path: Path, *, most_dead_letters: int = 10_000) -> None:
        self.engine = engine
        self.path = path
        self._most_dead_letters = most_dead_letters
        self._lock = threading.Lock()
        self._reader = EventReader()
        self._facets = FacetBodies()
        self._projector = Projector(self._facets)
        self._connection: Connection | None = None
        self._pooled = engine.raw_connection()
        driver = self._pooled.driver_connection
        assert isinstance(driver, Connection)
        driver.execute("PRAGMA cache_size = -65536")
        # A commit touches some thirty pages; the default would checkpoint every thirty commits.
        driver.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
        self._connection = driver

    @classmethod
    def open(cls, path: Path, *, most_dead_letters: int = 10_000) -> SqliteLineage:
        """Open or create the store at `path`."""
        engine = open_sqlite(path, tables.SCHEMA)
        with translated(path):
            return cls(engine, path, most_dead_letters=most_dead_letters)

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
        with self._transaction() as cursor:
            for index, applied in self._write(cursor, read):
                outcomes[index] = applied
            if refused:
                dead_letters.keep(cursor, refused, most=self._most_dead_letters)
        assert all(outcome is not None for outcome in outcomes)
        return [outcome for outcome in outcomes if outcome is not None]

    def rebuild(self) -> int:
        """Make every projection again from the log, in one transaction."""
        with self._transaction() as cursor:
            return self._rebuild(cursor)

    def dump(self) -> bytes:
        """Return every projection as canonical text."""
        with self._transaction() as cursor:
            return dump_projections(cursor)

    def close(self) -> None:
        """Checkpoint and truncate the write-ahead log, then let go of the file."""
        with self._lock:
            if self._connection is None:
                return
            self._connection = None
            self._pooled.close()
            with translated(self.path):
                checkpoint(self.engine)

    @contextmanager
    def _transaction(self) -> Iterator[Cursor]:
        with self._lock, translated(self.path):
            if self._connection is None:
                raise Unavailable(f"the lineage store {self.path} is closed")
            cursor = self._connection.cursor()
            cursor.execute("BEGIN IMMEDIATE")
            try:
                yield cursor
                cursor.execute("COMMIT")
            except BaseException:
                self._projector.forget()
                self._facets.forget()
                if self._connection.in_transaction:
                    cursor.execute("ROLLBACK")
                raise
            finally:
                cursor.close()

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
        self, cursor: Cursor, read: Sequence[tuple[int, _Read]]
    ) -> Iterator[tuple[int, Applied]]:
        (most,) = cursor.execute("SELECT max(seq) FROM event").fetchone()
        sequence = most or 0
        here: dict[bytes, tuple[int, int]] = {}
        earlier: dict[int, int] = {}
        rows = []
        must_rebuild = False
        self._begin(cursor)
        for index, one in read:
            held = here.get(one.hash) or _held(cursor, one.hash)
            if held is None:
                sequence += 1
                here[one.hash] = (sequence, one.received_us)
                rows.append(self._log_row(one, sequence))
                yield index, _applied(one, sequence, is_new=True)
                continue
            if one.received_us < held[1]:
                here[one.hash] = (held[0], one.received_us)
                earlier[held[0]] = one.received_us
                must_rebuild |= _changes_plausibility(one, held[1])
            yield index, _applied(one, held[0], is_new=False)
        self._flush(cursor, rows)
        cursor.executemany(
            "UPDATE event SET received_us = min(received_us, ?) WHERE seq = ?",
            [(received, seq) for seq, received in earlier.items()],
        )
        if must_rebuild:
            self._rebuild(cursor)

    def _begin(self, cursor: Cursor) -> None:
        self._facets.begin(cursor)
        self._projector.identities.begin(cursor)
        self._projector.runs.begin(cursor)

    def _flush(self, cursor: Cursor, rows: Sequence[tuple[object, ...]]) -> None:
        self._facets.flush(cursor)
        self._projector.identities.flush(cursor)
        cursor.executemany(_INSERT, rows)
        self._projector.rows.flush(cursor)
        self._projector.runs.flush(cursor)

    def _log_row(self, one: _Read, sequence: int) -> tuple[object, ...]:
        item = one.item
        run = self._project(item, one.hash, sequence, one.received_us)
        tail = (one.received_us, one.arrival.principal.name, run)
        if isinstance(item, Command):
            time = item.time or _time_at(one.received_us)
            head = (sequence, one.hash, KIND_COMMAND, 0, 0, *_time(time))
            return (*head, *tail, one.arrival.body)
        head = (sequence, one.hash, item.kind, item.type, _flags(item), *_time(item.time))
        return (*head, *tail, pack(item, self._facets.id_of))

    def _project(
        self, item: Event | Command, hash_: bytes, sequence: int, received_us: int
    ) -> int | None:
        if isinstance(item, Event):
            return self._projector.project(item, seq=sequence, received_us=received_us)
        self._projector.notes.project(item, seq=sequence, hash_=hash_, received_us=received_us)
        return None

    def _rebuild(self, cursor: Cursor) -> int:
        self._projector.forget()
        for table in reversed(tables.METADATA.sorted_tables):
            if table.name not in _NOT_PROJECTED:
                cursor.execute(f"DELETE FROM {table.name}")
        cursor.execute("UPDATE event SET run_id = NULL WHERE run_id IS NOT NULL")
        count = after = 0
        while True:
            batch = cursor.execute(
                "SELECT seq, hash, kind, received_us, body FROM event WHERE seq > ? "
                "ORDER BY seq LIMIT ?",
                (after, _REBUILD_BATCH),
            ).fetchall()
            if not batch:
                return count
            count += len(batch)
            after = batch[-1][0]
            self._begin(cursor)
            runs = []
            for sequence, hash_, kind, received_us, body in batch:
                item: Event | Command
                if kind == KIND_COMMAND:
                    item = read_command(body)
                else:
                    item = self._reader.read(whole_event(cursor, body))
                runs.append((self._project(item, hash_, sequence, received_us), sequence))
            cursor.executemany("UPDATE event SET run_id = ? WHERE seq = ?", runs)
            self._flush(cursor, ())


def whole_event(cursor: Cursor, stored: bytes) -> bytes:
    """Return an event of the log with its facets, as JSON."""
    bodies = {}
    for id_ in facet_ids(stored):
        (bodies[id_],) = cursor.execute("SELECT body FROM facet WHERE id = ?", (id_,)).fetchone()
    return unpack(stored, bodies)


def _held(cursor: Cursor, hash_: bytes) -> tuple[int, int] | None:
    row = cursor.execute("SELECT seq, received_us FROM event WHERE hash = ?", (hash_,)).fetchone()
    return None if row is None else (row[0], row[1])


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


def _flags(event: Event) -> int:
    flags = HAS_ERROR if has_error(event) else 0
    flags |= HAS_STATISTICS if has_statistics(event) else 0
    return flags | (STANDS_ALONE if stands_alone(event.job_facets) else 0)
