"""One transaction on PostgreSQL, its statements sent without waiting for one another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from headwater.database.bulk import Bulk, array
from headwater.database.session import Row
from headwater.errors import Unavailable

if TYPE_CHECKING:
    from psycopg import Pipeline

    from headwater.database.postgresql_driver import Connection


class PostgresqlSession:
    """A transaction inside a pipeline: only a question waits for its answer."""

    def __init__(self, connection: Connection) -> None:
        self._cursor = connection.cursor()
        self._run = connection.cursor().execute

    def rows(self, sql: str, *bound: object) -> list[Row]:
        """Run a question and return all its rows."""
        self._cursor.execute(_numbered(sql).encode(), bound)
        return self._cursor.fetchall()

    def rows_in(self, sql: str, keys: Iterable[int] | Iterable[bytes]) -> list[Row]:
        """Run a question about many keys with one statement."""
        wanted = list(keys)
        if not wanted:
            return []
        type_ = "bytea" if isinstance(wanted[0], bytes) else "bigint"
        self._cursor.execute(_of_array(sql, type_).encode(), (array(wanted),))
        return self._cursor.fetchall()

    def run(self, sql: str, *bound: object) -> None:
        """Run a statement."""
        self._run(_numbered(sql).encode(), bound or None)

    def write(self, bulk: Bulk, rows: Sequence[Sequence[object]]) -> None:
        """Write all rows with one statement, a column to an array."""
        if rows:
            self._run(bulk.postgresql.encode(), tuple(map(array, zip(*rows, strict=True))))

    def commit(self, pipeline: Pipeline) -> None:
        """Commit; a transaction that failed is not taken for one that is durable."""
        cursor = self._cursor
        cursor.execute("COMMIT")
        pipeline.sync()
        if cursor.statusmessage != "COMMIT":
            raise Unavailable("the database rolled the transaction back")


@cache
def _numbered(sql: str) -> str:
    parts = sql.split("?")
    return "".join(f"{part}${n}" for n, part in enumerate(parts[:-1], 1)) + parts[-1]


@cache
def _of_array(sql: str, type_: str) -> str:
    return sql.replace("IN ({keys})", f"= ANY($1::{type_}[])")
