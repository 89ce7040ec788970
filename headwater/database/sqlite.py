"""SQLite as every store opens it: in WAL, with synchronous=FULL."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError

from headwater.clock import Clock, SystemClock
from headwater.database.bulk import Bulk
from headwater.database.migrations import create, revision_of, upgrade
from headwater.database.schema import Schema
from headwater.database.session import Question, Result, Row
from headwater.database.turns import Turns
from headwater.errors import HeadwaterError, StorageFull, Unavailable, Unsupported

BUSY_TIMEOUT_MILLISECONDS: Final = 10_000
OPENING_SECONDS: Final = 60.0
LEAST_VERSION: Final = (3, 34)
"""The first one with the index of trigrams."""

_OPENING_PAUSE_SECONDS: Final = 0.05
_CACHE_KIBIBYTES: Final = 65_536
_CHECKPOINT_PAGES: Final = 8000
_KEY_COUNTS: Final = (1, 4, 16, 64)
_KEYS_AT_ONCE: Final = _KEY_COUNTS[-1]


def open_sqlite(path: Path, schema: Schema, *, clock: Clock | None = None) -> Engine:
    """Open or create the database file and bring it to the current revision.

    Raises `Unavailable` when another process keeps it locked for `OPENING_SECONDS`, `Unsupported`
    where this Python came with a SQLite before `LEAST_VERSION`.
    """
    if sqlite3.sqlite_version_info < LEAST_VERSION:
        raise Unsupported(
            f"this Python has SQLite {sqlite3.sqlite_version}",
            hint="Headwater needs a Python built with SQLite 3.34 or later",
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{path}", connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin_immediate)
    try:
        with translated(path):
            _patiently(lambda: _bring_up_to_date(engine, schema, path), clock or SystemClock())
    except BaseException:
        engine.dispose()
        raise
    return engine


def checkpoint(engine: Engine) -> None:
    """Move the write-ahead log into the file and truncate it, then close all connections."""
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        raw.close()
    engine.dispose()


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn the driver's errors about the file into ours; everything else passes."""
    try:
        yield
    except (sqlite3.DatabaseError, DatabaseError) as error:
        raise _translate(error, path) from error


def _translate(error: Exception, path: Path) -> HeadwaterError:
    said = str(error.__cause__ or error).lower()
    if "full" in said:
        return StorageFull(f"no space left to write {path}", hint="free some space and try again")
    if "readonly" in said or "read-only" in said or "unable to open" in said:
        return Unavailable(f"cannot write {path}: {said}", hint="check the folder's permissions")
    if "locked" in said or "busy" in said:
        return Unavailable(f"{path} is locked by another process")
    if "malformed" in said or "not a database" in said:
        return Unavailable(f"{path} is damaged: {said}", hint="restore it from a backup")
    return Unavailable(f"the database {path} failed: {said}")


def _set_pragmas(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's own BEGIN decides, not the driver
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MILLISECONDS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    # A transaction that reads first and writes later could not be upgraded in WAL; readers
    # that must not wait ask for it with execution_options(read_only=True).
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def _patiently(work: Callable[[], None], clock: Clock) -> None:
    """Try again while the file is locked.

    SQLite does not ask the busy handler while another connection turns the write-ahead log on
    or, as the last one, removes it.
    """
    deadline = clock.monotonic() + OPENING_SECONDS
    while True:
        try:
            return work()
        except (DatabaseError, sqlite3.OperationalError) as error:
            if "locked" not in str(error) or clock.monotonic() >= deadline:
                raise
        clock.sleep(_OPENING_PAUSE_SECONDS)


def _bring_up_to_date(engine: Engine, schema: Schema, path: Path) -> None:
    with engine.connect().execution_options(read_only=True) as connection:
        found = revision_of(connection)
    if found == schema.head:
        return
    with engine.begin() as connection:
        found = revision_of(connection)
        if found is None:
            create(connection, schema)
        elif found != schema.head:
            upgrade(connection, schema, found=found, where=str(path))


class SqliteSession:
    """One transaction of the one connection that writes."""

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self._cursor = cursor

    def rows(self, sql: str, *bound: object) -> list[Row]:
        """Run a question and return all its rows."""
        return self._cursor.execute(sql, bound).fetchall()

    def rows_in(self, sql: str, keys: Iterable[int] | Iterable[bytes]) -> list[Row]:
        """Run a question some keys at a time, always as many, so that few statements are made."""
        wanted = list(keys)
        execute = self._cursor.execute
        found: list[Row] = []
        for start in range(0, len(wanted), _KEYS_AT_ONCE):
            some = wanted[start : start + _KEYS_AT_ONCE]
            places = next(size for size in _KEY_COUNTS if size >= len(some))
            some += some[-1:] * (places - len(some))
            found += execute(sql.replace("{keys}", ",".join("?" * places)), some)
        return found

    def ask(self, *questions: Question) -> list[list[Row]]:
        """Run several questions about many keys."""
        return [self.rows_in(sql, keys) for sql, keys in questions]

    def run(self, sql: str, *bound: object) -> None:
        """Run a statement."""
        self._cursor.execute(sql, bound)

    def write(self, bulk: Bulk, rows: Sequence[Sequence[object]]) -> None:
        """Run a statement for each of these rows."""
        if rows:
            self._cursor.executemany(bulk.sqlite, rows)


class SqliteDatabase:
    """A file of which this process is the only writer."""

    def __init__(self, path: Path, schema: Schema) -> None:
        self.path = path
        self.engine = open_sqlite(path, schema)
        self._turns = Turns()
        with translated(path):
            self._pooled = self.engine.raw_connection()
            driver = self._pooled.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            driver.execute(f"PRAGMA cache_size = -{_CACHE_KIBIBYTES}")
            # A commit touches some thirty pages; the default would checkpoint every thirty.
            driver.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
        self._connection: sqlite3.Connection | None = driver

    @property
    def where(self) -> str:
        """Return the place for people."""
        return str(self.path)

    def write(
        self, work: Callable[[SqliteSession], Result], *, forget: Callable[[], None], patient: bool
    ) -> Result:
        """Run `work` in a transaction and return once it is durable; see the protocol."""
        with self._turns.take(self.where, patient=patient), translated(self.path):
            if self._connection is None:
                raise Unavailable(f"the database {self.path} is closed")
            cursor = self._connection.cursor()
            cursor.execute("BEGIN IMMEDIATE")
            try:
                result = work(SqliteSession(cursor))
                cursor.execute("COMMIT")
            except BaseException:
                forget()
                if self._connection.in_transaction:
                    cursor.execute("ROLLBACK")
                raise
            finally:
                cursor.close()
            return result

    def state(self) -> str:
        """Return what it is; whether the disk takes writes is for the owner of the folder."""
        if self._connection is None:
            raise Unavailable(f"the database {self.path} is closed")
        return "SQLite"

    def close(self) -> None:
        """Checkpoint and truncate the write-ahead log, then let go of the file."""
        with self._turns.take(self.where, patient=True):
            if self._connection is None:
                return
            self._connection = None
            self._pooled.close()
            with translated(self.path):
                checkpoint(self.engine)
