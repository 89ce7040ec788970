"""Small statements with many keys: batches, lists of integer keys, names as bytes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Final, cast

from sqlalchemy import Connection, CursorResult, TextClause, text

from headwater.lineage.lww import time_of
from headwater.model.lineage import Moment

_BATCH: Final = 2_000

HIDDEN: Final = (
    "(({entity}.deleted_seq > {entity}.revived_seq AND {entity}.deleted_seq > {entity}.named_seq)"
    " OR ({space}.deleted_seq > {entity}.revived_seq"
    " AND {space}.deleted_seq > {entity}.named_seq"
    " AND {space}.deleted_seq > {space}.revived_seq))"
)
"""True of what was deleted, itself or with its namespace, and neither revived nor named since.

Reviving a namespace brings back all that went with it; naming or declaring it only itself.
"""


def hidden(entity: str, space: str = "n") -> str:
    """Return the condition under which the row of alias `entity` is hidden."""
    return HIDDEN.format(entity=entity, space=space)


def listed(keys: Iterable[int]) -> str:
    """Return integer keys as the inside of an IN list; they are ours, so they are safe."""
    return ",".join(str(int(key)) for key in keys)


def batches(keys: Iterable[int]) -> Iterator[Sequence[int]]:
    """Yield the distinct keys in ascending order, in portions that one statement may name."""
    ordered = sorted(set(keys))
    for start in range(0, len(ordered), _BATCH):
        yield ordered[start : start + _BATCH]


def rows_of(connection: Connection, sql: str, **values: Any) -> Sequence[Any]:
    """Run one statement and return all its rows; its values are `:name` in it."""
    if connection.dialect.name == "sqlite":
        return _directly(connection, sql, values)
    return _fetched(connection.execute(_parsed(sql), values))


def rows_in(connection: Connection, sql: str, keys: Iterable[int]) -> Iterator[Any]:
    """Run a statement per batch of keys; `{keys}` in it stands for the batch."""
    is_sqlite = connection.dialect.name == "sqlite"
    for batch in batches(keys):
        if is_sqlite:  # one text for any keys, so that the driver has it prepared
            statement = sql.replace("{keys}", "SELECT value FROM json_each(?)")
            values = (f"[{','.join(map(str, batch))}]",) * sql.count("{keys}")
            yield from _directly(connection, statement, values)
        else:
            yield from _fetched(connection.exec_driver_sql(sql.replace("{keys}", listed(batch))))


@lru_cache(maxsize=512)  # most statements are one of few texts, and to parse one takes long
def _parsed(sql: str) -> TextClause:
    return text(sql)


def _directly(
    connection: Connection, sql: str, values: tuple[str, ...] | dict[str, Any]
) -> Sequence[Any]:
    """Run a statement through SQLite's driver, which takes less than SQLAlchemy's own part.

    What fails is run again through SQLAlchemy, which says what failed as for any statement.
    """
    if not connection.in_transaction():
        connection.begin()
    driver = cast("sqlite3.Connection", connection.connection.dbapi_connection)
    try:
        return driver.execute(sql, values).fetchall()
    except sqlite3.Error:
        if isinstance(values, dict):
            return _fetched(connection.execute(_parsed(sql), values))
        return _fetched(connection.exec_driver_sql(sql, values))


def _fetched(result: CursorResult[Any]) -> Sequence[Any]:
    """Return the driver's own tuples; making SQLAlchemy's rows of them takes longer than SQL."""
    cursor = result.cursor
    assert cursor is not None
    rows = cursor.fetchall()
    result.close()
    return rows


def to_bytes(name: str) -> bytes:
    """Return a name as the store keeps it; bytes that came percent-encoded survive."""
    try:
        return name.encode("utf-8")
    except UnicodeEncodeError:
        try:
            return name.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            return name.encode("utf-8", "surrogatepass")


def to_text(name: bytes) -> str:
    """Return a stored name as text, lone surrogates included."""
    return name.decode("utf-8", "surrogatepass")


def moment_of(microseconds: int | None) -> Moment | None:
    """Return a stored time as a value."""
    if microseconds is None:
        return None
    seconds, rest = divmod(microseconds, 1_000_000)
    return Moment(seconds, rest * 1_000)


def moment_or_zero(microseconds: int | None) -> Moment:
    """Return a stored time, or the epoch where no plausible time is known."""
    return moment_of(microseconds) or Moment(0)


def moment_of_key(key: bytes) -> Moment:
    """Return the event time in an LWW key, to the nanosecond; the epoch where it has none."""
    time = time_of(key)
    return Moment(0) if time is None else Moment(*time)
