"""Walks between columns, upwards to what they are made of and downwards to what is made of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from headwater.lineage.reading.view import LineageView
from headwater.model.lineage import ColumnEdge, Field, Name
from headwater.query.lineage.graph import Budget, Graph, Growth, Link, Side, Vertex, VertexKind


class ColumnWalk:
    """One walk over one view; a dataset as a whole stands for a dependency of all its rows."""

    def __init__(self, view: LineageView, budget: Budget) -> None:
        self._view = view
        self._growth = Growth(budget)
        self._datasets: dict[int, Name] = {}
        self._jobs: dict[int, Name] = {}

    def directed(self, start: Iterable[Field], *, sides: Sequence[Side], depth: int) -> Graph:
        """Follow columns from `start`; a hop is one job."""
        fields = list(start)
        self._name(fields, ())
        self._growth.begin((self._vertex(field), field.dataset) for field in fields)
        for side in sides:
            frontier = set(fields)
            for distance in range(1, depth + 1):
                if not frontier:
                    break
                frontier = self._step(frontier, side=side, distance=distance)
        return self._growth.finish()

    def _step(self, frontier: set[Field], *, side: Side, distance: int) -> set[Field]:
        if side == "up":
            edges = self._view.columns.into(frontier)
        else:
            edges = self._view.columns.out_of(field for field in frontier if field.column)
        self._name(
            (field for edge in edges for field in (edge.input, edge.output)),
            (edge.job for edge in edges if edge.job is not None),
        )
        around: defaultdict[Vertex, dict[Vertex, int]] = defaultdict(dict)
        fields: dict[Vertex, Field] = {}
        wholes: dict[Vertex, dict[Vertex, int]] = {}
        for edge in edges:
            near, far = (edge.output, edge.input) if side == "up" else (edge.input, edge.output)
            fields[self._vertex(far)] = far
            around[self._vertex(near)][self._vertex(far)] = far.dataset
            if side == "up" and not near.column:
                wholes.setdefault(self._vertex(near), {})[self._vertex(near)] = near.dataset
        self._growth.link(self._link(edge) for edge in edges)
        self._growth.admit(wholes, side=side, distance=distance - 1)
        taken = self._growth.admit(around, side=side, distance=distance)
        return {fields[vertex] for vertex in taken}

    def _name(self, fields: Iterable[Field], jobs: Iterable[int]) -> None:
        datasets = {field.dataset for field in fields} - self._datasets.keys()
        self._datasets.update(self._view.names.of("dataset", datasets))
        self._jobs.update(self._view.names.of("job", set(jobs) - self._jobs.keys()))

    def _vertex(self, field: Field) -> Vertex:
        kind: VertexKind = "column" if field.column else "dataset"
        return Vertex(self._datasets[field.dataset], field.column, kind)

    def _link(self, edge: ColumnEdge) -> Link:
        return Link(
            origin=self._vertex(edge.input),
            destination=self._vertex(edge.output),
            job=None if edge.job is None else self._jobs[edge.job],
            kind=edge.kind,
            subtype=edge.subtype,
            is_masked=edge.is_masked,
        )
