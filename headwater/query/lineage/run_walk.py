"""Walks between runs: a run feeds another if that one read what it had written last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from headwater.lineage.reading.view import LineageView
from headwater.model.lineage import Name
from headwater.query.lineage.graph import Budget, Graph, Growth, Link, Side, Vertex


class RunWalk:
    """One walk over one view; runs of several jobs that share an id are one node."""

    def __init__(self, view: LineageView, budget: Budget) -> None:
        self._view = view
        self._growth: Growth[str] = Growth(budget)
        self._keys: dict[str, tuple[int, ...]] = {}
        self._via: defaultdict[tuple[str, str], set[int]] = defaultdict(set)

    def directed(self, start: Iterable[str], *, sides: Sequence[Side], depth: int) -> Graph:
        """Follow dataset versions from runs, given by id; a hop is one run."""
        ids = sorted(start)
        self._learn(ids)
        self._growth.begin(ids)
        for side in sides:
            frontier = ids
            for distance in range(1, depth + 1):
                if not frontier:
                    break
                frontier = self._step(frontier, side=side, distance=distance)
        return self._finish()

    def _step(self, frontier: list[str], *, side: Side, distance: int) -> list[str]:
        near = {key: run for run in frontier for key in self._keys[run]}
        edges = self._into(near) if side == "up" else self._out_of(near)
        around: defaultdict[str, set[str]] = defaultdict(set)
        for one, other, dataset in edges:
            if one == other:
                continue
            ends = (other, one) if side == "up" else (one, other)
            self._via[ends].add(dataset)
            around[one].add(other)
        self._growth.count_edges(len(self._via))
        return self._growth.admit(around, side=side, distance=distance, named=self._vertices_of)

    def _into(self, near: dict[int, str]) -> list[tuple[str, str, int]]:
        """Return (reader, writer, dataset) for readers."""
        found = self._view.run_lineage.writers(near)
        written = self._view.run_lineage.visible(found, towards="writer")
        writers = {writer.id for writer in written.values() if writer.id is not None}
        self._learn(writers)
        return [
            (near[reader], writer.id, dataset)
            for (reader, dataset), writer in written.items()
            if writer.id is not None
        ]

    def _out_of(self, near: dict[int, str]) -> list[tuple[str, str, int]]:
        """Return (writer, reader, dataset) for writers."""
        readers = self._view.run_lineage.readers_since(near)
        written = self._view.run_lineage.visible(
            self._view.run_lineage.writers(readers), towards="reader"
        )
        found = [
            (near[writer.key], reader, dataset)
            for (reader, dataset), writer in written.items()
            if writer.key in near
        ]
        ids = self._view.run_lineage.ids_of({reader for _, reader, _ in found})
        self._learn(ids.values())
        return [(writer, ids[reader], dataset) for writer, reader, dataset in found]

    def _learn(self, ids: Iterable[str]) -> None:
        for run in set(ids) - self._keys.keys():
            self._keys[run] = tuple(self._view.runs.keys_by_id(UUID(run)))

    def _vertices_of(self, runs: Collection[str]) -> dict[str, Vertex]:
        found = self._view.runs.by_keys((self._keys[run][0] for run in runs), is_whole=False)
        return {run: Vertex(found[self._keys[run][0]].job, run, "run") for run in runs}

    def _finish(self) -> Graph:
        nodes = self._growth.distances
        vertices = self._vertices_of(nodes)
        via = {ends: found for ends, found in self._via.items() if {*ends} <= nodes.keys()}
        datasets = self._view.entities.of("dataset", {d for found in via.values() for d in found})
        links = [
            Link(
                origin=vertices[origin],
                destination=vertices[destination],
                via=_names(datasets[key].name for key in found),
            )
            for (origin, destination), found in via.items()
        ]
        keys = {vertex: self._keys[run][0] for run, vertex in vertices.items()}
        return self._growth.graph(vertices, links, keys=keys)


def _names(names: Iterable[Name]) -> tuple[Name, ...]:
    return tuple(sorted(names))
