"""Nodes of the lineage graph as JSON; what a node says of itself is remembered as bytes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from headwater.api.marquez.full_names import FullName, full_names
from headwater.api.marquez.node_texts import NodeTexts
from headwater.api.marquez.route import json_bytes
from headwater.api.marquez.shapes import Sides
from headwater.lineage.reading.memory import Shelf
from headwater.lineage.reading.view import LineageView
from headwater.model.lineage import Name
from headwater.query.lineage.graph import Graph, Vertex
from headwater.query.lineage.nodes import node_id


class _JobData(NamedTuple):
    """What a job says of itself under a name, with these inputs and outputs."""

    name: FullName
    sides: Sides
    json: bytes


class _DatasetData(NamedTuple):
    """What a dataset says of itself under a name."""

    name: Name
    json: bytes


_JOBS: Final = Shelf[_JobData]("marquez node", "reader")
_DATASETS: Final = Shelf[_DatasetData]("marquez node", "dataset")


def graph_nodes(view: LineageView, graph: Graph) -> list[bytes]:
    """Return the jobs and datasets of a graph with their edges, sorted by id."""
    jobs = [graph.keys[vertex] for vertex in graph.distances if vertex.kind == "job"]
    names = full_names(view, jobs)
    texts = {vertex: _id(vertex, graph, names) for vertex in graph.distances}
    ids = {vertex: json_bytes(text) for vertex, text in texts.items()}
    into: defaultdict[Vertex, list[tuple[str, bytes]]] = defaultdict(list)
    out_of: defaultdict[Vertex, list[tuple[str, bytes]]] = defaultdict(list)
    for link in graph.links:
        edge = b'{"origin":%b,"destination":%b}' % (ids[link.origin], ids[link.destination])
        into[link.destination].append((texts[link.origin], edge))
        out_of[link.origin].append((texts[link.destination], edge))
    data = _data(view, graph, names)
    return [
        b'{"id":%b,"type":"%b","data":%b,"inEdges":%b,"outEdges":%b}'
        % (
            ids[vertex],
            vertex.kind.upper().encode(),
            data[vertex],
            _edges(into.get(vertex, ())),
            _edges(out_of.get(vertex, ())),
        )
        for vertex in sorted(graph.distances, key=texts.__getitem__)
    ]


def _edges(edges: Sequence[tuple[str, bytes]]) -> bytes:
    if len(edges) < 2:  # as most nodes have it
        return b"[%b]" % edges[0][1] if edges else b"[]"
    return b"[%b]" % b",".join([edge for _, edge in sorted(edges)])


def _id(vertex: Vertex, graph: Graph, names: Mapping[int, FullName]) -> str:
    if vertex.kind != "job":
        return vertex.id
    full = names[graph.keys[vertex]]
    return node_id("job", full.namespace, full.name)


def _data(view: LineageView, graph: Graph, names: Mapping[int, FullName]) -> dict[Vertex, bytes]:
    jobs = {graph.keys[vertex]: vertex for vertex in graph.distances if vertex.kind == "job"}
    datasets = {graph.keys[v]: v for v in graph.distances if v.kind == "dataset"}
    sides = _sides(graph)

    def load_jobs(missing: Collection[int]) -> dict[int, _JobData]:
        return _job_data(view, names, {job: sides[jobs[job]] for job in missing})

    def load_datasets(missing: Collection[int]) -> dict[int, _DatasetData]:
        return _dataset_data(view, {key: datasets[key].name for key in missing})

    job_data = view.recall.of(_JOBS, jobs, load_jobs)
    changed = {
        job
        for job, held in job_data.items()
        if held.name != names[job] or held.sides != sides[jobs[job]]
    }
    if changed:
        job_data |= view.recall.renew(_JOBS, load_jobs(changed))
    dataset_data = view.recall.of(_DATASETS, datasets, load_datasets)
    renamed = {key for key, held in dataset_data.items() if held.name != datasets[key].name}
    if renamed:
        dataset_data |= load_datasets(renamed)
    return {vertex: job_data[job].json for job, vertex in jobs.items()} | {
        vertex: dataset_data[key].json for key, vertex in datasets.items()
    }


def _sides(graph: Graph) -> defaultdict[Vertex, Sides]:
    """Return what runs of each job read and write, out of the links that the walk found."""
    found: defaultdict[Vertex, tuple[list[Name], list[Name]]] = defaultdict(lambda: ([], []))
    for link in graph.links:
        if link.is_declared:
            continue
        if link.destination.kind == "job":
            found[link.destination][0].append(link.origin.name)
        else:
            found[link.origin][1].append(link.destination.name)
    sides: defaultdict[Vertex, Sides] = defaultdict(lambda: ((), ()))
    sides.update((vertex, (tuple(i), tuple(o))) for vertex, (i, o) in found.items())
    return sides


def _job_data(
    view: LineageView, names: Mapping[int, FullName], sides: Mapping[int, Sides]
) -> dict[int, _JobData]:
    texts = NodeTexts(view).jobs(names, sides)
    return {key: _JobData(names[key], used, texts[key]) for key, used in sides.items()}


def _dataset_data(view: LineageView, names: Mapping[int, Name]) -> dict[int, _DatasetData]:
    texts = NodeTexts(view).datasets(names)
    return {key: _DatasetData(name, texts[key]) for key, name in names.items()}


def graph_document(nodes: Iterable[bytes], reason: str | None) -> bytes:
    """Return the answer that holds these nodes, with the reason why it is partial."""
    body = b'{"graph":[%b]' % b",".join(nodes)
    if reason is not None:
        body += b',"partial":true,"reason":%b' % msgspec.json.encode(reason)
    return body + b"}"
