"""Walks between jobs and datasets, level by level and by integer key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from headwater.lineage.reading.current import INPUT, OUTPUT
from headwater.lineage.reading.edges import strongest
from headwater.lineage.reading.explicit import Declared, End
from headwater.lineage.reading.view import LineageView
from headwater.model.lineage import EdgeState, Name
from headwater.query.lineage.graph import Budget, Graph, Growth, Link, Side, Vertex

_BOTH: Final[tuple[Side, ...]] = ("up", "down")


class TableWalk:
    """One walk over one view of the store.

    A node is an integer: a dataset's key doubled, a job's key doubled and one. Datasets that
    are one by their symlinks are the node of the first of them.
    """

    def __init__(self, view: LineageView, budget: Budget) -> None:
        self._view = view
        self._growth: Growth[int] = Growth(budget)
        self._start_name: tuple[int, Name] | None = None
        self._states: dict[tuple[int, int], EdgeState] = {}
        self._declared: dict[tuple[int, int], Declared] = {}
        self._unmerged: set[int] = set()

    def directed(self, start: Vertex, key: int, *, sides: Sequence[Side], depth: int) -> Graph:
        """Follow the flow of data; a hop is from a dataset over a job to a dataset."""
        return self._directed([self._begin(start, key)], sides, depth)

    def directed_from_jobs(
        self, jobs: Iterable[int], *, sides: Sequence[Side], depth: int
    ) -> Graph:
        """Follow the flow of data from several jobs."""
        nodes = sorted(job * 2 + 1 for job in jobs)
        self._growth.begin(nodes)
        return self._directed(nodes, sides, depth)

    def _directed(self, start: list[int], sides: Sequence[Side], depth: int) -> Graph:
        for side in sides:
            frontier = start
            for distance in range(1, depth + 1):
                if not frontier:
                    break
                frontier = self._hop(frontier, side=side, distance=distance)
        return self._finish()

    def around(self, start: Vertex, key: int, *, depth: int) -> Graph:
        """Gather jobs that share datasets, regardless of direction, as Marquez does.

        Depth counts job hops from the start, or from the jobs that write it, else read it. What
        a `lineage` facet declares is a hop of its own, and shown up to the last of them.
        """
        self._growth.is_directed = False
        node = self._begin(start, key)
        jobs = [node] if start.kind == "job" else self._first_jobs(node)
        carried: list[int] = []
        for hop in range(depth + 1):
            datasets = self._datasets_of(jobs, _BOTH, distance=hop + 1)
            if hop == 0 and start.kind == "dataset":
                datasets.append(node)
            declared = [
                far
                for side in _BOTH
                for far in self._follow_declared(
                    [*datasets, *carried], jobs, side=side, distance=hop + 1, is_last=hop == depth
                )
            ]
            carried = [far for far in declared if not far % 2]
            if hop < depth:
                near = self._jobs_of([*datasets, *carried], _BOTH, distance=hop + 2)
                jobs = near + [far for far in declared if far % 2]
            if not jobs and not carried:
                break
        return self._finish()

    def _begin(self, start: Vertex, key: int) -> int:
        node = key * 2 + 1 if start.kind == "job" else self._roots([key])[key] * 2
        self._start_name = (node, start.name)
        self._growth.begin([node])
        return node

    def _first_jobs(self, start: int) -> list[int]:
        for side in _BOTH:
            jobs = self._jobs_of([start], (side,), distance=1)
            if jobs:
                return jobs
        return []

    def _hop(self, frontier: list[int], *, side: Side, distance: int) -> list[int]:
        datasets = [node for node in frontier if not node % 2]
        jobs = [node for node in frontier if node % 2]
        near = self._near_jobs(datasets, (side,))[side]
        ways = self._ways(near, side)
        jobs += self._admit(near, side=side, distance=distance, passing=ways.keys())
        declared = self._follow_declared(datasets, jobs, side=side, distance=distance)
        jobs += [node for node in declared if node % 2]
        onward = [node for node in declared if not node % 2]
        return onward + self._datasets_of(jobs, (side,), distance=distance, ways=ways)

    def _ways(self, near: Mapping[int, Collection[int]], side: Side) -> dict[int, set[int]]:
        """Return where jobs that declare their outputs lead, by whence they were reached.

        Of an output that a `lineage` facet explains, other inputs of the job are no sources.
        """
        covered = self._view.explicit.covered(
            node // 2 for around in near.values() for node in around
        )
        if not covered:
            return {}
        reached: defaultdict[int, set[int]] = defaultdict(set)
        for dataset, jobs in near.items():
            for job in jobs:
                reached[job].add(dataset // 2)
        ways: dict[int, set[int]] = {}
        for job, declared in covered.items():
            roots = self._roots({*declared, *(one for held in declared.values() for one in held)})
            sources: defaultdict[int, set[int]] = defaultdict(set)
            for out, held in declared.items():
                sources[roots[out]].update(roots[one] for one in held)
            if side == "up" and reached[job * 2 + 1] <= sources.keys():
                ways[job * 2 + 1] = {one for out in reached[job * 2 + 1] for one in sources[out]}
            elif side == "down":
                outputs = {use.dataset for use in self._view.edges.uses([job])[job].outputs}
                closed = {out for out, held in sources.items() if not held & reached[job * 2 + 1]}
                if closed:
                    ways[job * 2 + 1] = {*self._roots(outputs).values()} - closed
        return ways

    def _jobs_of(
        self, datasets: Sequence[int], sides: Sequence[Side], *, distance: int
    ) -> list[int]:
        """Take in the jobs that write (up) or read (down) these datasets."""
        near = self._near_jobs(datasets, sides)
        return [
            node for side in sides for node in self._admit(near[side], side=side, distance=distance)
        ]

    def _near_jobs(
        self, datasets: Sequence[int], sides: Sequence[Side]
    ) -> dict[Side, dict[int, set[int]]]:
        """Return by dataset the jobs that write (up) or read (down) it."""
        found: dict[Side, dict[int, set[int]]] = {side: {} for side in sides}
        if not datasets:
            return found
        roots = self._members(datasets)
        around = self._view.edges.around(roots)
        directions = [OUTPUT if side == "up" else INPUT for side in sides]
        wanted = {
            job for pair in around.values() for direction in directions for job in pair[direction]
        }
        entities = self._view.entities.of("job", wanted)
        uses = self._view.edges.uses(job for job in wanted if not entities[job].is_hidden)
        for side, direction in zip(sides, directions, strict=True):
            neighbours = found[side]
            for job, held in uses.items():
                for use in held.side(direction):
                    root = roots.get(use.dataset)
                    if root is not None:
                        self._link(job * 2 + 1, root * 2, direction, use.state)
                        neighbours.setdefault(root * 2, set()).add(job * 2 + 1)
        return found

    def _datasets_of(
        self,
        jobs: Sequence[int],
        sides: Sequence[Side],
        *,
        distance: int,
        ways: Mapping[int, Collection[int]] | None = None,
    ) -> list[int]:
        """Take in the datasets that these jobs read (up) or write (down).

        Jobs in `ways` lead to those datasets only.
        """
        if not jobs:
            return []
        ways = ways or {}
        uses = self._view.edges.uses(job // 2 for job in jobs)
        datasets = {use.dataset for held in uses.values() for use in (*held.inputs, *held.outputs)}
        roots = self._roots(self._visible(datasets))
        taken: list[int] = []
        for side in sides:
            direction = INPUT if side == "up" else OUTPUT
            neighbours: defaultdict[int, set[int]] = defaultdict(set)
            for job, held in uses.items():
                only = ways.get(job * 2 + 1)
                for use in held.side(direction):
                    root = roots.get(use.dataset)
                    if root is not None and (only is None or root in only):
                        self._link(job * 2 + 1, root * 2, direction, use.state)
                        neighbours[job * 2 + 1].add(root * 2)
            taken += self._admit(neighbours, side=side, distance=distance)
        return taken

    def _follow_declared(
        self,
        datasets: Sequence[int],
        jobs: Sequence[int],
        *,
        side: Side,
        distance: int,
        is_last: bool = False,
    ) -> list[int]:
        """Take in what `lineage` facets declare of these datasets and jobs; at last no jobs."""
        if not self._view.explicit.is_any:
            return []
        edges = self._view.explicit.around(self._members(datasets))
        edges |= self._view.explicit.of_jobs(job // 2 for job in jobs)
        if not edges:
            return []
        nodes = self._nodes_of({end for edge in edges for end in edge[:2]})
        frontier = {*datasets, *jobs}
        neighbours: defaultdict[int, set[int]] = defaultdict(set)
        for edge in sorted(edges, key=lambda edge: (edge.job or 0, edge)):
            origin, destination = nodes.get(edge.origin), nodes.get(edge.destination)
            if origin is None or destination is None or origin == destination:
                continue
            near, far = (destination, origin) if side == "up" else (origin, destination)
            if near in frontier:
                self._declared[origin, destination] = edge
                if not (is_last and far % 2):
                    neighbours[near].add(far)
        return self._admit(neighbours, side=side, distance=distance)

    def _admit(
        self,
        neighbours: Mapping[int, Collection[int]],
        *,
        side: Side,
        distance: int,
        passing: Collection[int] = (),
    ) -> list[int]:
        self._growth.count_edges(len(self._states) + len(self._declared))
        return self._growth.admit(
            neighbours, side=side, distance=distance, named=self._vertices_of, passing=passing
        )

    def _link(self, job: int, dataset: int, direction: int, state: EdgeState) -> None:
        ends = (job, dataset) if direction == OUTPUT else (dataset, job)
        held = self._states.get(ends)
        if held is None:
            self._states[ends] = state
        elif held != state:  # most edges are met twice, from both of their ends
            self._states[ends] = strongest(held, state)

    def _nodes_of(self, ends: Collection[End]) -> dict[End, int]:
        """Return the nodes of what is not hidden."""
        roots = self._roots(self._visible({end.key for end in ends if not end.is_job}))
        jobs = self._view.entities.of("job", {end.key for end in ends if end.is_job})
        return {
            end: (end.key * 2 + 1 if end.is_job else roots[end.key] * 2)
            for end in ends
            if (not jobs[end.key].is_hidden if end.is_job else end.key in roots)
        }

    def _visible(self, datasets: Iterable[int]) -> list[int]:
        found = self._view.entities.of("dataset", datasets)
        return [key for key, entity in found.items() if not entity.is_hidden]

    def _roots(self, datasets: Collection[int]) -> dict[int, int]:
        components = self._view.entities.components(datasets)
        self._unmerged |= {key for key, one in components.items() if not one.is_whole}
        return {dataset: one.members[0] for dataset, one in components.items()}

    def _members(self, nodes: Iterable[int]) -> dict[int, int]:
        """Return every dataset that these nodes stand for, with the node's own dataset."""
        roots = {node // 2 for node in nodes}
        components = self._view.entities.components(roots)
        members = {m: root for root, one in components.items() for m in one.members}
        return {key: members[key] for key in self._visible(members)}

    def _vertices_of(self, nodes: Collection[int]) -> dict[int, Vertex]:
        jobs = self._view.entities.of("job", {node // 2 for node in nodes if node % 2})
        datasets = self._view.entities.of("dataset", {n // 2 for n in nodes if not n % 2})
        found = {
            node: Vertex(jobs[node // 2].name, "", "job")
            if node % 2
            else Vertex(datasets[node // 2].name, "", "dataset")
            for node in nodes
        }
        if self._start_name is not None and self._start_name[0] in found:
            node, name = self._start_name
            found[node] = Vertex(name, "", found[node].kind)
        return found

    def _finish(self) -> Graph:
        nodes = self._growth.distances
        vertices = self._vertices_of(nodes)
        links = [
            Link(origin=vertices[origin], destination=vertices[destination], state=state)
            for (origin, destination), state in self._states.items()
            if origin in nodes and destination in nodes
        ]
        jobs = self._view.entities.of(
            "job", {edge.job for edge in self._declared.values() if edge.job is not None}
        )
        for (origin, destination), edge in self._declared.items():
            if (
                origin in nodes
                and destination in nodes
                and (origin, destination) not in (self._states)
            ):
                links.append(
                    Link(
                        origin=vertices[origin],
                        destination=vertices[destination],
                        state=edge.state,
                        job=None if edge.job is None else jobs[edge.job].name,
                        is_declared=True,
                    )
                )
        graph = self._growth.graph(vertices, links, keys=self._keys(vertices))
        return self._merged(graph, vertices)

    def _keys(self, vertices: dict[int, Vertex]) -> dict[Vertex, int]:
        """Return the store's keys; of merged datasets the first that events named."""
        components = self._view.entities.components(n // 2 for n in vertices if not n % 2)
        keys = {vertex: node // 2 for node, vertex in vertices.items()}
        for root, component in components.items():
            if len(component.members) > 1:
                found = self._view.entities.of("dataset", component.members)
                named = [m for m in component.members if found[m].standing]
                keys[vertices[root * 2]] = (named or [root])[0]
        return keys

    def _merged(self, graph: Graph, vertices: dict[int, Vertex]) -> Graph:
        """Add the other names of merged datasets, and say which are too many to merge."""
        identities: dict[Vertex, tuple[Name, ...]] = {}
        components = self._view.entities.components(n // 2 for n in vertices if not n % 2)
        for root, component in components.items():
            vertex = vertices[root * 2]
            if len(component.members) > 1:
                found = self._view.entities.of("dataset", component.members)
                names = sorted(found[member].name for member in component.members)
                identities[vertex] = tuple(name for name in names if name != vertex.name)
        apart = sorted(vertices[key * 2] for key in self._unmerged if key * 2 in vertices)
        reason = graph.reason
        if apart and reason is None:
            reason = "datasets with too many symlinks are not merged; see unmerged"
        return replace(graph, identities=identities, unmerged=tuple(apart), reason=reason)


def only_jobs(graph: Graph) -> Graph:
    """Leave datasets out: a job that writes what another reads is linked to it, via the dataset.

    The start stays, whatever it is.
    """
    kept = {vertex for vertex in graph.distances if vertex.kind == "job"} | set(graph.start)
    into: defaultdict[Vertex, list[Vertex]] = defaultdict(list)
    out_of: defaultdict[Vertex, list[Vertex]] = defaultdict(list)
    links = [link for link in graph.links if link.origin in kept and link.destination in kept]
    for link in graph.links:
        if link.destination not in kept and link.origin.kind == "job":
            into[link.destination].append(link.origin)
        if link.origin not in kept and link.destination.kind == "job":
            out_of[link.origin].append(link.destination)
    via: defaultdict[tuple[Vertex, Vertex], list[Vertex]] = defaultdict(list)
    for dataset in sorted(into.keys() & out_of.keys()):
        for writer in into[dataset]:
            for reader in out_of[dataset]:
                via[writer, reader].append(dataset)
    links += (
        Link(origin=writer, destination=reader, via=tuple(dataset.name for dataset in datasets))
        for (writer, reader), datasets in via.items()
    )
    return replace(
        graph,
        distances={vertex: graph.distances[vertex] for vertex in graph.distances if vertex in kept},
        links=tuple(sorted(links, key=lambda link: link.order)),
        bands=tuple(band for band in graph.bands if band.vertex in kept),
        identities={v: names for v, names in graph.identities.items() if v in kept},
    )
