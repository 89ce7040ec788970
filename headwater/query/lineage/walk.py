"""Questions about the lineage graph: finds where to start, then walks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from headwater.errors import Invalid, Missing
from headwater.lineage.reading.names import Kind
from headwater.lineage.reading.view import LineageReads, LineageView
from headwater.model.lineage import Field, Name
from headwater.query.lineage.columns import ColumnWalk
from headwater.query.lineage.graph import Budget, Graph, Side, Vertex
from headwater.query.lineage.nodes import NodeId
from headwater.query.lineage.schemas import fields_of
from headwater.query.lineage.tables import TableWalk, only_jobs

Towards = Literal["up", "down", "both"]
Level = Literal["dataset", "job", "column"]

_SIDES: Final[dict[Towards, tuple[Side, ...]]] = {
    "up": ("up",),
    "down": ("down",),
    "both": ("up", "down"),
}


class LineageGraph:
    """Walks the graph as it is now, under a budget; blocking, so call it from a thread."""

    def __init__(self, reads: LineageReads) -> None:
        self._reads = reads

    def walk(
        self,
        node: NodeId,
        *,
        towards: Towards = "both",
        depth: int = 5,
        level: Level = "dataset",
        budget: Budget | None = None,
    ) -> Graph:
        """Answer with what a node comes from, or what comes from it.

        Raises `Missing` for a node that does not exist, `Invalid` for one of another level.
        """
        allowed = budget or Budget()
        sides = _SIDES[towards]
        with self._reads.view() as view:
            if level == "column" or node.kind == "datasetField":
                start = start_fields(view, node)
                return ColumnWalk(view, allowed).directed(start, sides=sides, depth=depth)
            kind, key, name = start_of(view, node)
            walk = TableWalk(view, allowed)
            graph = walk.directed(Vertex(name, "", kind), key, sides=sides, depth=depth)
            return only_jobs(graph) if level == "job" else graph


def start_of(view: LineageView, node: NodeId) -> tuple[Kind, int, Name]:
    """Find the dataset or job that a node id means."""
    if node.kind not in ("dataset", "job"):
        raise Invalid(f"node kind {node.kind!r} has no place in the graph of datasets and jobs")
    kind: Kind = "job" if node.kind == "job" else "dataset"
    readings = [Name(*reading) for reading in node.readings]
    found = view.names.first(kind, readings)
    if found is None:
        raise Missing(f"{kind.capitalize()} {readings[0].name!r} not found.")
    return kind, found[0], found[1]


def start_fields(view: LineageView, node: NodeId) -> list[Field]:
    """Find the columns that a node id means: one, those of a dataset, those that a job writes."""
    if node.kind == "datasetField":
        return [_one_field(view, node.readings)]
    kind, key, _ = start_of(view, node)
    datasets = view.columns.written_by(key) if kind == "job" else {key}
    return [
        Field(dataset, name) for dataset in sorted(datasets) for name in _columns(view, dataset)
    ]


def _one_field(view: LineageView, readings: Sequence[tuple[str, ...]]) -> Field:
    for namespace, name, column in readings:
        dataset = view.names.find("dataset", Name(namespace, name))
        if dataset is None:
            continue
        field = Field(dataset, column)
        if column in _columns(view, dataset) or view.columns.out_of([field]):
            return field
    raise Missing(f"column {readings[0][2]!r} of dataset {readings[0][1]!r} not found")


def _columns(view: LineageView, dataset: int) -> list[str]:
    facets = view.facets.of_datasets([dataset]).get(dataset, {})
    known = [field.name for field in fields_of(facets)]
    return list(dict.fromkeys([*known, *view.columns.described(dataset)]))
