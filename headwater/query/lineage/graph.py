"""A piece of the lineage graph as a value, and how it grows under a budget."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from headwater.model.lineage import EdgeState, Name
from headwater.query.lineage.nodes import node_id

Side = Literal["up", "down"]
VertexKind = Literal["column", "dataset", "job"]


@dataclass(frozen=True, slots=True, order=True)
class Vertex:
    """A dataset, a job, or a column of a dataset; its own order is the order of every answer."""

    name: Name
    column: str
    kind: VertexKind

    @property
    def id(self) -> str:
        """Return the node id as Marquez writes it."""
        namespace, name = self.name.namespace, self.name.name
        if self.kind == "column":
            return node_id("datasetField", namespace, name, self.column)
        return node_id(self.kind, namespace, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Data flows from `origin` to `destination`; for columns `job` says by whose doing."""

    origin: Vertex
    destination: Vertex
    state: EdgeState = "current"
    job: Name | None = None
    via: tuple[Name, ...] = ()
    kind: str | None = None
    subtype: str | None = None
    is_masked: bool = False

    @property
    def order(self) -> tuple[object, ...]:
        """Return the canonical sort key."""
        job = self.job or Name("", "")
        how = (self.kind or "", self.subtype or "", self.is_masked)
        return (self.origin, self.destination, job, *how)


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """So many more neighbours of a vertex on one side were left out."""

    vertex: Vertex
    side: Side
    hidden: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much a walk may gather: vertices in all, and new neighbours of one vertex."""

    nodes: int = 2_000
    band: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """The answer of a walk: vertices with their signed distance from the start, and links.

    `keys` are the store's keys of datasets and jobs. `reason` says why the answer is partial,
    None when it is whole.
    """

    start: tuple[Vertex, ...]
    distances: Mapping[Vertex, int]
    keys: Mapping[Vertex, int]
    links: tuple[Link, ...]
    bands: tuple[Band, ...]
    reason: str | None


MOST_NODES: Final = 10_000


@dataclass(slots=True)
class Growth:
    """A graph while a walk gathers it; everything is taken in canonical order."""

    budget: Budget
    distances: dict[Vertex, int] = field(default_factory=dict)
    keys: dict[Vertex, int] = field(default_factory=dict)
    start: tuple[Vertex, ...] = ()
    _links: dict[Link, None] = field(default_factory=dict)
    _left_out: dict[tuple[Vertex, Side], set[Vertex]] = field(default_factory=dict)
    _reason: str | None = None

    def begin(self, vertices: Iterable[tuple[Vertex, int]]) -> None:
        """Start from these vertices, at distance 0."""
        ordered = sorted(vertices)
        self.start = tuple(vertex for vertex, _ in ordered)
        for vertex, key in ordered:
            self.distances[vertex] = 0
            self.keys[vertex] = key

    def admit(
        self,
        neighbours: Mapping[Vertex, Mapping[Vertex, int]],
        *,
        side: Side,
        distance: int,
        frontier: Iterable[Vertex] = (),
    ) -> list[Vertex]:
        """Take in new neighbours of each vertex as the budget allows; return those taken.

        Vertices of `frontier` were met before and are neither taken nor left out.
        """
        met = set(frontier)
        taken: list[Vertex] = []
        for vertex in sorted(neighbours):
            around = neighbours[vertex]
            new = sorted(v for v in around if v not in met and v not in self.distances)
            room = self.budget.nodes - len(self.distances)
            if len(new) > room and room < self.budget.band:
                self._reason = f"the budget of {self.budget.nodes} nodes is used up"
            most = max(0, min(room, self.budget.band))
            for neighbour in new[:most]:
                self.distances[neighbour] = -distance if side == "up" else distance
                self.keys[neighbour] = around[neighbour]
                taken.append(neighbour)
            if new[most:]:
                self._left_out.setdefault((vertex, side), set()).update(new[most:])
        return taken

    def link(self, links: Iterable[Link]) -> None:
        """Note links; those whose ends were not both taken are dropped at the end."""
        self._links.update(dict.fromkeys(links))

    def finish(self) -> Graph:
        """Return what was gathered."""
        links = [
            link
            for link in self._links
            if link.origin in self.distances and link.destination in self.distances
        ]
        bands = [
            Band(vertex=vertex, side=side, hidden=hidden)
            for (vertex, side), left_out in self._left_out.items()
            if (hidden := len(left_out - self.distances.keys()))
        ]
        if bands and self._reason is None:
            self._reason = f"more than {self.budget.band} neighbours of a node; see bands"
        return Graph(
            start=self.start,
            distances=dict(sorted(self.distances.items())),
            keys=self.keys,
            links=tuple(sorted(links, key=lambda link: link.order)),
            bands=tuple(sorted(bands, key=lambda band: (band.vertex, band.side))),
            reason=self._reason,
        )
