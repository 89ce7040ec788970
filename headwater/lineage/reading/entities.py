"""Names of jobs and datasets, whether they are hidden, and which names are one dataset."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import Connection

from headwater.lineage.reading.aliases import Aliases, is_usual
from headwater.lineage.reading.hidden_then import HiddenThen
from headwater.lineage.reading.lens import NOW, Lens
from headwater.lineage.reading.memory import Recall, Shelf
from headwater.lineage.reading.names import Kind
from headwater.lineage.reading.rows import hidden, rows_in, rows_of, to_text
from headwater.model.lineage import Name

MOST_IDENTITIES: Final = 50
"""A component of more names than this stays unmerged."""

_ENTITY: Final = (
    "SELECT x.id, n.name, x.name, x.standing, {hidden} FROM {{kind}} x"
    " JOIN namespace n ON n.id = x.namespace_id WHERE x.id IN ({{keys}})"
).format(hidden=hidden("x"))
# The current symlinks of a dataset are in its facets; a name may be carried by several datasets.
_CARRIED: Final = (
    "SELECT f.dataset_id, s.dataset_id, s.type FROM dataset_facet f"
    " JOIN facet_symlink s ON s.facet_id = f.facet_id"
    " JOIN facet_name k ON k.id = f.facet_name_id AND k.display = 'symlinks'"
    " WHERE f.dataset_id IN ({keys}) AND f.is_deleted = 0 AND (f.role = 1 OR NOT EXISTS ("
    "SELECT 1 FROM dataset_facet w WHERE w.dataset_id = f.dataset_id"
    " AND w.facet_name_id = f.facet_name_id AND w.role = 1))"
)
_CARRIERS: Final = (
    "SELECT s.dataset_id, f.dataset_id FROM facet_symlink s"
    " JOIN dataset_facet f ON f.facet_id = s.facet_id WHERE s.dataset_id IN ({keys})"
)
_ANY_SYMLINK: Final = "SELECT 1 FROM facet_symlink LIMIT 1"
_RANKS: Final = {"TABLE": 0, "LOCATION": 2}
_OWN_RANK: Final = 1


class Entity(msgspec.Struct, frozen=True, gc=False):
    """A job or dataset; `standing` 0 is one that was only mentioned."""

    name: Name
    standing: int
    is_hidden: bool


class Component(msgspec.Struct, frozen=True, gc=False):
    """Datasets that are one, the canonical name first; one alone mostly.

    They are so by their symlinks, or by the spelling of their namespaces' schemes.

    `is_whole` is False for one that has too many names and so was left apart.
    """

    members: tuple[int, ...]
    is_whole: bool = True


class _Carried(NamedTuple):
    dataset: int
    rank: int


_JOBS: Final = Shelf[Entity]("entity", "job")
_DATASETS: Final = Shelf[Entity]("entity", "dataset")
_SYMLINKS: Final = Shelf[tuple[_Carried, ...]]("symlinks", "dataset")
_MENTIONS: Final = Shelf[tuple[int, ...]]("symlinked by", "dataset")


class Entities:
    """Reads entities and components by key."""

    def __init__(self, connection: Connection, recall: Recall, lens: Lens = NOW) -> None:
        self._connection = connection
        self._recall = recall
        known = lens.known_at
        self._hidden = None if known is None else HiddenThen(connection, known)
        self._components: dict[int, Component] = {}
        self._has_symlinks: bool | None = None
        self._aliases = Aliases(connection)

    def of(self, kind: Kind, keys: Iterable[int]) -> dict[int, Entity]:
        """Return jobs or datasets by key."""

        def load(missing: Collection[int]) -> dict[int, Entity]:
            rows = list(rows_in(self._connection, _ENTITY.replace("{kind}", kind), missing))
            hidden_now = {row[0] for row in rows if row[4]}
            gone = hidden_now if self._hidden is None else self._hidden.among(kind, missing)
            spaces = {space: to_text(space) for space in {row[1] for row in rows}}
            return {
                key: Entity(Name(spaces[space], to_text(name)), standing, key in gone)
                for key, space, name, standing, _ in rows
            }

        return self._recall.of(_JOBS if kind == "job" else _DATASETS, keys, load)

    def components(self, datasets: Iterable[int]) -> dict[int, Component]:
        """Return for each dataset which are the same, by live symlinks and by spelling."""
        wanted = set(datasets)
        unknown = wanted.difference(self._components)
        if unknown:
            self._find(unknown)
        return {dataset: self._components[dataset] for dataset in wanted}

    def _find(self, unknown: set[int]) -> None:
        if self._has_symlinks is None:
            self._has_symlinks = bool(rows_of(self._connection, _ANY_SYMLINK))
        if not self._has_symlinks and not self._aliases.is_any:
            self._components |= {dataset: Component((dataset,)) for dataset in unknown}
            return
        links: defaultdict[int, set[int]] = defaultdict(set)
        ranks: dict[int, int] = {}
        frontier = set(unknown)
        seen: set[int] = set()
        while frontier:
            seen |= frontier
            reached: set[int] = set()
            for carrier, dataset, rank in self._symlinks(frontier):
                ranks[dataset] = min(ranks.get(dataset, rank), rank)
                links[carrier].add(dataset)
                links[dataset].add(carrier)
                reached |= {carrier, dataset}
            for one, other in self._spelt_otherwise(frontier):
                links[one].add(other)
                links[other].add(one)
                reached.add(other)
            frontier = reached - seen
        for dataset in unknown:
            if dataset not in links:
                self._components[dataset] = Component((dataset,))
            elif dataset not in self._components:
                self._note(_reachable(dataset, links), ranks)

    def _note(self, members: set[int], ranks: dict[int, int]) -> None:
        if len(members) > MOST_IDENTITIES:
            self._components |= {m: Component((m,), is_whole=False) for m in members}
            return
        names = self.of("dataset", members)

        def place(member: int) -> tuple[int, bool, Name]:
            name = names[member].name
            return ranks.get(member, _OWN_RANK), not is_usual(name.namespace), name

        component = Component(tuple(sorted(members, key=place)))
        self._components |= dict.fromkeys(members, component)

    def _symlinks(self, datasets: set[int]) -> list[tuple[int, int, int]]:
        """Return (carrier, dataset, rank) of the live symlinks of which these are an end."""
        if not self._has_symlinks:
            return []
        mentions = self._recall.of(_MENTIONS, datasets, self._load_mentions)
        return self._live(datasets.union(*mentions.values()))

    def _spelt_otherwise(self, datasets: set[int]) -> list[tuple[int, int]]:
        """Return pairs, neither of them hidden, that differ in the spelling of a scheme."""
        if not self._aliases.is_any:
            return []
        found = self.of("dataset", datasets)
        names = {key: entity.name for key, entity in found.items() if not entity.is_hidden}
        pairs = list(self._aliases.pairs(names))
        others = self.of("dataset", {other for _, other in pairs})
        return [pair for pair in pairs if not others[pair[1]].is_hidden]

    def _live(self, carriers: set[int]) -> list[tuple[int, int, int]]:
        """Return (carrier, dataset, rank) of symlinks between datasets that are not hidden."""
        held = self._recall.of(_SYMLINKS, carriers, self._load_carried)
        links = [(carrier, *one) for carrier, carried in held.items() for one in carried]
        ends = self.of("dataset", {end for link in links for end in link[:2]})
        return [link for link in links if not (ends[link[0]].is_hidden or ends[link[1]].is_hidden)]

    def _load_carried(self, missing: Collection[int]) -> dict[int, tuple[_Carried, ...]]:
        found: defaultdict[int, list[_Carried]] = defaultdict(list)
        for carrier, dataset, type_ in rows_in(self._connection, _CARRIED, missing):
            if dataset != carrier:
                found[carrier].append(_Carried(dataset, _RANKS.get(type_.upper(), _OWN_RANK)))
        return {key: tuple(found.get(key, ())) for key in missing}

    def _load_mentions(self, missing: Collection[int]) -> dict[int, tuple[int, ...]]:
        found: defaultdict[int, set[int]] = defaultdict(set)
        for dataset, carrier in rows_in(self._connection, _CARRIERS, missing):
            found[dataset].add(carrier)
        return {key: tuple(found.get(key, ())) for key in missing}


def _reachable(start: int, links: dict[int, set[int]]) -> set[int]:
    members = {start}
    frontier = [start]
    while frontier:
        new = links[frontier.pop()] - members
        members |= new
        frontier += new
    return members
