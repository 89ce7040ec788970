"""Of all that was said of an owner's facets, what counts: of each name the latest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Final, NamedTuple

from headwater.lineage.projections.facet_sets import DATASET_PART, FacetSets, Said

Held = tuple[bytes, int]
"""The key of the latest event that said something, and its set."""

Rest = Mapping[tuple[int, int], tuple[bytes, int, int]]
"""By part and name: the key of who said it, the facet's row id, and 1 if it is deleted."""


class Joined(NamedTuple):
    """The latest key with its set, and what the batch has of names that are not in that."""

    key: bytes
    set_id: int
    rest: Rest


def tell(told: list[tuple[bytes, Said]], key: bytes, said: Said, sets: FacetSets) -> None:
    """Add what an event says of an owner to what the batch had before."""
    if told:
        before_key, before = told[-1]
        if before_key == key:  # the event lists the owner twice: the first counts
            told[-1] = key, sets.said(*before.merged(said))
            return
        if before is said:  # as it came before: the later says all of it again
            if key > before_key:
                told[-1] = key, said
            return
    told.append((key, said))


def joined(held: Held | None, told: Sequence[tuple[bytes, Said]], sets: FacetSets) -> Joined:
    """Join what the batch says of an owner with what was said before."""
    key, said = told[0]
    if len(told) == 1 and (held is None or (held[1] == said.set_id and held[0] < key)):
        return Joined(key, said.set_id, _others(key, said))
    key, said = max(told, key=_key)
    set_id, current = said.set_id, said.members
    if held is not None and held[0] > key:
        key, set_id = held
        current = sets.members(set_id)
    rest: dict[tuple[int, int], tuple[bytes, int, int]] = {}

    def add(end: tuple[int, int], row: tuple[bytes, int, int]) -> None:
        if (end[0] != DATASET_PART or end[1] not in current) and (
            end not in rest or rest[end][0] < row[0]
        ):
            rest[end] = row

    for at, each in told:
        for end, other in each.others.items():
            add(end, (at, *other))
        if each.set_id != set_id:
            for name, member in each.members.items():
                add((DATASET_PART, name), (at, *member))
    if held is not None and held[1] != set_id:
        for name, member in sets.members(held[1]).items():
            add((DATASET_PART, name), (held[0], *member))
    return Joined(key, set_id, rest)


_key = itemgetter(0)
_NO_REST: Final[Rest] = {}


def _others(key: bytes, said: Said) -> Rest:
    if not said.others:
        return _NO_REST
    return {end: (key, *row) for end, row in said.others.items()}
