"""Questions about the lineage graph: finds where to start, then walks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal
from uuid import UUID

from headwater.errors import Invalid, Missing
from headwater.lineage.reading.lens import NOW, Lens
from headwater.lineage.reading.names import Kind
from headwater.lineage.reading.view import LineageReads, LineageView
from headwater.model.lineage import Field, Name, Run
from headwater.query.lineage.collapse import Collapse, collapsed
from headwater.query.lineage.columns import ColumnWalk
from headwater.query.lineage.graph import Budget, Graph, Side, Vertex
from headwater.query.lineage.nodes import NodeId
from headwater.query.lineage.run_walk import RunWalk
from headwater.query.lineage.spread import columns_of, is_read
from headwater.query.lineage.tables import TableWalk, only_jobs

Towards = Literal["up", "down", "both"]
Level = Literal["dataset", "job", "column", "run"]

_SIDES: Final[dict[Towards, tuple[Side, ...]]] = {
    "up": ("up",),
    "down": ("down",),
    "both": ("up", "down"),
}


class LineageGraph:
    """Walks the graph under a budget, as it is now or through a lens; blocking, so call it
    from a thread."""

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
        lens: Lens = NOW,
        collapse: Collapse | None = None,
    ) -> Graph:
        """Answer with what a node comes from, or what comes from it.

        Raises `Missing` for a node that does not exist, `Invalid` for one of another level.
        """
        sides = _SIDES[towards]
        with self._reads.view(lens) as view:
            graph = _walked(view, node, level, budget or Budget(), sides=sides, depth=depth)
            if collapse is None:
                return graph
            return collapsed(view, graph, collapse)


def _walked(
    view: LineageView,
    node: NodeId,
    level: Level,
    budget: Budget,
    *,
    sides: Sequence[Side],
    depth: int,
) -> Graph:
    if level == "run":
        return RunWalk(view, budget).directed(start_runs(view, node), sides=sides, depth=depth)
    if level == "column" or node.kind == "datasetField":
        start = start_fields(view, node)
        asked = _name_asked(view, node)
        return ColumnWalk(view, budget).directed(start, sides=sides, depth=depth, asked=asked)
    if node.kind == "run":
        jobs = [run.job_key for run in _runs_of(view, node)]
        graph = TableWalk(view, budget).directed_from_jobs(jobs, sides=sides, depth=depth)
    else:
        kind, key, name = start_of(view, node)
        walk = TableWalk(view, budget)
        graph = walk.directed(Vertex(name, "", kind), key, sides=sides, depth=depth)
    return only_jobs(graph) if level == "job" else graph


def start_runs(view: LineageView, node: NodeId) -> list[str]:
    """Find the runs that a node id means: itself, a job's latest, or who last wrote a dataset."""
    if node.kind == "run":
        return [_runs_of(view, node)[0].id]
    kind, key, name = start_of(view, node)
    if kind == "job":
        latest = view.runs.latest_keys([key], 1).get(key, [])
    else:
        latest = list(view.freshness.last_writes([key]).values())
    if not latest:
        raise Missing(f"no run of {kind} {name.name!r} is known")
    return [view.runs.by_keys(latest, is_whole=False)[latest[0]].id]


def _runs_of(view: LineageView, node: NodeId) -> list[Run]:
    text = node.readings[0][0]
    try:
        keys = view.runs.keys_by_id(UUID(text))
    except ValueError:
        raise Invalid(f"run {text!r} is no UUID", hint="write run:UUID") from None
    if not keys:
        raise Missing(f"there is no run {text}")
    runs = view.runs.by_keys(keys, is_whole=False)
    return [runs[key] for key in keys]


def _name_asked(view: LineageView, node: NodeId) -> Name | None:
    """Return the name under which a dataset was asked for."""
    if node.kind == "job":
        return None
    readings = [Name(*reading[:2]) for reading in node.readings]
    found = view.names.first("dataset", readings)
    return None if found is None else found[1]


def start_of(view: LineageView, node: NodeId) -> tuple[Kind, int, Name]:
    """Find the dataset or job that a node id means."""
    if node.kind not in ("dataset", "job"):
        raise Invalid(f"node kind {node.kind!r} has no place in the graph of datasets and jobs")
    kind: Kind = "job" if node.kind == "job" else "dataset"
    readings = [Name(*reading) for reading in node.readings]
    found = view.names.first(kind, readings) or _hidden_by_now(view, kind, readings)
    if found is None:
        raise missing_node(view, kind, readings)
    return kind, found[0], found[1]


def missing_node(view: LineageView, kind: Kind, readings: Sequence[Name]) -> Missing:
    """Return the error for a node that is not to be seen: deleted, or never named by an event."""
    name = readings[0]
    if any(view.hidden.find(kind, reading) for reading in readings):
        hint = "it was deleted: `headwater lineage undelete` or its next event brings it back"
    else:
        hint = "`headwater search` and /api/v2/search find nodes by parts of their names"
    return Missing(f"there is no {kind} {name.name!r} in namespace {name.namespace!r}", hint=hint)


def _hidden_by_now(
    view: LineageView, kind: Kind, readings: Sequence[Name]
) -> tuple[int, Name] | None:
    """Find what is hidden now and was not in the moment that the view's lens shows."""
    for name in readings:
        found = view.hidden.find(kind, name)
        if found is not None and not view.entities.of(kind, [found.key])[found.key].is_hidden:
            return found.key, name
    return None


def start_fields(view: LineageView, node: NodeId) -> list[Field]:
    """Find the columns that a node id means: one, those of a dataset, those that a job writes."""
    if node.kind == "datasetField":
        return [_one_field(view, node.readings)]
    kind, key, _ = start_of(view, node)
    datasets = view.columns.written_by(key) if kind == "job" else {key}
    return [
        Field(dataset, name) for dataset in sorted(datasets) for name in columns_of(view, dataset)
    ]


def _one_field(view: LineageView, readings: Sequence[tuple[str, ...]]) -> Field:
    for namespace, name, column in readings:
        dataset = view.names.find("dataset", Name(namespace, name))
        if dataset is None:
            continue
        field = Field(dataset, column)
        if column in columns_of(view, dataset) or is_read(view, field):
            return field
    raise Missing(f"column {readings[0][2]!r} of dataset {readings[0][1]!r} not found")
