"""psycopg: how a connection is opened, what its errors mean, what may be shown of a URL.

psycopg is imported with the first connection: it comes with the extra `postgresql`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeAlias

from sqlalchemy import (
    Engine,
    ExceptionContext,
    PoolProxiedConnection,
    QueuePool,
    create_engine,
    event,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from headwater.errors import Busy, HeadwaterError, Invalid, StorageFull, Unavailable, Unsupported

if TYPE_CHECKING:
    from psycopg import Connection as PsycopgConnection

    Connection: TypeAlias = PsycopgConnection[tuple[object, ...]]

INSTALL: Final = "pip install 'headwater[server,postgresql]'"
_DEFAULTS: Final = {
    "application_name": "headwater",
    "connect_timeout": 3,
    # A network that swallows packets is noticed within ten seconds, not minutes.
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""What a URL need not say."""

_DISK_FULL: Final = "53100"
_LOCKED: Final = "55P03"
_CANCELLED: Final = "57014"
_READ_ONLY: Final = "25006"
_REFUSED: Final = ("28000", "28P01", "3D000", "42501")
_AGAIN: Final = ("40001", "40P01", "53300")


class Driver:
    """Opens connections to one URL of libpq, whatever its form."""

    def __init__(self, url: str) -> None:
        try:
            import psycopg
            from psycopg.conninfo import conninfo_to_dict, make_conninfo
        except ImportError as error:
            raise Unsupported(
                "the driver of PostgreSQL is not installed", hint=f"install it with: {INSTALL}"
            ) from error
        try:
            said = conninfo_to_dict(url)
        except psycopg.ProgrammingError:
            raise Invalid(
                "the URL of the lineage database cannot be read",
                hint="it looks like postgresql://user:password@host:5432/name",
            ) from None
        self._psycopg = psycopg
        # It also logs what it raises, with what the database said in the sentence.
        logging.getLogger("psycopg").setLevel(logging.CRITICAL)
        host = said.get("host") or said.get("hostaddr") or "localhost"
        port = f":{said['port']}" if said.get("port") else ""
        self.where = f"PostgreSQL {said.get('dbname') or said.get('user') or ''} at {host}{port}"
        given = {**_DEFAULTS, **said}
        self._conninfo = make_conninfo(**{name: str(value) for name, value in given.items()})

    def connect(self, *settings: str) -> Connection:
        """Open a connection that commits each statement by itself, and run `settings` on it."""
        connection = self._psycopg.connect(
            self._conninfo, autocommit=True, cursor_factory=self._psycopg.RawCursor
        )
        for setting in settings:
            connection.execute(setting.encode())
        return connection

    def roll_back(self, connection: Connection) -> bool:
        """End the transaction of a connection; False when the connection is of no use any more."""
        try:
            if connection.info.transaction_status != self._psycopg.pq.TransactionStatus.IDLE:
                connection.execute("ROLLBACK")
        except self._psycopg.Error:
            return False
        return not connection.broken

    def engine(self, *settings: str, **pool: object) -> Engine:
        """Return an engine of SQLAlchemy whose errors are ours, each connection with `settings`."""

        def connect() -> object:
            connection = self._psycopg.connect(self._conninfo)
            connection.autocommit = True
            for setting in settings:
                connection.execute(setting.encode())
            connection.autocommit = False
            return connection

        engine = create_engine("postgresql+psycopg://", creator=connect, **pool)
        event.listen(engine, "handle_error", self._translate_read)
        return engine

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turn what the database says of itself into our errors; a defect of ours passes."""
        try:
            yield
        except self._psycopg.Error as error:
            ours = _translate(error, self.where)
            if ours is None:
                raise
            raise ours from error

    def _translate_read(self, context: ExceptionContext) -> None:
        if context.is_pre_ping:
            return  # the pool opens another connection
        ours = _translate(context.original_exception, self.where)
        if ours is not None:
            raise ours from context.original_exception


class Readers(QueuePool):
    """The connections that answer questions; who waits too long for one may try again."""

    _sqla_logger_namespace = "sqlalchemy.pool.Readers"  # else its lines would be among ours

    def connect(self) -> PoolProxiedConnection:
        """Return a connection, once one is free; raises `Busy`."""
        try:
            return super().connect()
        except PoolTimeout as error:
            raise Busy(
                f"all {self.size()} connections to the lineage database are answering questions",
                hint="raise HEADWATER_LINEAGE__CONNECTIONS",
            ) from error


def _translate(error: BaseException, where: str) -> HeadwaterError | None:
    code = getattr(error, "sqlstate", None)
    said = str(error).strip().split("\n")[0]
    if code == _DISK_FULL:
        return StorageFull(f"no space left for {where}: {said}", hint="free some space there")
    if code == _LOCKED:
        return Busy(f"other servers are writing {where}", retry_after_seconds=2)
    if code == _CANCELLED:
        return Unavailable(
            f"{where} was asked for too much: {said}",
            hint="ask for less, or raise HEADWATER_LINEAGE__STATEMENT_SECONDS",
        )
    if code == _READ_ONLY:
        return Unavailable(f"{where} is read-only: {said}", hint="give the URL of the primary")
    if code in _REFUSED:
        return Unavailable(
            f"{where} refused: {said}", hint="check HEADWATER_LINEAGE__URL and the rights there"
        )
    if code in _AGAIN or _is_lost(error):
        return Unavailable(f"{where} is away: {said}", hint="send it again later")
    return None


def _is_lost(error: BaseException) -> bool:
    """Tell whether the connection, not the statement, is at fault."""
    if type(error).__module__.partition(".")[0] != "psycopg":
        return False
    names = {kind.__name__ for kind in type(error).__mro__}
    return "OperationalError" in names or "PipelineAborted" in names
