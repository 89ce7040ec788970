"""What tests say of graphs, and of events that make them."""

from __future__ import annotations

from typing import Any

from headwater.query.lineage.graph import Graph


def names(graph: Graph, kind: str = "dataset") -> dict[str, int]:
    return {v.name.name: at for v, at in graph.distances.items() if v.kind == kind}


def links(graph: Graph) -> set[tuple[str, str, str]]:
    return {(k.origin.name.name, k.destination.name.name, k.state) for k in graph.links}


def with_facets(event: dict[str, Any], dataset: str, **facets: Any) -> dict[str, Any]:
    """Return the event with facets on one of its inputs or outputs."""
    for one in (*event["inputs"], *event["outputs"]):
        if one["name"] == dataset:
            one["facets"] = {**one.get("facets", {}), **facets}
    return event


def symlinks(*names: str, type_: str = "TABLE") -> dict[str, Any]:
    return {"identifiers": [{"namespace": "ns", "name": n, "type": type_} for n in names]}


def entry(*inputs: str, name: str | None = None, job: bool = False) -> dict[str, Any]:
    sources = [{"namespace": "ns", "name": one, "type": "DATASET"} for one in inputs]
    if job:
        return {"type": "JOB", "inputs": sources}
    return {"namespace": "ns", "name": name, "type": "DATASET", "inputs": sources}


def dataset_event(name: str, minute: int, **facets: Any) -> dict[str, Any]:
    return {
        "eventTime": f"2026-03-01T12:{minute:02d}:00Z",
        "producer": "urn:test",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/DatasetEvent",
        "dataset": {"namespace": "ns", "name": name, "facets": facets},
    }


def all_names(graph: Graph) -> set[str]:
    return {vertex.name.name for vertex in graph.distances}
