"""Nodes of the column graph; incoming edges point backwards, as Marquez's UI expects them."""

from __future__ import annotations

from collections import defaultdict

from headwater.api.marquez.shapes import transformation_json
from headwater.lineage.reading.view import LineageView
from headwater.model.json import JsonObject
from headwater.model.lineage import Dataset
from headwater.query.lineage.graph import Graph, Link, Vertex
from headwater.query.lineage.schemas import fields_of, said_by


def column_nodes(view: LineageView, graph: Graph) -> list[JsonObject]:
    """Return the columns of a graph that have an edge; whole datasets have no place here."""
    datasets = view.datasets.by_keys(set(graph.keys.values()))
    into: defaultdict[Vertex, list[Link]] = defaultdict(list)
    out_of: defaultdict[Vertex, list[Link]] = defaultdict(list)
    for link in graph.links:
        if link.origin.kind == "column" and link.destination.kind == "column":
            into[link.destination].append(link)
            out_of[link.origin].append(link)
    return [
        _node(vertex, datasets, graph, into=into[vertex], out_of=out_of[vertex])
        for vertex in graph.distances
        if into[vertex] or out_of[vertex]
    ]


def _node(
    vertex: Vertex,
    datasets: dict[int, Dataset],
    graph: Graph,
    *,
    into: list[Link],
    out_of: list[Link],
) -> JsonObject:
    dataset = datasets[graph.keys[vertex]]
    how = transformation_json(_said(dataset, vertex.column) if into else {})
    if into and how["transformationType"] is None:
        how["transformationType"] = into[0].subtype
    sources = list(dict.fromkeys(link.origin for link in into))
    targets = list(dict.fromkeys(link.destination for link in out_of))
    types = {field.name: field.type for field in fields_of(dataset.facets)}
    return {
        "id": vertex.id,
        "type": "DATASET_FIELD",
        "data": {
            **_place(vertex, dataset),
            "fieldType": (types.get(vertex.column) or "") if into else "",
            **how,
            "inputFields": [
                {**_place(source, datasets[graph.keys[source]]), **how} for source in sources
            ],
        },
        "inEdges": [{"origin": vertex.id, "destination": source.id} for source in sources],
        "outEdges": [{"origin": vertex.id, "destination": target.id} for target in targets],
    }


def _place(vertex: Vertex, dataset: Dataset) -> JsonObject:
    return {
        "namespace": vertex.name.namespace,
        "dataset": vertex.name.name,
        "datasetVersion": dataset.version,
        "field": vertex.column,
    }


def _said(dataset: Dataset, column: str) -> JsonObject:
    fields = said_by(dataset.facets, "columnLineage").get("fields")
    said = fields.get(column) if isinstance(fields, dict) else None
    return said if isinstance(said, dict) else {}
