"""Rows of one batch, joined in memory and then with what the tables hold."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Table

from headwater.database.bulk import Bulk, insert, upsert
from headwater.database.session import Session
from headwater.lineage import tables

Ident = tuple[Any, ...]

LWW_TABLES: Final = (
    tables.RUN_PARENT,
    tables.NAMESPACE_NOTE,
    tables.JOB_NOTE,
    tables.DATASET_NOTE,
    tables.DECLARATION,
)
SEEN_TABLES: Final = (tables.JOB_EDGE, tables.LINEAGE_USE, tables.DECLARED)
UNION_TABLES: Final = (tables.FACET_EDGE, tables.FACET_SYMLINK)


def _lww(table: Table) -> Bulk:
    changed = (c.name for c in table.columns if not c.primary_key and c.name != "key")
    return upsert(table, dict.fromkeys(("key", *changed), "new"), where="{new}.key > {old}.key")


_BULKS: Final[dict[str, Bulk]] = {
    **{t.name: _lww(t) for t in LWW_TABLES},
    **{t.name: upsert(t, {"first_us": "least", "last_us": "greatest"}) for t in SEEN_TABLES},
    **{t.name: insert(t, on_conflict="ON CONFLICT DO NOTHING") for t in UNION_TABLES},
}


class Rows:
    """Collects the rows that a batch of events makes; `flush` joins them with the tables."""

    def __init__(self) -> None:
        self._lww: dict[str, dict[Ident, Ident]] = {t.name: {} for t in LWW_TABLES}
        self._seen: dict[str, dict[Ident, list[int | None]]] = {t.name: {} for t in SEEN_TABLES}
        self._union: dict[str, set[Ident]] = {t.name: set() for t in UNION_TABLES}

    def write(self, table: Table, ident: Ident, *rest: Any) -> None:
        """Add a row of a LWW table; the first of `rest` is its key."""
        rows = self._lww[table.name]
        held = rows.get(ident)
        if held is None or held[0] < rest[0]:
            rows[ident] = rest

    def noted(self, table: Table) -> set[int]:
        """Return the first part of the idents that the batch has in a LWW table."""
        return {ident[0] for ident in self._lww[table.name]}

    def see(self, table: Table, ident: Ident, us: int | None) -> None:
        """Add a time at which an edge was seen."""
        held = self._seen[table.name].setdefault(ident, [us, us])
        if us is not None:
            held[0] = us if held[0] is None else min(held[0], us)
            held[1] = us if held[1] is None else max(held[1], us)

    def add(self, table: Table, rows: Iterable[Ident]) -> None:
        """Add rows of a table that is a union."""
        self._union[table.name].update(rows)

    def flush(self, session: Session) -> None:
        """Write everything, in key order, and forget it."""
        for name, rows in self._lww.items():
            session.write(_BULKS[name], [(*i, *rows[i]) for i in sorted(rows)])
            rows.clear()
        for name, seen in self._seen.items():
            session.write(_BULKS[name], [(*i, *seen[i]) for i in sorted(seen)])
            seen.clear()
        for name, union in self._union.items():
            session.write(_BULKS[name], sorted(union))
            union.clear()
