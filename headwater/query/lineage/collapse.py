"""Groups in place of many vertices: by the parent of a job, by namespace, by the start of names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import msgspec

from headwater.lineage.reading.edges import strongest
from headwater.lineage.reading.view import LineageView
from headwater.model.lineage import Name
from headwater.query.lineage.graph import Band, Graph, Link, Side, Vertex

Grouping = Literal["parent", "namespace", "prefix"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Collapse:
    """What is put into groups; without `prefixes` a name's group is what its last part is in."""

    by: Grouping
    prefixes: tuple[str, ...] = ()


def collapsed(view: LineageView, graph: Graph, collapse: Collapse) -> Graph:
    """Return the graph with groups; its start stays as it is."""
    if collapse.by == "parent":
        kinds = {vertex.kind for vertex in graph.distances}
        return _by_parent_run(view, graph) if "run" in kinds else _by_parent(view, graph)
    if collapse.by == "namespace":
        return _grouped(graph, lambda vertex: Vertex(Name(vertex.name.namespace, ""), "", "group"))

    def of_prefix(vertex: Vertex) -> Vertex:
        prefix = _prefix(vertex.name.name, collapse.prefixes)
        if not prefix:
            return vertex
        return Vertex(Name(vertex.name.namespace, prefix), "", "group")

    return _grouped(graph, of_prefix)


def _prefix(name: str, prefixes: Sequence[str]) -> str:
    if prefixes:
        return max((one for one in prefixes if name.startswith(one)), key=len, default="")
    return name[: max(name.rfind("."), name.rfind("/")) + 1]


def _by_parent(view: LineageView, graph: Graph) -> Graph:
    """Put jobs into the topmost of the jobs that they run under, also those that links name."""
    jobs = {graph.keys[vertex]: vertex for vertex in graph.distances if vertex.kind == "job"}
    doing = {link.job for link in graph.links if link.job is not None}
    named = {name: key for name in doing if (key := view.names.find("job", name)) is not None}
    tops = _tops(view, {*jobs, *named.values()})
    names = view.entities.of("job", tops.values())
    above = {vertex: Vertex(names[tops[job]].name, "", "job") for job, vertex in jobs.items()}
    keys = {above[vertex]: tops[job] for job, vertex in jobs.items()}
    by = {name: names[tops[key]].name for name, key in named.items()}
    links = dict.fromkeys(
        link if link.job not in by else msgspec.structs.replace(link, job=by[link.job])
        for link in graph.links
    )
    found = _grouped(replace(graph, links=tuple(links)), lambda vertex: above.get(vertex, vertex))
    return replace(found, keys={**graph.keys, **keys})


def _by_parent_run(view: LineageView, graph: Graph) -> Graph:
    """Put runs into the topmost of the runs that they ran under."""
    runs = {graph.keys[vertex]: vertex for vertex in graph.distances if vertex.kind == "run"}
    tops = view.families.top_runs(runs)
    found = view.runs.by_keys(tops.values(), is_whole=False)
    above = {
        vertex: vertex
        if tops[run] == run
        else Vertex(found[tops[run]].job, found[tops[run]].id, "run")
        for run, vertex in runs.items()
    }
    keys = {above[vertex]: tops[run] for run, vertex in runs.items()}
    grouped = _grouped(graph, lambda vertex: above.get(vertex, vertex))
    return replace(grouped, keys={**graph.keys, **keys})


def _tops(view: LineageView, jobs: Collection[int]) -> dict[int, int]:
    parents = _parents(view, jobs)
    tops: dict[int, int] = {}
    for job in jobs:
        top, seen = job, {job}
        while top in parents and parents[top] not in seen:
            top = parents[top]
            seen.add(top)
        tops[job] = top
    return tops


def _parents(view: LineageView, jobs: Collection[int]) -> dict[int, int]:
    """Return child job to parent job, as the runs say that count, for all ancestors."""
    uses = view.edges.uses(jobs)
    runs = {use.run: job for job, held in uses.items() for use in (*held.inputs, *held.outputs)}
    named = view.families.parents_of_runs(runs)
    names = view.entities.of("job", named.values())
    above = view.families.parents_of_jobs({*jobs, *named.values()})
    for run in sorted(named, key=lambda run: names[named[run]].name, reverse=True):
        above[runs[run]] = named[run]
    return above


def _grouped(graph: Graph, group_of: Callable[[Vertex], Vertex]) -> Graph:
    groups = {v: v if v in graph.start else group_of(v) for v in graph.distances}
    distances: dict[Vertex, int] = {}
    members: defaultdict[Vertex, int] = defaultdict(int)
    for vertex, group in groups.items():
        distance = graph.distances[vertex]
        distances[group] = min(distances.get(group, distance), distance, key=abs)
        members[group] += vertex != group
    hidden: defaultdict[tuple[Vertex, Side], int] = defaultdict(int)
    for band in graph.bands:
        hidden[groups[band.vertex], band.side] += band.hidden
    return replace(
        graph,
        distances=dict(sorted(distances.items())),
        links=_between(graph.links, groups),
        bands=tuple(
            Band(vertex=vertex, side=side, hidden=count)
            for (vertex, side), count in sorted(hidden.items())
        ),
        members={group: count for group, count in members.items() if count},
    )


def _between(links: Sequence[Link], groups: dict[Vertex, Vertex]) -> tuple[Link, ...]:
    """Make one link of all that join two groups; those inside a group are gone."""
    found: dict[tuple[Vertex, Vertex], Link] = {}
    kept: list[Link] = []
    for link in links:
        ends = (groups[link.origin], groups[link.destination])
        if ends[0] == ends[1]:
            continue
        if ends == (link.origin, link.destination) and link.kind is not None:
            kept.append(link)  # between two columns there are as many as jobs and ways
            continue
        held = found.get(ends)
        if ends == (link.origin, link.destination) and held is None:
            found[ends] = link
            continue
        state = link.state if held is None else strongest(held.state, link.state)
        via = tuple(sorted({*link.via, *(held.via if held is not None else ())}))
        found[ends] = Link(origin=ends[0], destination=ends[1], state=state, via=via)
    return tuple(sorted([*kept, *found.values()], key=lambda link: link.order))
