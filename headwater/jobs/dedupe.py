"""Which of several records that are the same stays: within new rows, and against the table.

`hash`: equal source and data; the least (received_at, id) stays. `key`: equal key fields; the
greatest (event_ts, received_at, id) stays. `none`: equal id; the least (received_at, hash) stays.
Each order ends in the hash, so it is total, and neither arrival order nor splits matter.
What makes rows the same goes by number here, so that a field may be called anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from headwater.errors import Unprocessable
from headwater.lake.reading import select_sql
from headwater.model.columns import column_name
from headwater.model.table import DataFile, TableField

_HASH: Final = "received_at, id, record_hash"
_KEY: Final = "event_ts DESC, received_at DESC, id DESC, record_hash DESC"
_NONE: Final = "received_at, record_hash"
_FACTS: Final = ("event_ts", "received_at", "id", "record_hash")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What makes two rows the same record (`columns`), and which row wins (`order`)."""

    columns: tuple[str, ...]
    order: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the table gains and loses: `fresh` rows go in; `kept` rows stand in for `removed`."""

    fresh: pa.Table
    kept: pa.Table | None
    removed: tuple[str, ...]
    replaced: int


def rule_of(mode: str, key: Sequence[str]) -> Rule:
    """Return the rule of a source's mode."""
    if mode == "hash":
        return Rule(columns=("record_hash",), order=_HASH)
    if mode == "none":
        return Rule(columns=("id",), order=_NONE)
    if mode == "key" and key:
        return Rule(columns=tuple(column_name(field) for field in key), order=_KEY)
    raise Unprocessable(f"the dedupe mode {mode!r} with key {list(key)} is not known")


class Dedupe:
    """Applies a rule on one DuckDB connection, which the caller owns."""

    def __init__(self, connection: Any, rule: Rule) -> None:
        self._connection = connection
        self._rule = rule
        self._keys = {column: f"key_{place}" for place, column in enumerate(rule.columns)}
        self._key = ", ".join(self._keys.values())
        self._columns = ", ".join((*self._keys.values(), *_FACTS))

    def apply(
        self, rows: pa.Table, fields: Sequence[TableField], files: Sequence[DataFile]
    ) -> Outcome:
        """Return what to do with new `rows`, given the `files` that may hold the same records."""
        fresh = self._without(rows, self._losers_among(rows))
        if not files or not fresh.num_rows:
            return Outcome(fresh=fresh, kept=None, removed=(), replaced=0)
        lost, replaced = self._against(fresh, fields, files)
        fresh = self._without(fresh, lost)
        if not replaced.num_rows:
            return Outcome(fresh=fresh, kept=None, removed=(), replaced=0)
        removed = self._holders(replaced, fields, files)
        kept = self._run(
            f"SELECT * FROM ({select_sql(fields, removed)}) AS held"
            f" WHERE NOT EXISTS (SELECT 1 FROM replaced WHERE {self._holds('replaced')})",
            replaced=replaced,
        )
        return Outcome(fresh=fresh, kept=kept, removed=removed, replaced=replaced.num_rows)

    def _losers_among(self, rows: pa.Table) -> list[int]:
        """Return the positions of rows that another new row beats."""
        facts = self._facts(rows)
        few = self._run(
            f"SELECT hash({self._key}) AS digest FROM facts GROUP BY 1 HAVING count(*) > 1",
            facts=facts,
        )
        if not few.num_rows:
            return []
        found = self._run(
            f"SELECT position FROM (SELECT position, row_number() OVER"
            f" (PARTITION BY {self._key} ORDER BY {self._rule.order}, position) AS place"
            f" FROM facts WHERE hash({self._key}) IN (SELECT digest FROM few))"
            f" WHERE place > 1",
            facts=facts,
            few=few,
        )
        return _positions(found)

    def _against(
        self, fresh: pa.Table, fields: Sequence[TableField], files: Sequence[DataFile]
    ) -> tuple[list[int], pa.Table]:
        """Return the positions of new rows that the table's beat, and the rows it must give up."""
        facts = self._facts(fresh)
        keys = [f"held.{_name(column)} AS {name}" for column, name in self._keys.items()]
        columns = ", ".join((*keys, *(f"held.{name}" for name in _FACTS)))
        held = self._run(
            f"SELECT {columns} FROM ({select_sql(fields, [file.path for file in files])}) AS held"
            f" WHERE EXISTS (SELECT 1 FROM facts WHERE {self._holds('facts')})",
            facts=facts,
        )
        if not held.num_rows:
            return [], held
        ranked = self._run(
            f"SELECT *, row_number() OVER (PARTITION BY {self._key}"
            f" ORDER BY {self._rule.order}, position NULLS FIRST) AS place FROM"
            f" (SELECT {self._columns}, position FROM facts WHERE EXISTS"
            f" (SELECT 1 FROM held WHERE {self._is_same()})"
            f" UNION ALL SELECT {self._columns}, NULL FROM held)",
            facts=facts,
            held=held,
        )
        lost = self._run(
            "SELECT position FROM ranked WHERE place > 1 AND position IS NOT NULL", ranked=ranked
        )
        replaced = self._run(
            f"SELECT {self._columns} FROM ranked WHERE place > 1 AND position IS NULL",
            ranked=ranked,
        )
        return _positions(lost), replaced

    def _holders(
        self, replaced: pa.Table, fields: Sequence[TableField], files: Sequence[DataFile]
    ) -> tuple[str, ...]:
        """Return the files that hold rows to replace; only files of those rows' days are read."""
        days = self._run("SELECT DISTINCT CAST(event_ts AS DATE) FROM replaced", replaced=replaced)
        wanted = set(days.column(0).to_pylist())
        holders = []
        for file in files:
            if not wanted.issuperset(file.partition.values()):
                continue
            found = self._run(
                f"SELECT 1 FROM ({select_sql(fields, [file.path])}) AS held WHERE EXISTS"
                f" (SELECT 1 FROM replaced WHERE {self._holds('replaced')}) LIMIT 1",
                replaced=replaced,
            )
            if found.num_rows:
                holders.append(file.path)
        return tuple(holders)

    def _facts(self, rows: pa.Table) -> pa.Table:
        facts = rows.select([*self._keys, *_FACTS])
        facts = facts.rename_columns([*self._keys.values(), *_FACTS])
        return facts.append_column("position", pa.array(range(rows.num_rows), pa.int64()))

    def _holds(self, facts: str) -> str:
        """Return the condition that a row of the table, `held`, is the same as one of `facts`."""
        return " AND ".join(
            f"held.{_name(column)} IS NOT DISTINCT FROM {facts}.{name}"
            for column, name in self._keys.items()
        )

    def _is_same(self) -> str:
        return " AND ".join(
            f"held.{name} IS NOT DISTINCT FROM facts.{name}" for name in self._keys.values()
        )

    def _without(self, rows: pa.Table, positions: Sequence[int]) -> pa.Table:
        if not positions:
            return rows
        mask = bytearray(b"\x01") * rows.num_rows
        for position in positions:
            mask[position] = 0
        flags: Any = pa.array(memoryview(mask), pa.uint8()).cast(pa.bool_())
        return rows.filter(flags)

    def _run(self, sql: str, **tables: pa.Table) -> Any:
        for name, table in tables.items():
            self._connection.register(name, table)
        try:
            return self._connection.execute(sql).to_arrow_table()
        finally:
            for name in tables:
                self._connection.unregister(name)


def _positions(found: Any) -> list[int]:
    return [int(position) for position in found.column(0).to_pylist()]


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'
