"""The graph that people open step by step: a first walk, and one more hop wherever they asked.

Without a node it is the jobs that changed last, with all that they read and write.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from headwater.lineage.reading.current import INPUT, OUTPUT
from headwater.lineage.reading.view import LineageView
from headwater.query.lineage.collapse import Collapse, collapsed
from headwater.query.lineage.graph import Band, Budget, Graph, Link, Side, Vertex
from headwater.query.lineage.nodes import NodeId
from headwater.query.lineage.tables import TableWalk
from headwater.query.lineage.walk import start_of

MOST_OVERVIEW_JOBS: Final = 100

_BOTH: Final[tuple[Side, ...]] = ("up", "down")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """One more hop from a node on one side, with so many neighbours at most."""

    node: NodeId
    side: Side
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """A graph with, of each of its nodes, how many neighbours are not in it: (up, down)."""

    graph: Graph
    more: Mapping[Vertex, tuple[int, int]]


def canvas_around(
    view: LineageView,
    node: NodeId,
    *,
    sides: Sequence[Side],
    depth: int,
    budget: Budget,
    opened: Iterable[Opened] = (),
    collapse: Collapse | None = None,
) -> Canvas:
    """Walk from a node and from what was opened; raises `Missing` for a node that is not there."""
    kind, key, name = start_of(view, node)
    graph = TableWalk(view, budget).directed(Vertex(name, "", kind), key, sides=sides, depth=depth)
    for one in opened:
        graph = _joined(graph, _hop(view, one, budget), one.side)
    return _canvas(view, graph, budget, collapse)


def canvas_of_all(view: LineageView, *, budget: Budget, collapse: Collapse | None = None) -> Canvas:
    """Return the jobs that changed last and their datasets, of a small lake all there are."""
    jobs = view.listing.page("job", namespace=None, limit=MOST_OVERVIEW_JOBS + 1, offset=0)
    some = jobs[:MOST_OVERVIEW_JOBS]
    graph = TableWalk(view, budget).directed_from_jobs(some, sides=_BOTH, depth=1)
    touched = {vertex for link in graph.links for vertex in (link.origin, link.destination)}
    distances = {vertex: 0 for vertex in graph.distances if vertex in touched}
    graph = replace(graph, start=(), distances=distances)
    found = _canvas(view, graph, budget, collapse)
    if len(jobs) > len(some) and found.graph.reason is None:
        reason = f"these are the {MOST_OVERVIEW_JOBS} jobs that changed last"
        return replace(found, graph=replace(found.graph, reason=reason))
    return found


def _hop(view: LineageView, opened: Opened, budget: Budget) -> Graph:
    kind, key, name = start_of(view, opened.node)
    walk = TableWalk(view, replace(budget, band=opened.most))
    return walk.directed(Vertex(name, "", kind), key, sides=[opened.side], depth=1)


def _joined(graph: Graph, hop: Graph, side: Side) -> Graph:
    """Add a hop to a graph; what is new is as far away as the node it was opened from, and one."""
    start = hop.start[0]
    if start not in graph.distances:
        return graph
    away = graph.distances[start] + (-1 if side == "up" else 1)
    distances = {**dict.fromkeys(hop.distances, away), **graph.distances}
    links = {(link.origin, link.destination): link for link in (*hop.links, *graph.links)}
    return replace(
        graph,
        distances=dict(sorted(distances.items())),
        keys={**hop.keys, **graph.keys},
        links=tuple(sorted(links.values(), key=lambda link: link.order)),
        identities={**hop.identities, **graph.identities},
        unmerged=tuple(sorted({*graph.unmerged, *hop.unmerged})),
    )


def _canvas(view: LineageView, graph: Graph, budget: Budget, collapse: Collapse | None) -> Canvas:
    graph = _within(graph, budget)
    more = _more(view, graph)
    if collapse is not None:
        graph = replace(graph, bands=tuple(_bands(more)))
        graph = collapsed(view, graph, collapse)
        more = {}
        for band in graph.bands:
            up, down = more.get(band.vertex, (0, 0))
            is_up = band.side == "up"
            more[band.vertex] = (up + band.hidden * is_up, down + band.hidden * (not is_up))
    return Canvas(graph=graph, more=more)


def _bands(more: Mapping[Vertex, tuple[int, int]]) -> Iterable[Band]:
    for vertex, hidden in more.items():
        for side, count in zip(_BOTH, hidden, strict=True):
            if count:
                yield Band(vertex=vertex, side=side, hidden=count)


def _within(graph: Graph, budget: Budget) -> Graph:
    """Keep to the budget what several hops gathered; a band that was cut is no reason here."""
    is_full = len(graph.distances) >= budget.nodes or len(graph.links) >= budget.edges
    reason = graph.reason if is_full or graph.unmerged else None
    if len(graph.distances) <= budget.nodes:
        return replace(graph, reason=reason)
    nearest = sorted(graph.distances.items(), key=lambda one: (abs(one[1]), one[0]))
    kept = dict(sorted(nearest[: budget.nodes]))
    links: tuple[Link, ...] = tuple(
        link for link in graph.links if link.origin in kept and link.destination in kept
    )
    reason = f"the budget of {budget.nodes} nodes is used up"
    return replace(graph, distances=kept, links=links, reason=reason)


def _more(view: LineageView, graph: Graph) -> dict[Vertex, tuple[int, int]]:
    """Count the neighbours of each vertex that are not drawn."""
    jobs = {graph.keys[vertex]: vertex for vertex in graph.distances if vertex.kind == "job"}
    found = _more_of_jobs(view, graph, jobs)
    found.update(_more_of_datasets(view, graph, jobs))
    return found


def _more_of_jobs(
    view: LineageView, graph: Graph, jobs: Mapping[int, Vertex]
) -> dict[Vertex, tuple[int, int]]:
    uses = view.edges.uses(jobs)
    named = {use.dataset for held in uses.values() for use in (*held.inputs, *held.outputs)}
    entities = view.entities.of("dataset", named)
    seen = {key for key, entity in entities.items() if not entity.is_hidden}
    roots = {key: one.members[0] for key, one in view.entities.components(seen).items()}
    components = view.entities.components(
        graph.keys[vertex] for vertex in graph.distances if vertex.kind == "dataset"
    )
    drawn = {one.members[0] for one in components.values()}

    def hidden(used: Iterable[int]) -> int:
        return len({roots[key] for key in used if key in roots} - drawn)

    return {
        jobs[job]: (
            hidden(use.dataset for use in held.side(INPUT)),
            hidden(use.dataset for use in held.side(OUTPUT)),
        )
        for job, held in uses.items()
    }


def _more_of_datasets(
    view: LineageView, graph: Graph, jobs: Mapping[int, Vertex]
) -> dict[Vertex, tuple[int, int]]:
    keys = {vertex: graph.keys[vertex] for vertex in graph.distances if vertex.kind == "dataset"}
    components = view.entities.components(keys.values())
    owners = {m: vertex for vertex, key in keys.items() for m in components[key].members}
    counts: dict[Vertex, tuple[set[int], set[int]]] = {v: (set(), set()) for v in keys}
    for use in view.edges.uses_of_datasets(owners, "output"):
        counts[owners[use.dataset]][0].add(use.job)
    for use in view.edges.uses_of_datasets(owners, "input"):
        counts[owners[use.dataset]][1].add(use.job)
    return {
        vertex: (len(up.difference(jobs)), len(down.difference(jobs)))
        for vertex, (up, down) in counts.items()
    }
