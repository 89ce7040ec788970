"""What events say of facets, all at once: sets that are stored once, and what is in none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Final

from headwater.database.bulk import insert
from headwater.database.session import Session
from headwater.lineage import facet_tables
from headwater.wire.openlineage.recent import Recent

DATASET_PART: Final = 0
USE_PART: Final = 1
"""The parts of what an event says of a dataset: `facets`, and those of an input or output."""

_CACHE_ENTRIES: Final = 20_000
_BY_HASH: Final = "SELECT id, hash FROM facet_set WHERE hash IN ({keys})"
_MEMBERS: Final = (
    "SELECT set_id, facet_name_id, facet_id, is_deleted FROM facet_set_member"
    " WHERE set_id IN ({keys})"
)
_INSERT: Final = insert(facet_tables.FACET_SET)
_INSERT_MEMBERS: Final = insert(
    facet_tables.FACET_SET_MEMBER, ("set_id", "facet_name_id", "facet_id", "is_deleted")
)

FacetRow = tuple[int, int, int]
"""The row ids of a facet's name and of its body, and 1 if it says that it is deleted."""

Members = Mapping[int, tuple[int, int]]
"""By the name: the body, and 1 if it is deleted."""

_NONE: Final[Members] = {}


class Said:
    """What an event says of the facets of one owner; shared by events that say the same.

    `members` make the set `set_id`, which is known once the batch is flushed; `others` are in no
    set, each with its part. `fresh_from` tells in which batch some were new, 0 where none was.
    """

    __slots__ = ("fresh_from", "members", "others", "set_id")

    def __init__(
        self, members: Members, others: Mapping[tuple[int, int], tuple[int, int]], fresh_from: int
    ) -> None:
        self.members = members
        self.others = others
        self.fresh_from = fresh_from
        self.set_id = 0

    def rows(self, part: int = DATASET_PART) -> dict[int, tuple[int, int]]:
        """Return what is said in a part, by name, whether it is in the set or not."""
        rows = {name: row for (of, name), row in self.others.items() if of == part}
        return rows | dict(self.members) if part == DATASET_PART else rows

    def merged(self, other: Said) -> tuple[list[FacetRow], list[FacetRow]]:
        """Return the rows of both parts; of a name that of this one counts."""
        first, second = (
            [(name, *row) for name, row in (other.rows(part) | self.rows(part)).items()]
            for part in (DATASET_PART, USE_PART)
        )
        return first, second


EMPTY: Final = Said(_NONE, {}, 0)


class FacetSets:
    """Gives each set of facets its row id; belongs to the one transaction that writes.

    What was said for the first time is likely to be of one event alone, such as a time, and is
    kept out of sets; if it is said again, it goes into one. Facets from `fresh_from` on are new.
    """

    def __init__(self) -> None:
        self._ids: Recent[tuple[FacetRow, ...], int] = Recent(_CACHE_ENTRIES)
        self._members: Recent[int, Members] = Recent(_CACHE_ENTRIES)
        self._here: dict[int, Members] = {}
        self._unknown: dict[tuple[FacetRow, ...], list[Said]] = {}
        self._next = 1
        self.fresh_from = 1
        self._highest = 0

    def begin(self, next_id: int, *, next_facet: int | None) -> None:
        """Start a batch: facets from `next_facet` on are new.

        None says that the log is read again: new is what no batch before has had.
        """
        self._next = next_id
        self._here.clear()
        self.fresh_from = self._highest + 1 if next_facet is None else next_facet

    def forget(self) -> None:
        """Drop everything remembered, after a rollback or before a rebuild."""
        self._ids.clear()
        self._members.clear()
        self._here.clear()
        self._unknown.clear()
        self._highest = 0

    def said(self, rows: Iterable[FacetRow], uses: Iterable[FacetRow] = ()) -> Said:
        """Return what an event says of an owner, `uses` being of an input or output."""
        members: list[FacetRow] = []
        others: dict[tuple[int, int], tuple[int, int]] = {}
        for name, facet, is_deleted in rows:
            if facet > self._highest:
                self._highest = facet
            if facet < self.fresh_from:
                members.append((name, facet, is_deleted))
            else:
                others[DATASET_PART, name] = (facet, is_deleted)
        is_fresh = bool(others)
        for name, *row in uses:
            others[USE_PART, name] = (row[0], row[1])
        if not members and not others:
            return EMPTY
        said = Said(
            {name: (facet, is_deleted) for name, facet, is_deleted in members},
            others,
            self.fresh_from if is_fresh else 0,
        )
        self._find(said, tuple(sorted(members)))
        return said

    def members(self, set_id: int) -> Members:
        """Return what a set holds, which `learn` has looked up in this batch."""
        return self._here[set_id] if set_id else _NONE

    def learn(self, session: Session, sets: Iterable[int]) -> None:
        """Look up what many sets hold."""
        missing: dict[int, dict[int, tuple[int, int]]] = {}
        for set_id in sets:
            if set_id and set_id not in self._here:
                found = self._members.get(set_id)
                self._here[set_id] = missing.setdefault(set_id, {}) if found is None else found
        for set_id, name, facet, is_deleted in session.rows_in(_MEMBERS, missing):
            missing[set_id][name] = (facet, is_deleted)
        for set_id, members in missing.items():
            self._members.put(set_id, members)

    def flush(self, session: Session) -> None:
        """Give all sets of the batch their ids and write the new ones."""
        if not self._unknown:
            return
        hashes = {_hash_of(members): members for members in self._unknown}
        for id_, hash_ in session.rows_in(_BY_HASH, hashes):
            self._settle(id_, hashes.pop(hash_))
        sets: list[tuple[int, bytes]] = []
        rows: list[tuple[int, ...]] = []
        for hash_, members in hashes.items():
            sets.append((self._next, hash_))
            rows += ((self._next, *member) for member in members)
            self._settle(self._next, members)
            self._next += 1
        session.write(_INSERT, sets)
        session.write(_INSERT_MEMBERS, rows)
        self._unknown.clear()

    def _find(self, said: Said, members: tuple[FacetRow, ...]) -> None:
        if not members:
            return
        found = self._ids.get(members)
        if found is None:
            self._unknown.setdefault(members, []).append(said)
        else:
            said.set_id = found

    def _settle(self, id_: int, members: tuple[FacetRow, ...]) -> None:
        waiting = self._unknown[members]
        for said in waiting:
            said.set_id = id_
        self._ids.put(members, id_)
        self._members.put(id_, waiting[0].members)


def _hash_of(members: Sequence[FacetRow]) -> bytes:
    text = ";".join(f"{name},{facet},{is_deleted}" for name, facet, is_deleted in members)
    return blake2b(text.encode(), digest_size=16).digest()
