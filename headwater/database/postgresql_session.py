"""One transaction on PostgreSQL, its statements sent without waiting for one another."""

from __future__ import annotations

import re
import select
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

from headwater.database.bulk import Bulk, array
from headwater.database.session import Question, Row
from headwater.errors import Unavailable

if TYPE_CHECKING:
    from psycopg import Cursor as PsycopgCursor
    from psycopg import Pipeline

    from headwater.database.postgresql_driver import Connection

    Cursor: TypeAlias = PsycopgCursor[tuple[object, ...]]

_PLACE: Final = re.compile(r"\$(\d+)")


class PostgresqlSession:
    """A transaction inside a pipeline: only a question waits for its answer.

    Writes wait for the next question or for the commit and go out together, as one statement:
    each costs more on its way than in the tables.
    """

    def __init__(self, connection: Connection, pipeline: Pipeline) -> None:
        self._connection = connection
        self._pipeline = pipeline
        self._cursor = connection.cursor()
        self._run = connection.cursor().execute
        self._waiting: dict[str, tuple[Bulk, tuple[str, ...]]] = {}

    def rows(self, sql: str, *bound: object) -> list[Row]:
        """Run a question and return all its rows."""
        self._send()
        self._cursor.execute(_numbered(sql).encode(), bound)
        self._wait()
        return self._cursor.fetchall()

    def rows_in(self, sql: str, keys: Iterable[int] | Iterable[bytes]) -> list[Row]:
        """Run a question about many keys with one statement."""
        return self.ask((sql, [*keys]))[0]

    def ask(self, *questions: Question) -> list[list[Row]]:
        """Send several questions about many keys and wait once."""
        if any(keys for _, keys in questions):
            self._send()
        cursors: list[Cursor | None] = []
        for sql, keys in questions:
            cursor = None
            if keys:
                wanted = [*keys]
                type_ = "bytea" if isinstance(wanted[0], bytes) else "bigint"
                cursor = self._connection.cursor()
                cursor.execute(_of_array(sql, type_).encode(), (array(wanted),))
            cursors.append(cursor)
        if any(cursors):
            self._wait()
        return [cursor.fetchall() if cursor else [] for cursor in cursors]

    def run(self, sql: str, *bound: object) -> None:
        """Run a statement."""
        self._send()
        self._run(_numbered(sql).encode(), bound or None)

    def write(self, bulk: Bulk, rows: Sequence[Sequence[object]]) -> None:
        """Write all rows with one statement, a column to an array."""
        if rows:
            if bulk.table in self._waiting:
                self._send()  # one statement does not see what another part of it wrote
            self._waiting[bulk.table] = (bulk, tuple(map(array, zip(*rows, strict=True))))

    def commit(self) -> None:
        """Commit; a transaction that failed is not taken for one that is durable."""
        self._send()
        cursor = self._cursor
        cursor.execute("COMMIT")
        self._wait()
        if cursor.statusmessage != "COMMIT":
            raise Unavailable("the database rolled the transaction back")

    def _wait(self) -> None:
        """Wait for all answers; from then on the database takes the time of who hangs.

        What the socket has not taken yet goes out first: psycopg's `sync` waits for answers
        alone, and a large batch would wait for good.
        """
        pgconn = self._connection.pgconn
        poll = select.poll()
        poll.register(pgconn.socket, select.POLLIN | select.POLLOUT)
        while pgconn.flush():
            if any(state & select.POLLIN for _, state in poll.poll()):
                pgconn.consume_input()
        self._pipeline.sync()

    def _send(self) -> None:
        """Send the writes that wait."""
        if self._waiting:
            waiting = self._waiting.values()
            sql = _together(tuple(bulk for bulk, _ in waiting))
            self._run(sql.encode(), [values for _, columns in waiting for values in columns])
            self._waiting.clear()


@lru_cache(1000)
def _together(bulks: tuple[Bulk, ...]) -> str:
    """Return one statement that does what each of these does."""
    parts: list[str] = []
    before = 0
    for bulk in bulks:
        parts.append(_shifted(bulk.postgresql, before))
        before += len(set(_PLACE.findall(bulk.postgresql)))
    *first, last = parts
    if not first:
        return last
    return f"WITH {', '.join(f'w{n} AS ({part})' for n, part in enumerate(first))} {last}"


def _shifted(sql: str, by: int) -> str:
    return _PLACE.sub(lambda place: f"${int(place[1]) + by}", sql)


@cache
def _numbered(sql: str) -> str:
    parts = sql.split("?")
    return "".join(f"{part}${n}" for n, part in enumerate(parts[:-1], 1)) + parts[-1]


@cache
def _of_array(sql: str, type_: str) -> str:
    return sql.replace("IN ({keys})", f"= ANY($1::{type_}[])")
