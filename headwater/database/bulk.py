"""Statements that write many rows, in the words of each database.

SQLite takes a row at a time and is in this process; PostgreSQL takes one array for each column,
so that a batch costs one trip and one plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, SmallInteger, Table

Rule = Literal["new", "given", "least", "greatest"]
"""What becomes of a column that has a value already; NULL loses against any, but as `new`."""

_Columns = Sequence[Column[Any]]
_SQLITE: Final = {"least": "min", "greatest": "max"}


@dataclass(frozen=True, slots=True)
class Bulk:
    """One statement for many rows of one table."""

    table: str
    sqlite: str
    postgresql: str


def insert(table: Table, columns: Sequence[str] = (), *, on_conflict: str = "") -> Bulk:
    """Insert rows; `on_conflict` is what follows, such as `ON CONFLICT DO NOTHING`."""
    held = _columns(table, columns)
    names = ", ".join(f'"{c.name}"' for c in held)
    head = f"INSERT INTO {table.name} ({names})"
    places = ", ".join("?" for _ in held)
    return Bulk(
        table.name,
        f"{head} VALUES ({places}) {on_conflict}",
        f"{head} SELECT * FROM unnest({_arrays(held)}) {on_conflict}",
    )


def upsert(table: Table, rules: Mapping[str, Rule], *, where: str = "") -> Bulk:
    """Insert rows, the primary key before what `rules` name, or join each with the one there is.

    With `where` that is done only if the condition holds; in it `{new}` and `{old}` are the rows.
    """
    keys = ", ".join(f'"{c.name}"' for c in table.primary_key)
    if where:
        where = f"WHERE {where.format(new='excluded', old=table.name)}"

    def sets(dialect: str) -> str:
        return ", ".join(
            f'"{name}" = '
            + _joined(dialect, rule, old=f'{table.name}."{name}"', new=f'excluded."{name}"')
            for name, rule in rules.items()
        )

    sqlite, postgresql = (
        f"ON CONFLICT ({keys}) DO UPDATE SET {sets(dialect)} {where}"
        for dialect in ("sqlite", "postgresql")
    )
    plain = insert(table, (*(c.name for c in table.primary_key), *rules))
    return Bulk(table.name, plain.sqlite + sqlite, plain.postgresql + postgresql)


def update(table: Table, *, key: str, rules: Mapping[str, Rule]) -> Bulk:
    """Update the rows whose `key` is the first value of each given row; the rest are `rules`."""
    held = _columns(table, (key, *rules))
    names = ", ".join(f'"{c.name}"' for c in held)

    def sets(dialect: str) -> str:
        return ", ".join(
            f'"{name}" = '
            + _joined(
                dialect,
                rule,
                old=f'{table.name}."{name}"',
                new=f"?{place}" if dialect == "sqlite" else f'given."{name}"',
            )
            for place, (name, rule) in enumerate(rules.items(), 2)
        )

    return Bulk(
        table.name,
        f'UPDATE {table.name} SET {sets("sqlite")} WHERE "{key}" = ?1',
        f"UPDATE {table.name} SET {sets('postgresql')} FROM unnest({_arrays(held)})"
        f' AS given({names}) WHERE {table.name}."{key}" = given."{key}"',
    )


def delete(table: Table, columns: Sequence[str]) -> Bulk:
    """Delete the rows that have the given values in these columns."""
    names = ", ".join(f'"{name}"' for name in columns)
    places = " AND ".join(f'"{name}" = ?' for name in columns)
    same = " AND ".join(f'{table.name}."{name}" = given."{name}"' for name in columns)
    arrays = _arrays(_columns(table, columns))
    return Bulk(
        table.name,
        f"DELETE FROM {table.name} WHERE {places}",
        f"DELETE FROM {table.name} USING unnest({arrays}) AS given({names}) WHERE {same}",
    )


def array(values: Sequence[object]) -> str:
    """Return a column of integers, bytes, texts or NULLs as PostgreSQL writes an array."""
    kind = type(values[0])
    try:  # without a call of ours for each value
        if issubclass(kind, int):
            return "{" + ",".join(map(int.__repr__, cast("Sequence[int]", values))) + "}"
        if kind is bytes:
            hexes = map(bytes.hex, cast("Sequence[bytes]", values))
            return '{"\\\\x' + '","\\\\x'.join(hexes) + '"}'
    except TypeError:
        pass  # NULLs among them
    return "{" + ",".join(map(_item, values)) + "}"


def _item(value: object) -> str:
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, bytes):
        return f'"\\\\x{value.hex()}"'
    if value is None:
        return "NULL"
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _joined(dialect: str, rule: Rule, *, old: str, new: str) -> str:
    if rule == "new":
        return new
    if rule == "given":
        return f"coalesce({new}, {old})"
    if dialect == "sqlite":
        return f"coalesce({_SQLITE[rule]}({old}, {new}), {old}, {new})"
    return f"{rule}({old}, {new})"


def _columns(table: Table, names: Sequence[str]) -> _Columns:
    return [table.c[name] for name in names] if names else list(table.columns)


def _arrays(columns: _Columns) -> str:
    return ", ".join(f"${n}::{_type(column.type)}[]" for n, column in enumerate(columns, 1))


def _type(type_: object) -> str:
    if isinstance(type_, SmallInteger):
        return "smallint"
    if isinstance(type_, BigInteger):
        return "bigint"
    if isinstance(type_, Integer):
        return "integer"
    return "bytea" if isinstance(type_, LargeBinary) else "text"
