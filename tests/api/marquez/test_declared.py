"""Edges that `lineage` facets declare, and other names of datasets, in Marquez's graph."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

Edge = tuple[str, str]


def source(name: str) -> dict[str, Any]:
    return {"namespace": "ns", "name": name, "type": "DATASET"}


def declaring(event: dict[str, Any], *entries: dict[str, Any]) -> dict[str, Any]:
    event["job"]["facets"] = {"lineage": {"entries": list(entries)}}
    return event


def dataset_event(name: str, *sources: str) -> dict[str, Any]:
    return {
        "eventTime": "2026-03-01T12:00:00Z",
        "producer": "urn:test",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/DatasetEvent",
        "dataset": {
            "namespace": "ns",
            "name": name,
            "facets": {"lineage": {"inputs": [source(one) for one in sources]}},
        },
    }


def graph(server: Any, node: str, depth: int = 20) -> tuple[dict[str, Any], set[Edge]]:
    """Return the nodes by id and the edges, which both of their ends have to tell alike."""
    found = server.get("/api/v1/lineage", nodeId=node, depth=depth)
    assert found.status_code == 200, found.text
    nodes = {each["id"]: each for each in found.json()["graph"]}
    edges = {
        side: {(e["origin"], e["destination"]) for node in nodes.values() for e in node[side]}
        for side in ("inEdges", "outEdges")
    }
    assert edges["inEdges"] == edges["outEdges"]
    assert {end for edge in edges["inEdges"] for end in edge} <= nodes.keys()
    return nodes, edges["inEdges"]


def both(server: Any, node: str) -> tuple[set[Edge], set[Edge]]:
    """Return the edges of Marquez's graph, and those of ours."""
    found = server.get("/api/v2/lineage", node=node, depth=20).json()
    ours = {(edge["from"], edge["to"]) for edge in found["edges"]}
    return graph(server, node)[1], ours


def test_what_an_output_is_declared_to_come_from_is_an_edge_into_it(
    server: Any, event: Any
) -> None:
    said = {"type": "DATASET", "namespace": "ns", "name": "b", "inputs": [source("hidden source")]}
    server.post(declaring(event("COMPLETE", inputs=("a",), outputs=("b",)), said))
    nodes, edges = graph(server, "dataset:ns:b")
    assert ("dataset:ns:hidden source", "dataset:ns:b") in edges
    assert nodes["dataset:ns:hidden source"]["data"]["name"] == "hidden source"
    assert graph(server, "dataset:ns:hidden source")[1] == edges


def test_jobs_that_feed_jobs_are_edges_and_no_inputs_of_them(server: Any, event: Any) -> None:
    job = {"type": "JOB", "namespace": "ns", "name": "before"}
    server.post(
        event("COMPLETE", job="before", run=1),
        declaring(
            event("COMPLETE", job="after", run=2, inputs=("a",)), {"type": "JOB", "inputs": [job]}
        ),
    )
    nodes, edges = graph(server, "job:ns:after")
    assert edges == {("dataset:ns:a", "job:ns:after"), ("job:ns:before", "job:ns:after")}
    assert nodes["job:ns:after"]["data"]["inputs"] == [{"namespace": "ns", "name": "a"}]
    assert graph(server, "job:ns:after", depth=0)[0].keys() == {"dataset:ns:a", "job:ns:after"}


def test_datasets_declared_without_any_job_are_followed_hop_by_hop(server: Any) -> None:
    server.post(dataset_event("b", "a"), dataset_event("c", "b"), dataset_event("d", "c"))
    chain = [f"dataset:ns:{name}" for name in "abcd"]
    assert graph(server, chain[0])[1] == set(pairwise(chain))
    assert graph(server, chain[0], depth=0)[0].keys() == set(chain[:2])
    assert graph(server, chain[0], depth=1)[0].keys() == set(chain[:3])


def test_both_graphs_have_the_same_edges(server: Any, event: Any) -> None:
    linked = event("COMPLETE", job="write", run=1, inputs=("raw",), outputs=("files",))
    linked["outputs"][0]["facets"] = {"symlinks": {"identifiers": [source("table")]}}
    said = {"type": "DATASET", "namespace": "ns", "name": "top", "inputs": [source("lookup")]}
    server.post(
        linked,
        declaring(event("COMPLETE", job="read", run=2, inputs=("table",), outputs=("top",)), said),
        dataset_event("raw", "landing"),
    )
    for node in ("job:ns:write", "job:ns:read"):
        marquez, ours = both(server, node)
        assert marquez >= ours
        assert ("dataset:ns:landing", "dataset:ns:raw") in marquez
        assert ("dataset:ns:lookup", "dataset:ns:top") in marquez
        assert {job for _, job in marquez} >= {"job:ns:write", "job:ns:read"}


def test_who_wrote_what_a_run_read_is_found_by_its_other_names(server: Any, event: Any) -> None:
    linked = event("COMPLETE", job="write", run=1, at="2026-03-01T08:00:00Z", outputs=("files",))
    linked["outputs"][0]["facets"] = {"symlinks": {"identifiers": [source("table")]}}
    server.post(
        linked,
        event("COMPLETE", job="read", run=2, at="2026-03-01T09:00:00Z", inputs=("table",)),
    )
    ids = [linked["run"]["runId"], "00000000-0000-4000-8000-000000000002"]
    found = server.get(f"/api/v1/runlineage/upstream?runId={ids[1]}").json()["runs"]
    assert [run["run"]["id"] for run in found] == [ids[1], ids[0]]
    assert [(i["name"], i["producedByRunId"]) for i in found[0]["inputs"]] == [("table", ids[0])]
