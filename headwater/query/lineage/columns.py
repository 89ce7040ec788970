"""Walks between columns, upwards to what they are made of and downwards to what is made of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from headwater.lineage.reading.view import LineageView
from headwater.model.lineage import ColumnEdge, Field, Name
from headwater.query.lineage.graph import Budget, Graph, Growth, Link, Side, Vertex, VertexKind


class ColumnWalk:
    """One walk over one view; a dataset as a whole stands for a dependency of all its rows.

    Columns of datasets that are one by their symlinks are columns of the first of them.
    """

    def __init__(self, view: LineageView, budget: Budget) -> None:
        self._view = view
        self._growth: Growth[Field] = Growth(budget)
        self._edges: dict[ColumnEdge, None] = {}
        self._asked: dict[int, Name] = {}
        self._apart: set[int] = set()

    def directed(
        self,
        start: Iterable[Field],
        *,
        sides: Sequence[Side],
        depth: int,
        asked: Name | None = None,
    ) -> Graph:
        """Follow columns from `start`; a hop is one job.

        `asked` is the name under which the dataset of all starts was asked for.
        """
        given = list(start)
        roots = self._roots({field.dataset for field in given})
        fields = list(dict.fromkeys(Field(roots[f.dataset], f.column) for f in given))
        if asked is not None:
            self._asked = {field.dataset: asked for field in fields}
        self._growth.begin(fields)
        for side in sides:
            frontier = set(fields)
            for distance in range(1, depth + 1):
                if not frontier:
                    break
                frontier = self._step(frontier, side=side, distance=distance)
        return self._finish()

    def _step(self, frontier: set[Field], *, side: Side, distance: int) -> set[Field]:
        around: defaultdict[Field, set[Field]] = defaultdict(set)
        wholes: defaultdict[Field, set[Field]] = defaultdict(set)
        for edge in self._found(frontier, side):
            self._edges[edge] = None
            near, far = (edge.output, edge.input) if side == "up" else (edge.input, edge.output)
            around[near].add(far)
            if side == "up" and not near.column:
                wholes[near].add(near)
        self._growth.count_edges(len(self._edges))
        named = self._vertices_of
        self._growth.admit(wholes, side=side, distance=distance - 1, named=named)
        return set(self._growth.admit(around, side=side, distance=distance, named=named))

    def _found(self, frontier: set[Field], side: Side) -> list[ColumnEdge]:
        """Return the edges on one side, their ends in the datasets that stand for others."""
        components = self._view.entities.components({field.dataset for field in frontier})
        wanted = [
            Field(member, field.column)
            for field in frontier
            for member in components[field.dataset].members
        ]
        if side == "up":
            edges = self._view.columns.into(wanted)
        else:
            edges = self._view.columns.out_of(field for field in wanted if field.column)
        roots = self._roots({end.dataset for edge in edges for end in (edge.input, edge.output)})
        if all(dataset == root for dataset, root in roots.items()):
            return list(edges)
        return [
            ColumnEdge(
                output=Field(roots[edge.output.dataset], edge.output.column),
                input=Field(roots[edge.input.dataset], edge.input.column),
                job=edge.job,
                kind=edge.kind,
                subtype=edge.subtype,
                is_masked=edge.is_masked,
                state=edge.state,
            )
            for edge in edges
        ]

    def _roots(self, datasets: Collection[int]) -> dict[int, int]:
        components = self._view.entities.components(datasets)
        self._apart |= {key for key, one in components.items() if not one.is_whole}
        return {dataset: one.members[0] for dataset, one in components.items()}

    def _vertices_of(self, fields: Collection[Field]) -> dict[Field, Vertex]:
        found = self._view.entities.of("dataset", {field.dataset for field in fields})
        names = {key: entity.name for key, entity in found.items()} | {
            key: name for key, name in self._asked.items() if key in found
        }
        return {field: Vertex(names[field.dataset], field.column, _kind(field)) for field in fields}

    def _finish(self) -> Graph:
        nodes = self._growth.distances
        vertices = self._vertices_of(nodes)
        edges = [edge for edge in self._edges if edge.input in nodes and edge.output in nodes]
        jobs = self._view.entities.of("job", {e.job for e in edges if e.job is not None})
        links = [
            Link(
                origin=vertices[edge.input],
                destination=vertices[edge.output],
                state=edge.state,
                job=None if edge.job is None else jobs[edge.job].name,
                kind=edge.kind,
                subtype=edge.subtype,
                is_masked=edge.is_masked,
            )
            for edge in edges
        ]
        components = self._view.entities.components({field.dataset for field in nodes})
        named = self._view.entities.of(
            "dataset", {member for one in components.values() for member in one.members}
        )
        facts = {
            root: next((m for m in one.members if named[m].standing), root)
            for root, one in components.items()
        }
        keys = {vertex: facts[field.dataset] for field, vertex in vertices.items()}
        graph = self._growth.graph(vertices, links, keys=keys)
        apart = {
            Vertex(v.name, "", "dataset") for f, v in vertices.items() if f.dataset in self._apart
        }
        reason = graph.reason
        if apart and reason is None:
            reason = "datasets with too many symlinks are not merged; see unmerged"
        return replace(graph, unmerged=tuple(sorted(apart)), reason=reason)


def _kind(field: Field) -> VertexKind:
    return "column" if field.column else "dataset"
