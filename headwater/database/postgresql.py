"""PostgreSQL as a store opens it: one connection that writes, a pool of others that read.

Any number of server processes may share a database. They write one after another, under an
advisory lock that each transaction holds, so that none meets another's rows half done, and the
order in which sequences are taken is the order of the commits.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from zlib import crc32

from sqlalchemy import Connection, Engine, text
from sqlalchemy.pool import NullPool

from headwater.database.migrations import create, revision_of, upgrade
from headwater.database.postgresql_driver import Driver, Readers
from headwater.database.postgresql_session import PostgresqlSession
from headwater.database.schema import Schema
from headwater.database.session import Result
from headwater.database.turns import Turns
from headwater.errors import Unavailable

if TYPE_CHECKING:
    from headwater.database.postgresql_driver import Connection as DriverConnection

LEAST_VERSION: Final = 14
PATIENCE_SECONDS: Final = 2.0
"""So long a write looks for a connection that was lost; producers give up after five."""
LOCK_SECONDS: Final = 4
"""So long a write waits for those of other processes."""
_IDLE_SECONDS: Final = 60
"""After so long a server that hangs in the middle of a write loses the lock."""
_RETRY_SECONDS: Final = (0.0, 0.05, 0.1, 0.2, 0.4)

# What the writer does goes by key; its statements are prepared while tables are still empty.
_WRITER: Final = (
    "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off;"
    " SET plan_cache_mode = force_custom_plan;"
    f" SET jit = off; SET lock_timeout = '{LOCK_SECONDS}s';"
    f" SET idle_in_transaction_session_timeout = '{_IDLE_SECONDS}s'; SET statement_timeout = 0"
)
_DURABLE: Final = (
    "SELECT set_config('synchronous_commit', 'on', false)"
    " WHERE current_setting('synchronous_commit') = 'off'"
)

_LOOK: Final = (
    "SELECT current_setting('server_version'), pg_is_in_recovery(), current_setting('fsync'),"
    " current_setting('full_page_writes')"
)

# PostgreSQL has them of bytes from 18 on.
_AGGREGATES: Final = """
CREATE FUNCTION least_of(bytea, bytea) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS 'SELECT CASE WHEN $1 < $2 THEN $1 ELSE $2 END';
CREATE FUNCTION greatest_of(bytea, bytea) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS 'SELECT CASE WHEN $1 > $2 THEN $1 ELSE $2 END';
CREATE AGGREGATE min(bytea) (sfunc = least_of, stype = bytea, parallel = safe);
CREATE AGGREGATE max(bytea) (sfunc = greatest_of, stype = bytea, parallel = safe)
"""
_HAS_AGGREGATES: Final = "SELECT to_regprocedure('max(bytea)') IS NOT NULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How many connections read at once, and how long one statement may take."""

    connections: int = 8
    statement_seconds: float = 30.0


class PostgresqlDatabase:
    """A database that any number of processes write, one transaction after another."""

    def __init__(self, url: str, schema: Schema, *, reading: Reading | None = None) -> None:
        reading = reading or Reading()
        self._driver = Driver(url)
        self._key = lock_key(schema)
        self._turns = Turns()
        self._connection: DriverConnection | None = None
        self._is_closed = False
        self.version = self._prepare(schema)
        self.engine = self._open_pool(reading)

    @property
    def where(self) -> str:
        """Return the host and the name of the database, without user and password."""
        return self._driver.where

    def write(
        self,
        work: Callable[[PostgresqlSession], Result],
        *,
        forget: Callable[[], None],
        patient: bool,
    ) -> Result:
        """Run `work` in a transaction and return once it is durable; see the protocol.

        A connection that is lost, at the commit too, is looked for again: what the store writes
        is a join, so that doing it twice is doing it once.
        """
        with self._turns.take(self.where, patient=patient):
            until = time.monotonic() + PATIENCE_SECONDS
            attempt = 0
            while True:
                if self._is_closed:
                    raise Unavailable(f"the database {self.where} is closed")
                try:
                    with self._driver.translated():
                        return self._transact(work, patient=patient)
                except BaseException as error:
                    forget()
                    lost = self._give_up_connection()
                    if not lost or not isinstance(error, Unavailable) or time.monotonic() >= until:
                        raise
                time.sleep(_RETRY_SECONDS[min(attempt, len(_RETRY_SECONDS) - 1)])
                attempt += 1

    def state(self) -> str:
        """Return the version of the server, once it has answered; a standby is not well."""
        if self._is_closed:
            raise Unavailable(f"the database {self.where} is closed")
        with self.engine.connect() as connection:
            is_standby = connection.execute(text("SELECT pg_is_in_recovery()")).scalar_one()
        if is_standby:
            raise Unavailable(f"{self.where} is a standby", hint="give the URL of the primary")
        return f"PostgreSQL {self.version}"

    def close(self) -> None:
        """Close every connection; harmless when repeated."""
        with self._turns.take(self.where, patient=True):
            if self._is_closed:
                return
            self._is_closed = True
            if self._connection is not None:
                self._connection.close()
                self._connection = None
            self.engine.dispose()

    def _transact(self, work: Callable[[PostgresqlSession], Result], *, patient: bool) -> Result:
        if self._connection is None:
            self._connection = self._driver.connect(_WRITER, _DURABLE)
        with self._connection.pipeline() as pipeline:
            session = PostgresqlSession(self._connection, pipeline)
            session.run("BEGIN ISOLATION LEVEL READ COMMITTED")
            if patient:
                session.run("SET LOCAL lock_timeout = 0")
            session.run(f"SELECT pg_advisory_xact_lock({self._key})")
            result = work(session)
            session.commit()
        return result

    def _give_up_connection(self) -> bool:
        """Roll back; tell whether the connection was lost, and let go of it then."""
        connection = self._connection
        if connection is None:
            return True
        if not connection.closed and not self._driver.roll_back(connection):
            connection.close()
        if connection.closed:
            self._connection = None
            return True
        return False

    def _prepare(self, schema: Schema) -> str:
        engine = self._driver.engine(_DURABLE, poolclass=NullPool)
        with engine.begin() as connection:
            connection.execute(text(f"SELECT pg_advisory_xact_lock({self._key})"))
            version = connection.execute(text("SHOW server_version")).scalar_one()
            if int(version.split(".")[0]) < LEAST_VERSION:
                raise Unavailable(
                    f"{self.where} is PostgreSQL {version}",
                    hint=f"Headwater needs {LEAST_VERSION} or later",
                )
            found = revision_of(connection)
            if found is None:
                _create(connection, schema)
            elif found != schema.head:
                upgrade(connection, schema, found=found, where=self.where)
        engine.dispose()
        return str(version).split(" ")[0]

    def _open_pool(self, reading: Reading) -> Engine:
        settings = (
            "SET default_transaction_isolation = 'repeatable read';"
            " SET default_transaction_read_only = on; SET jit = off;"
            f" SET statement_timeout = {int(reading.statement_seconds * 1000)}"
        )
        return self._driver.engine(
            settings,
            pool_size=reading.connections,
            max_overflow=0,
            pool_timeout=PATIENCE_SECONDS,
            poolclass=Readers,
            pool_pre_ping=True,
            pool_use_lifo=True,
        )


def look(url: str) -> tuple[str, Sequence[str]]:
    """Return where a URL leads, with the version there, and what is not well about it.

    Raises `Unavailable` when nothing answers; nothing is made or migrated.
    """
    driver = Driver(url)
    engine = driver.engine(poolclass=NullPool)
    with engine.connect() as connection:
        version, is_standby, fsync, full_pages = connection.execute(text(_LOOK)).one()
    engine.dispose()
    wrong = [
        said
        for is_wrong, said in (
            (int(version.split(".")[0]) < LEAST_VERSION, f"it is older than {LEAST_VERSION}"),
            (is_standby, "it is a standby and takes no writes"),
            (fsync == "off", "fsync is off: a power cut loses acknowledged events"),
            (full_pages == "off", "full_page_writes is off: a power cut may damage it"),
        )
        if is_wrong
    ]
    return f"{driver.where}, version {version.split(' ')[0]}", wrong


def lock_key(schema: Schema) -> int:
    """Return the number of the advisory lock under which a store is written."""
    return int.from_bytes(b"HEAD", "big") << 32 | crc32(schema.name.encode())


def _create(connection: Connection, schema: Schema) -> None:
    if not connection.execute(text(_HAS_AGGREGATES)).scalar_one():
        for statement in _AGGREGATES.split(";"):
            connection.exec_driver_sql(statement)
    create(connection, schema)
