"""The lineage graph and the column graph, in Marquez's shapes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Response

from headwater.api.access import Reader
from headwater.api.marquez.column_graph import column_nodes
from headwater.api.marquez.full_names import FullName, find_job, full_names
from headwater.api.marquez.route import (
    MarquezRoute,
    answer,
    no_such_page,
    required,
    whole_number,
)
from headwater.api.marquez.shapes import Json, dataset_node_json, job_node_json
from headwater.errors import Invalid, Missing
from headwater.lineage.reading.view import LineageReads, LineageView
from headwater.model.lineage import Field, Name
from headwater.query.lineage.columns import ColumnWalk
from headwater.query.lineage.graph import Budget, Graph, Side, Vertex
from headwater.query.lineage.nodes import NodeId, node_id, parse_node
from headwater.query.lineage.tables import TableWalk
from headwater.query.lineage.walk import start_fields

_BUDGET = Budget(nodes=5_000, band=5_000)
_MOST_HOPS = 1_000
_DEFAULT_DEPTH = 20

Node = Annotated[str | None, Query(alias="nodeId", description="dataset:NS:NAME or job:NS:NAME.")]
Depth = Annotated[str | None, Query(description="How many jobs away from the node, at most.")]


def graph_router(reads: LineageReads) -> APIRouter:
    """Serve both graphs."""
    router = APIRouter(prefix="/api/v1", tags=["marquez"], route_class=MarquezRoute)

    @router.get("/lineage")
    def get_lineage(_principal: Reader, node: Node = None, depth: Depth = None) -> Response:
        """Return jobs that share datasets with a node, and those datasets."""
        wanted = _node(node)
        hops = _hops(depth)
        if wanted.kind not in ("dataset", "job"):
            raise Missing(f"Node '{node}' must be of type dataset or job!")
        with reads.view() as view:
            vertex, key = _start(view, wanted)
            graph = TableWalk(view, _BUDGET).around(vertex, key, depth=hops)
            nodes = table_nodes(view, graph)
        return _graph(nodes, graph)

    @router.get("/column-lineage")
    def get_column_lineage(
        _principal: Reader,
        node: Node = None,
        depth: Depth = None,
        downstream: Annotated[
            str | None, Query(alias="withDownstream", description="Also what is made of it.")
        ] = None,
    ) -> Response:
        """Return the columns that a node's columns are made of."""
        wanted = _node(node)
        hops = _hops(depth)
        both = (downstream or "").lower() == "true"
        if wanted.version is not None and both:
            raise Invalid("Node version cannot be specified when withDownstream is true")
        if wanted.kind == "run":
            raise Invalid(f"Node '{node}' must be of type dataset, datasetField or job!")
        sides: tuple[Side, ...] = ("up", "down") if both else ("up",)
        with reads.view() as view:
            start = _fields(view, wanted)
            graph = ColumnWalk(view, _BUDGET).directed(start, sides=sides, depth=hops)
            nodes = column_nodes(view, graph)
        return _graph(nodes, graph)

    return router


def _node(text: str | None) -> NodeId:
    try:
        return parse_node(required("nodeId", text))
    except Invalid as error:
        if "errors" in error.details:
            raise
        raise no_such_page() from error


def _hops(depth: str | None) -> int:
    return max(0, min(whole_number(depth, _DEFAULT_DEPTH), _MOST_HOPS))


def _start(view: LineageView, node: NodeId) -> tuple[Vertex, int]:
    names = [Name(*reading) for reading in node.readings]
    if node.kind == "dataset":
        found = view.names.first("dataset", names)
        if found is None:
            raise Missing(f"Dataset {names[0].name!r} not found.")
        return Vertex(found[1], "", "dataset"), found[0]
    job = _find_job(view, names)
    if job is None:
        raise Missing(f"Job {names[0].name!r} not found.")
    return Vertex(view.names.of("job", [job])[job], "", "job"), job


def _find_job(view: LineageView, names: list[Name]) -> int | None:
    for name in names:
        try:
            return find_job(view, name.namespace, name.name)[0]
        except Missing:
            continue
    return None


def _fields(view: LineageView, node: NodeId) -> list[Field]:
    try:
        if node.kind == "job":
            job = _find_job(view, [Name(*reading) for reading in node.readings])
            own = view.names.of("job", [job])[job] if job is not None else Name("", "")
            node = NodeId(kind="job", readings=((own.namespace, own.name),))
        return start_fields(view, node)
    except Missing as error:
        raise Missing("Could not find node") from error


def _graph(nodes: list[Json], graph: Graph) -> Response:
    document: Json = {"graph": sorted(nodes, key=lambda node: str(node["id"]))}
    if graph.reason is not None:
        document |= {"partial": True, "reason": graph.reason}
    return answer(document)


def table_nodes(view: LineageView, graph: Graph) -> list[Json]:
    """Return the jobs and datasets of a graph with their edges."""
    jobs = [graph.keys[vertex] for vertex in graph.distances if vertex.kind == "job"]
    datasets = [graph.keys[vertex] for vertex in graph.distances if vertex.kind == "dataset"]
    names = full_names(view, jobs)
    ids = {vertex: _id(vertex, graph, names) for vertex in graph.distances}
    latest = view.runs.latest_keys(jobs, 1)
    runs = view.runs.by_keys(run for listed in latest.values() for run in listed)
    job_values = view.jobs.by_keys(jobs, is_whole=False)
    dataset_values = view.datasets.by_keys(datasets)
    into: defaultdict[Vertex, list[Json]] = defaultdict(list)
    out_of: defaultdict[Vertex, list[Json]] = defaultdict(list)
    for link in graph.links:
        edge = {"origin": ids[link.origin], "destination": ids[link.destination]}
        into[link.destination].append(edge)
        out_of[link.origin].append(edge)
    sides = _sides(graph)
    nodes: list[Json] = []
    for vertex in graph.distances:
        key = graph.keys[vertex]
        if vertex.kind == "job":
            run = runs[latest[key][0]] if key in latest else None
            inputs, outputs = sides[vertex]
            job = replace(job_values[key], inputs=tuple(inputs), outputs=tuple(outputs))
            data = job_node_json(job, run, names)
        else:
            data = dataset_node_json(dataset_values[key])
        nodes.append(
            {
                "id": ids[vertex],
                "type": vertex.kind.upper(),
                "data": data,
                "inEdges": sorted(into[vertex], key=lambda edge: str(edge["origin"])),
                "outEdges": sorted(out_of[vertex], key=lambda edge: str(edge["destination"])),
            }
        )
    return nodes


def _sides(graph: Graph) -> dict[Vertex, tuple[list[Name], list[Name]]]:
    """Return what each job reads and writes, out of the links that the walk found."""
    sides: defaultdict[Vertex, tuple[list[Name], list[Name]]] = defaultdict(lambda: ([], []))
    for link in graph.links:
        if link.destination.kind == "job":
            sides[link.destination][0].append(link.origin.name)
        else:
            sides[link.origin][1].append(link.destination.name)
    return sides


def _id(vertex: Vertex, graph: Graph, names: dict[int, FullName]) -> str:
    if vertex.kind != "job":
        return vertex.id
    full = names[graph.keys[vertex]]
    return node_id("job", full.namespace, full.name)
