"""Facets of jobs and datasets over all that was said of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy import Table

from headwater.database.bulk import Bulk, upsert
from headwater.database.session import Question, Row, Session
from headwater.lineage import facet_tables
from headwater.lineage.projections.facet_sets import DATASET_PART, FacetSets, Said
from headwater.lineage.projections.identities import TOLD, Columns
from headwater.lineage.projections.told import Held, Joined, joined, tell
from headwater.wire.openlineage.recent import Recent

_HELD_ENTRIES: Final = 50_000
_NOTHING: Final = (None, None)


def _bulk(table: Table) -> Bulk:
    """Return the statement that writes rows: one without a key is of a set, and replaces any."""
    return upsert(
        table,
        {"key": "new", "facet_id": "new", "is_deleted": "new"},
        where="{new}.key IS NULL OR {old}.key IS NULL OR {new}.key > {old}.key",
    )


class EntityFacets:
    """Keeps the facets of jobs, or of datasets, which their readers and their writers tell.

    Belongs to the one transaction that writes. `load` and `learn` once all is told, then
    `columns` of each entity's row may be asked for, then `flush`.
    """

    def __init__(self, kind: str, sets: FacetSets) -> None:
        self._words = words = TOLD[kind]
        self._sets = sets
        self._bulk = _bulk(getattr(facet_tables, f"{kind}_facet".upper()))
        columns = ", ".join(f"{word}_key, {word}_set_id" for word in words)
        self._question = f"SELECT id, {columns} FROM {kind} WHERE id IN ({{keys}})"
        self._told: dict[tuple[int, int], list[tuple[bytes, Said]]] = {}
        self._held: Recent[tuple[int, int], Held | None] = Recent(_HELD_ENTRIES)
        self._here: dict[tuple[int, int], Held | None] = {}
        self._columns: dict[int, list[int | bytes | None]] = {}
        self._rows: list[tuple[object, ...]] = []

    def forget(self) -> None:
        """Drop everything remembered, after a rollback or when others wrote."""
        self._told.clear()
        self._held.clear()
        self._here.clear()
        self._columns.clear()
        self._rows = []

    def tell(self, owner: int, role: int, key: bytes, said: Said) -> None:
        """Add what an event says of a job or dataset."""
        if said.members or said.others:
            told = self._told.setdefault((owner, role), [])
            tell(told, key, said, self._sets)

    @property
    def told(self) -> Mapping[tuple[int, int], Sequence[tuple[bytes, Said]]]:
        """Return what the batch says, by owner and role."""
        return self._told

    def question(self, new: Iterable[int]) -> Question:
        """Return what to ask the database before `join`; `new` has no rows there yet."""
        unknown: set[int] = set()
        known = set(new)
        for place in self._told:
            if place[0] in known:
                self._here[place] = None
                continue
            found = self._held.get(place)
            if found is None:
                unknown.add(place[0])
            else:
                self._here[place] = found
        return self._question, unknown

    def learn(self, rows: Iterable[Row]) -> Iterable[int]:
        """Take the answer and return the sets that have to be known before `join`."""
        for owner, *columns in rows:
            for role in range(len(self._words)):
                key, set_id = columns[2 * role : 2 * role + 2]
                if (owner, role) in self._told:
                    self._here[owner, role] = None if key is None else (key, set_id)
        for place, held in self._here.items():
            if held is None:
                continue
            held_key, set_id = held
            for key, said in self._told[place]:
                if said.set_id != set_id or key < held_key:
                    yield set_id
                    break

    def join(self) -> None:
        """Join what the batch says with what was said before."""
        for place, told in self._told.items():
            held = self._here[place]
            key, said = told[0]
            is_plain = held is not None and len(told) == 1 and not said.others
            if is_plain and held is not None and held[1] == said.set_id and held[0] < key:
                self._note(place, (key, said.set_id))  # all is as it was, by a later event
                continue
            now = joined(held, told, self._sets)
            self._add_rows(place, held, now, told)
            if held != now[:2]:
                self._note(place, (now.key, now.set_id))
        self._told.clear()
        self._here.clear()

    def columns(self, owner: int) -> Columns:
        """Return what becomes of the columns of an entity's row; NULL where one stays as it is."""
        found = self._columns.get(owner)
        return _NOTHING * len(self._words) if found is None else tuple(found)

    def flush(self, session: Session) -> None:
        """Write the rows by name."""
        self._rows.sort(key=_ident)
        session.write(self._bulk, self._rows)
        self._rows = []
        self._columns.clear()

    def _note(self, place: tuple[int, int], now: Held) -> None:
        self._held.put(place, now)
        owner, role = place
        columns = self._columns.get(owner)
        if columns is None:
            columns = self._columns[owner] = [None] * (2 * len(self._words))
        columns[2 * role], columns[2 * role + 1] = now

    def _add_rows(
        self,
        place: tuple[int, int],
        held: Held | None,
        now: Joined,
        told: Sequence[tuple[bytes, Said]],
    ) -> None:
        owner, role = place
        end = (role,) if len(self._words) > 1 else ()
        if held is None or held[1] != now.set_id:
            members = next(said.members for _, said in told if said.set_id == now.set_id)
            before = {} if held is None else self._sets.members(held[1])
            for name, row in members.items():
                if before.get(name) != row:
                    self._rows.append((owner, name, *end, None, *row))
        for (part, name), rest in now.rest.items():
            if part == DATASET_PART:
                self._rows.append((owner, name, *end, *rest))


def _ident(row: tuple[object, ...]) -> tuple[int, int]:
    owner, name, *_ = row
    assert isinstance(owner, int)
    assert isinstance(name, int)
    return owner, name
