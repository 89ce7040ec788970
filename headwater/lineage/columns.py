"""Columns that the tables of lineage share."""

from __future__ import annotations

from typing import Any, Final, TypedDict

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    TextClause,
    text,
)
from sqlalchemy.types import TypeEngine

from headwater.database.schema import BIG, TEXT

INTEGER: Final = Integer()


def id_of_row(type_: TypeEngine[int] = INTEGER) -> Column[int]:
    """Make the row id, which the store gives."""
    return Column("id", type_, primary_key=True, autoincrement=False)


def part(name: str, type_: Any = INTEGER) -> Column[Any]:
    """Make a column of a composite primary key."""
    return Column(name, type_, primary_key=True, autoincrement=False, nullable=False)


def to(table: str) -> Column[int]:
    """Make a reference to a row that must exist."""
    return Column(f"{table}_id", Integer, ForeignKey(f"{table}.id"), nullable=False)


def names() -> list[Column[bytes] | Column[str]]:
    """Make a name as bytes, and as people read it."""
    return [Column("name", LargeBinary, nullable=False), Column("display", TEXT, nullable=False)]


def seen() -> list[Column[int]]:
    """Make when something was seen first and last."""
    return [Column("first_us", BigInteger), Column("last_us", BigInteger)]


def told(word: str) -> list[Column[Any]]:
    """Make which set of facets the latest event that said any said, and its key."""
    return [Column(f"{word}_set_id", BIG), Column(f"{word}_key", LargeBinary)]


def standing() -> list[Column[int]]:
    """Make what is known of a named thing: seen first and last, named, deleted, revived."""
    return [
        *seen(),
        Column("named_seq", BIG, nullable=False, server_default="0"),
        Column("deleted_seq", BIG, nullable=False, server_default="0"),
        Column("revived_seq", BIG, nullable=False, server_default="0"),
    ]


CHANGED: Final = text("coalesce(last_us, -9000000000000000000)")
"""By when it changed last, in an index; where that is not known, before everything."""


class Condition(TypedDict):
    """The options of an index over some rows only."""

    sqlite_where: TextClause
    postgresql_where: TextClause


def where(condition: str) -> Condition:
    """Make the options of an index over the rows for which a condition holds.

    SQLite takes such an index only for a query that has the condition's own words.
    """
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}
