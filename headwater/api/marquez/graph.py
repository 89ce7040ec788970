"""The lineage graph and the column graph, in Marquez's shapes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from headwater.api.access import Reader
from headwater.api.marquez.column_graph import column_nodes
from headwater.api.marquez.full_names import find_job
from headwater.api.marquez.graph_nodes import graph_document, graph_nodes
from headwater.api.marquez.route import (
    MarquezRoute,
    json_bytes,
    no_such_page,
    required,
    whole_number,
)
from headwater.errors import Invalid, Missing
from headwater.lineage.reading.view import LineageReads, LineageView
from headwater.model.lineage import Field, Name
from headwater.query.lineage.columns import ColumnWalk
from headwater.query.lineage.graph import Budget, Side, Vertex
from headwater.query.lineage.nodes import NodeId, parse_node
from headwater.query.lineage.tables import TableWalk
from headwater.query.lineage.walk import start_fields

_BUDGET = Budget(nodes=5_000, edges=50_000, band=5_000)
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
            nodes = graph_nodes(view, graph)
        return _json(graph_document(nodes, graph.reason))

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
            found = sorted(column_nodes(view, graph), key=lambda node: str(node["id"]))
        return _json(graph_document(map(json_bytes, found), graph.reason))

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


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json")
