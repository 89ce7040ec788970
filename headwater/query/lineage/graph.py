"""A piece of the lineage graph as a value, and how it grows under a budget."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Generic, Literal, TypeVar

import msgspec

from headwater.model.lineage import EdgeState, Name
from headwater.query.lineage.nodes import node_id

Side = Literal["up", "down"]
VertexKind = Literal["column", "dataset", "group", "job", "run"]

MOST_NODES: Final = 10_000
MOST_EDGES: Final = 100_000


class Vertex(msgspec.Struct, frozen=True, order=True, gc=False, cache_hash=True):
    """A dataset, a job, a column of a dataset, a run, or a group that was collapsed.

    `column` is also the id of a run, whose name is that of its job. The order of vertices is
    the order of every answer.
    """

    name: Name
    column: str
    kind: VertexKind

    @property
    def id(self) -> str:
        """Return the node id as Marquez writes it."""
        namespace, name = self.name.namespace, self.name.name
        if self.kind == "column":
            return node_id("datasetField", namespace, name, self.column)
        if self.kind == "run":
            return node_id("run", self.column)
        return f"{self.kind}:{namespace}:{name}"


class Link(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Data flows from `origin` to `destination`.

    `job` says by whose doing, where that is not one of the ends: between columns, and for an
    edge that a `lineage` facet declares (`is_declared`). `via` are datasets between two jobs or
    runs.
    """

    origin: Vertex
    destination: Vertex
    state: EdgeState = "current"
    job: Name | None = None
    via: tuple[Name, ...] = ()
    kind: str | None = None
    subtype: str | None = None
    is_masked: bool = False
    is_declared: bool = False

    @property
    def order(self) -> tuple[object, ...]:
        """Return the canonical sort key."""
        job = self.job or Name("", "")
        how = (self.kind or "", self.subtype or "", self.is_masked, self.is_declared)
        return (self.origin, self.destination, job, *how)


class Band(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """So many more neighbours of a vertex on one side were left out."""

    vertex: Vertex
    side: Side
    hidden: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much a walk may gather: vertices, edges, and new neighbours of one vertex.

    The ids in `expanded` are of vertices whose neighbours are not limited by `band`.
    """

    nodes: int = 2_000
    edges: int = 10_000
    band: int = 100
    expanded: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """The answer of a walk: vertices with their signed distance from the start, and links.

    `keys` are the store's keys of datasets and jobs. `reason` says why the answer is partial,
    None when it is whole. `identities` are the other names of datasets that are one by their
    symlinks; `unmerged` are datasets with too many of them. `members` counts what a group holds.
    """

    start: tuple[Vertex, ...]
    distances: Mapping[Vertex, int]
    keys: Mapping[Vertex, int]
    links: tuple[Link, ...]
    bands: tuple[Band, ...]
    reason: str | None
    identities: Mapping[Vertex, tuple[Name, ...]] = field(default_factory=dict)
    unmerged: tuple[Vertex, ...] = ()
    members: Mapping[Vertex, int] = field(default_factory=dict)


Node = TypeVar("Node", bound=Hashable)


@dataclass(slots=True)
class Growth(Generic[Node]):
    """What a walk gathers, by the walk's own keys."""

    budget: Budget
    distances: dict[Node, int] = field(default_factory=dict)
    start: list[Node] = field(default_factory=list)
    is_directed: bool = True
    reason: str | None = None
    _edges: int = 0
    _met: dict[Side, set[Node]] = field(default_factory=dict)
    _left_out: dict[tuple[Node, Side], set[Node]] = field(default_factory=dict)

    def begin(self, nodes: Iterable[Node]) -> None:
        """Start from these, at distance 0."""
        for node in nodes:
            self.start.append(node)
            self.distances[node] = 0

    def count_edges(self, edges: int) -> None:
        """Note how many edges there are by now; over the budget nothing more is taken."""
        self._edges = edges

    def admit(
        self,
        neighbours: Mapping[Node, Collection[Node]],
        *,
        side: Side,
        distance: int,
        named: Callable[[Collection[Node]], Mapping[Node, Vertex]],
        passing: Collection[Node] = (),
    ) -> list[Node]:
        """Take in neighbours as the budget allows; return those not met on this side before.

        What was met on the other side is in already, and is followed on this side too. What is
        `passing` is followed in part, and so can be met again. What keys are to people is asked
        of `named` only where something has to be left out, in canonical order; it is not kept,
        so that a walk, of which it is a method, is gone as soon as it is over.
        """
        signed = -distance if side == "up" else distance
        met = self._met.setdefault(side if self.is_directed else "up", set(self.start))
        if self._fits(neighbours):
            reached = dict.fromkeys(node for around in neighbours.values() for node in around)
            taken = [node for node in reached if node not in met]
            for node in taken:
                self.distances.setdefault(node, signed)
        else:
            new = {node for around in neighbours.values() for node in around}
            vertices = named(new.difference(self.distances) | neighbours.keys())
            self._admit_in_order(neighbours, vertices, side=side, signed=signed)
            reached = dict.fromkeys(node for around in neighbours.values() for node in around)
            taken = [node for node in reached if node in self.distances and node not in met]
        met.update(node for node in taken if node not in passing)
        return taken

    def bands(self) -> Mapping[tuple[Node, Side], int]:
        """Return how many neighbours of which nodes were left out for good."""
        return {
            where: hidden
            for where, left_out in self._left_out.items()
            if (hidden := len(left_out.difference(self.distances)))
        }

    def _fits(self, neighbours: Mapping[Node, Collection[Node]]) -> bool:
        if self._edges > self.budget.edges:
            return False
        total = sum(len(around) for around in neighbours.values())
        most = max((len(around) for around in neighbours.values()), default=0)
        return most <= self.budget.band and total <= self.budget.nodes - len(self.distances)

    def _admit_in_order(
        self,
        neighbours: Mapping[Node, Collection[Node]],
        vertices: Mapping[Node, Vertex],
        *,
        side: Side,
        signed: int,
    ) -> None:
        for node in sorted(neighbours, key=vertices.__getitem__):
            around = sorted(
                (n for n in set(neighbours[node]) if n not in self.distances),
                key=vertices.__getitem__,
            )
            most = self._room(len(around), vertices[node])
            self.distances.update(dict.fromkeys(around[:most], signed))
            if around[most:]:
                self._left_out.setdefault((node, side), set()).update(around[most:])

    def _room(self, wanted: int, vertex: Vertex) -> int:
        """Return how many of the new neighbours of a vertex may be taken."""
        if self._edges > self.budget.edges:
            if wanted:
                self.reason = f"the budget of {self.budget.edges} edges is used up"
            return 0
        room = max(0, self.budget.nodes - len(self.distances))
        band = self.budget.band
        if self.budget.expanded and vertex.id in self.budget.expanded:
            band = self.budget.nodes
        if wanted > room and room < band:
            self.reason = f"the budget of {self.budget.nodes} nodes is used up"
        return min(room, band)

    def graph(
        self,
        vertices: Mapping[Node, Vertex],
        links: Iterable[Link],
        *,
        keys: Mapping[Vertex, int],
        **more: Mapping[Vertex, tuple[Name, ...]],
    ) -> Graph:
        """Return what was gathered; of links those whose ends were both taken."""
        ordered = sorted((vertices[node], at) for node, at in self.distances.items())
        rank = {vertex: place for place, (vertex, _) in enumerate(ordered)}
        kept = [link for link in links if link.origin in rank and link.destination in rank]
        kept.sort(key=lambda link: _order(link, rank))
        bands = [
            Band(vertex=vertices[node], side=side, hidden=hidden)
            for (node, side), hidden in self.bands().items()
        ]
        reason = self.reason
        if len(kept) > self.budget.edges:
            kept = kept[: self.budget.edges]
            reason = f"the budget of {self.budget.edges} edges is used up"
        if bands and reason is None:
            reason = f"more than {self.budget.band} neighbours of a node; see bands"
        return Graph(
            start=tuple(sorted(vertices[node] for node in self.start)),
            distances=dict(ordered),
            keys=keys,
            links=tuple(kept),
            bands=tuple(sorted(bands, key=lambda band: (band.vertex, band.side))),
            reason=reason,
            identities=more.get("identities", {}),
        )


def _order(link: Link, rank: Mapping[Vertex, int]) -> tuple[object, ...]:
    if link.kind is None and link.job is None:
        return (rank[link.origin], rank[link.destination], Name("", ""))
    return (rank[link.origin], rank[link.destination], *link.order[2:])
