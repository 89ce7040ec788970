"""The corpus: statements, the tables that they read, and how one is run on DuckDB."""

from __future__ import annotations

import random
import string
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from headwater.duck import connect
from headwater.sdk.sql import SqlLineage

from .perturbation import Column, Data

CORPUS = {
    path.stem: path.read_text() for path in sorted((Path(__file__).parent / "corpus").glob("*.sql"))
}

Schema = Mapping[str, Mapping[str, str]]
"""Table to column to type."""

SCHEMA: Schema = {
    "orders": {
        "id": "INT", "customer": "INT", "product": "TEXT", "quantity": "INT", "price": "INT",
        "placed": "TIMESTAMP", "status": "TEXT", "payload": "TEXT", "tags": "TEXT[]",
        "address": "STRUCT(city TEXT, zip TEXT)",
    },
    "customers": {"id": "INT", "name": "TEXT", "region": "TEXT", "email": "TEXT", "vip": "BOOLEAN"},
    "products": {"code": "TEXT", "label": "TEXT", "category": "TEXT", "cost": "INT"},
    "staff": {"id": "INT", "boss": "INT", "name": "TEXT", "salary": "INT"},
    "raw.readings": {"sensor": "TEXT", "seen": "TIMESTAMP", "value": "INT", "ok": "BOOLEAN"},
    "curated.totals": {"customer": "INT", "total": "INT", "orders": "INT"},
}  # fmt: skip

_START = datetime.fromisoformat("2024-05-01")
_WORDS = {
    "product": "abcd", "code": "abcde", "status": ("paid", "open", "shut"), "category": "ab",
    "region": ("north", "south"), "sensor": "pq", "name": "abcdef",
}  # fmt: skip


def data_set(seed: int, rows: int = 9, schema: Schema = SCHEMA) -> dict[str, Data]:
    """Return a small instance of every table, with nulls, repeats and matches in it."""
    rng = random.Random(seed)
    tables = {}
    for table, columns in schema.items():
        names = tuple(columns)
        made = [
            tuple(_value(rng, name, kind, number) for name, kind in columns.items())
            for number in range(1, rows + 1)
        ]
        tables[table] = Data(names, tuple(made))
    return tables


def _value(rng: random.Random, name: str, kind: str, number: int) -> Any:
    if name == "id":
        return number
    if name == "boss":
        return rng.choice([None, *range(1, number)]) if number > 1 else None
    if rng.random() < 0.08:
        return None
    if name == "payload":
        return f'{{"kind": "{rng.choice("xyz")}", "n": {rng.randrange(5)}}}'
    if name == "tags":
        return rng.sample(["red", "green", "blue"], rng.randint(0, 3))
    if name == "address":
        return {"city": rng.choice("uvw"), "zip": rng.choice("123")}
    if name in _WORDS:
        return rng.choice(_WORDS[name])
    if kind == "TEXT":
        return rng.choice(string.ascii_lowercase)
    if kind == "BOOLEAN":
        return rng.random() < 0.5
    if name == "customer":
        return rng.choice([1, 2, 2, 3])
    if name == "price":
        return rng.choice([1, 4, 4, 7, 9])
    if name == "placed":
        return _START + timedelta(hours=rng.randrange(3))
    if kind == "TIMESTAMP":
        return _START + timedelta(minutes=30 * rng.randrange(60))
    return rng.randint(1, 9)


def fresh(like: Any, rng: random.Random) -> Any:
    """Return another value of the same sort: sometimes one that joins, sometimes a strange one."""
    if isinstance(like, bool):
        return not like
    if isinstance(like, int):
        return rng.choice([like + 1, like - 1, rng.randint(1, 9), 40 + rng.randrange(9)])
    if isinstance(like, datetime):
        return like + timedelta(minutes=rng.choice([-2000, -90, 1, 90, 2000]))
    if isinstance(like, dict):
        return {key: rng.choice("uvw123") for key in like}
    if isinstance(like, list):
        return rng.sample(["red", "pink", "paid", "a"], rng.randint(0, 3))
    if isinstance(like, str) and like.startswith("{"):
        return f'{{"kind": "{rng.choice("xyzk")}", "n": {rng.randrange(9)}}}'
    words = ["north", "south", "paid", "open", *"abcdepqz"]
    return rng.choice(words) if like is not None else None


class Statement:
    """One statement, run on DuckDB over given tables."""

    def __init__(
        self, connection: Any, sql: str, lineage: SqlLineage, schema: Schema = SCHEMA
    ) -> None:
        self._connection = connection
        self._schema = schema
        self._sql = sql
        self._lineage = lineage
        self._present: dict[str, Data] = {}

    def run(self, tables: Mapping[str, Data]) -> Data:
        """Return the result of a query, or the columns that a statement writes."""
        writes = self._lineage.outputs
        for name, data in tables.items():
            if self._present.get(name) is not data or writes:
                self._load(name, data)
        if writes and writes[0] in self._schema and writes[0] not in tables:
            self._connection.execute(f"DELETE FROM {writes[0]}")
        cursor = self._connection.execute(self._sql)
        if writes:
            shown = ", ".join(f'"{column}"' for column in self._lineage.columns)
            cursor = self._connection.execute(f"SELECT {shown} FROM {writes[0]}")
        names = tuple(each[0] for each in cursor.description)
        result = Data(names, tuple(cursor.fetchall()))
        if writes and writes[0] not in self._schema:
            kind = "VIEW" if "CREATE VIEW" in self._sql else "TABLE"
            self._connection.execute(f"DROP {kind} {writes[0]}")
        return result

    def _load(self, name: str, data: Data) -> None:
        self._present[name] = data
        self._connection.execute(f"DELETE FROM {name}")
        marks = ", ".join("?" for _ in data.columns)
        rows = ", ".join(f"({marks})" for _ in data.rows)
        values = [value for row in data.rows for value in row]
        self._connection.execute(f"INSERT INTO {name} VALUES {rows}", values)


@contextmanager
def database(schema: Schema = SCHEMA) -> Iterator[Any]:
    """Open a database that has the tables of the corpus, all empty."""
    connection = connect(threads=1)
    try:
        for zone in ("raw", "curated"):
            connection.execute(f"CREATE SCHEMA {zone}")
        for table, columns in schema.items():
            listed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
            connection.execute(f"CREATE TABLE {table} ({listed})")
        yield connection
    finally:
        connection.close()


def claims_of(lineage: SqlLineage) -> dict[str, set[Column]]:
    """Return the inputs of each output column, direct and indirect together."""
    rows = {(use.table, use.column) for use in lineage.indirect}
    return {
        name: rows | {(use.table, use.column) for use in uses}
        for name, uses in lineage.columns.items()
    }
