"""Rows of one batch, joined in memory and then with what the tables hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Table

from headwater.database.bulk import Bulk, insert, upsert
from headwater.database.session import Session
from headwater.lineage import tables

Ident = tuple[Any, ...]

LWW_TABLES: Final = (
    tables.RUN_IO,
    tables.RUN_PARENT,
    tables.NAMESPACE_NOTE,
    tables.JOB_NOTE,
    tables.DATASET_NOTE,
    tables.DECLARATION,
)
SEEN_TABLES: Final = (tables.JOB_EDGE, tables.LINEAGE_USE, tables.DECLARED)
UNION_TABLES: Final = (tables.FACET_EDGE, tables.FACET_SYMLINK)
FACET_TABLES: Final = (
    tables.RUN_FACET,
    tables.IO_FACET,
    tables.JOB_FACET,
    tables.DATASET_FACET,
)

FacetRow = tuple[Ident, tuple[int, int]]
"""The end of a facet's ident, behind its owner's; the facet's row id, and 1 if it is deleted."""

FacetRows = tuple[FacetRow, ...]
"""What one event says of one owner, in the order of the idents."""


def _lww(table: Table) -> Bulk:
    changed = (c.name for c in table.columns if not c.primary_key and c.name != "key")
    return upsert(table, dict.fromkeys(("key", *changed), "new"), newest_by="key")


_BULKS: Final[dict[str, Bulk]] = {
    **{t.name: _lww(t) for t in (*LWW_TABLES, *FACET_TABLES)},
    **{t.name: upsert(t, {"first_us": "least", "last_us": "greatest"}) for t in SEEN_TABLES},
    **{t.name: insert(t, on_conflict="ON CONFLICT DO NOTHING") for t in UNION_TABLES},
}


class Rows:
    """Collects the rows that a batch of events makes; `flush` joins them with the tables."""

    def __init__(self) -> None:
        self._lww: dict[str, dict[Ident, Ident]] = {t.name: {} for t in LWW_TABLES}
        self._seen: dict[str, dict[Ident, list[int | None]]] = {t.name: {} for t in SEEN_TABLES}
        self._told: dict[str, dict[Ident, list[tuple[bytes, FacetRows]]]]
        self._told = {t.name: {} for t in FACET_TABLES}
        self._union: dict[str, set[Ident]] = {t.name: set() for t in UNION_TABLES}

    def write(self, table: Table, ident: Ident, *rest: Any) -> None:
        """Add a row of a LWW table; the first of `rest` is its key."""
        rows = self._lww[table.name]
        held = rows.get(ident)
        if held is None or held[0] < rest[0]:
            rows[ident] = rest

    def tell(self, table: Table, owner: Ident, key: bytes, facets: FacetRows) -> None:
        """Add what an event says of the facets of an owner; the greatest key counts for each."""
        if not facets:
            return
        told = self._told[table.name].setdefault(owner, [])
        if told and told[-1][1] is facets:  # as it came before: the later says all of it again
            if key > told[-1][0]:
                told[-1] = key, facets
            return
        told.append((key, facets))

    def told(self, table: Table) -> Mapping[Ident, Sequence[tuple[bytes, FacetRows]]]:
        """Return what the batch says of facets, by owner."""
        return self._told[table.name]

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
        for name, owners in self._told.items():
            facets = [row for owner in sorted(owners) for row in _joined(owner, owners[owner])]
            session.write(_BULKS[name], facets)
            owners.clear()
        for name, seen in self._seen.items():
            session.write(_BULKS[name], [(*i, *seen[i]) for i in sorted(seen)])
            seen.clear()
        for name, union in self._union.items():
            session.write(_BULKS[name], sorted(union))
            union.clear()


def _joined(owner: Ident, told: list[tuple[bytes, FacetRows]]) -> list[Ident]:
    """Return the rows of one owner, of each facet the one with the greatest key."""
    if len(told) == 1:
        key, facets = told[0]
        return [(*owner, *end, key, *rest) for end, rest in facets]
    latest: dict[Ident, tuple[bytes, int, int]] = {}
    for key, facets in sorted(told, key=_key, reverse=True):
        for end, rest in facets:
            if end not in latest:
                latest[end] = (key, *rest)
    return [(*owner, *end, *latest[end]) for end in sorted(latest)]


_key: Final = itemgetter(0)
