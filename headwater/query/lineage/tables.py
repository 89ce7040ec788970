"""Walks between jobs and datasets, level by level and by integer key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from headwater.lineage.reading.view import LineageView
from headwater.model.lineage import Direction, Edge
from headwater.query.lineage.graph import Budget, Graph, Growth, Link, Side, Vertex, VertexKind


class TableWalk:
    """One walk over one view of the store."""

    def __init__(self, view: LineageView, budget: Budget) -> None:
        self._view = view
        self._growth = Growth(budget)
        self._vertices: dict[tuple[VertexKind, int], Vertex] = {}

    def directed(self, start: Vertex, key: int, *, sides: Sequence[Side], depth: int) -> Graph:
        """Follow the flow of data; a hop is from a dataset over a job to a dataset."""
        self._growth.begin([(start, key)])
        for side in sides:
            frontier = [start]
            for distance in range(1, depth + 1):
                if frontier and frontier[0].kind == "dataset":
                    frontier = self._step(frontier, side=side, distance=distance)
                if frontier:
                    frontier = self._step(frontier, side=side, distance=distance)
        return self._growth.finish()

    def around(self, start: Vertex, key: int, *, depth: int) -> Graph:
        """Gather jobs that share datasets, regardless of direction, as Marquez does.

        Depth counts job hops from the start, or from the jobs that write it, else read it.
        """
        self._growth.begin([(start, key)])
        jobs = [start] if start.kind == "job" else self._first_jobs(start)
        for hop in range(depth + 1):
            datasets = self._both(jobs, distance=hop + 1)
            if hop == 0 and start.kind == "dataset":
                datasets.append(start)
            if hop < depth:
                jobs = self._both(datasets, distance=hop + 2)
            if not jobs or not datasets:
                break
        return self._growth.finish()

    def _first_jobs(self, start: Vertex) -> list[Vertex]:
        for side in ("up", "down"):
            jobs = self._step([start], side=side, distance=1)
            if jobs:
                return jobs
        return []

    def _both(self, vertices: list[Vertex], *, distance: int) -> list[Vertex]:
        if not vertices:
            return []
        up = self._step(vertices, side="up", distance=distance)
        return up + self._step(vertices, side="down", distance=distance)

    def _step(self, frontier: list[Vertex], *, side: Side, distance: int) -> list[Vertex]:
        kind = frontier[0].kind
        keys = [self._growth.keys[vertex] for vertex in frontier]
        direction: Direction = "output" if (side == "up") == (kind == "dataset") else "input"
        if kind == "dataset":
            edges = self._view.edges.of_datasets(keys, direction)
        else:
            edges = self._view.edges.of_jobs(keys, direction)
        self._name("job", (edge.job for edge in edges))
        self._name("dataset", (edge.dataset for edge in edges))
        self._growth.link(self._link(edge) for edge in edges)
        around: defaultdict[Vertex, dict[Vertex, int]] = defaultdict(dict)
        for edge in edges:
            job, dataset = self._ends(edge)
            if kind == "dataset":
                around[dataset][job] = edge.job
            else:
                around[job][dataset] = edge.dataset
        return self._growth.admit(around, side=side, distance=distance)

    def _name(self, kind: VertexKind, keys: Iterable[int]) -> None:
        assert kind != "column"
        missing = [key for key in keys if (kind, key) not in self._vertices]
        for key, name in self._view.names.of(kind, missing).items():
            self._vertices[kind, key] = Vertex(name, "", kind)

    def _ends(self, edge: Edge) -> tuple[Vertex, Vertex]:
        return self._vertices["job", edge.job], self._vertices["dataset", edge.dataset]

    def _link(self, edge: Edge) -> Link:
        job, dataset = self._ends(edge)
        if edge.direction == "input":
            return Link(origin=dataset, destination=job, state=edge.state)
        return Link(origin=job, destination=dataset, state=edge.state)


def only_jobs(graph: Graph) -> Graph:
    """Leave datasets out: a job that writes what another reads is linked to it, via the dataset.

    The start stays, whatever it is.
    """
    kept = {vertex for vertex in graph.distances if vertex.kind == "job"} | set(graph.start)
    into: defaultdict[Vertex, list[Vertex]] = defaultdict(list)
    out_of: defaultdict[Vertex, list[Vertex]] = defaultdict(list)
    links = [link for link in graph.links if link.origin in kept and link.destination in kept]
    for link in graph.links:
        if link.destination not in kept:
            into[link.destination].append(link.origin)
        if link.origin not in kept:
            out_of[link.origin].append(link.destination)
    via: defaultdict[tuple[Vertex, Vertex], list[Vertex]] = defaultdict(list)
    for dataset in sorted(into.keys() & out_of.keys()):
        for writer in into[dataset]:
            for reader in out_of[dataset]:
                via[writer, reader].append(dataset)
    links += (
        Link(origin=writer, destination=reader, via=tuple(dataset.name for dataset in datasets))
        for (writer, reader), datasets in via.items()
    )
    return Graph(
        start=graph.start,
        distances={vertex: graph.distances[vertex] for vertex in graph.distances if vertex in kept},
        keys=graph.keys,
        links=tuple(sorted(links, key=lambda link: link.order)),
        bands=tuple(band for band in graph.bands if band.vertex in kept),
        reason=graph.reason,
    )
