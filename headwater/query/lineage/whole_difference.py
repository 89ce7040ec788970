"""What is different in the whole lineage graph between two times, under a budget."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from headwater.lineage.reading.lens import Lens
from headwater.lineage.reading.names import Kind
from headwater.lineage.reading.view import LineageReads, LineageView
from headwater.model.lineage import Facets, Moment
from headwater.query.lineage.column_arrows import arrows_into
from headwater.query.lineage.difference import Arrow, Difference, State, difference
from headwater.query.lineage.facet_changes import OF_EVERY_RUN
from headwater.query.lineage.graph import Vertex

END_OF_TIME: Final = Moment(253_402_300_799)
"""The end of the year 9999: as of then is now."""

_PORTION: Final = 500


@dataclass(frozen=True, slots=True)
class _Compared:
    """What events in between tell of, by key, and the datasets of those jobs."""

    jobs: Mapping[int, Vertex]
    datasets: Mapping[int, Vertex]
    reason: str | None


class WholeDifferences:
    """Compares the whole graph at two event times; blocking, so call it from a thread.

    Only what an event in between tells of can be different, so nothing else is read.
    """

    def __init__(self, reads: LineageReads) -> None:
        self._reads = reads

    def of(self, before: Moment, after: Moment, *, most: int) -> Difference:
        """Return what came, went and changed, of the first `most` nodes by the names of jobs."""
        with self._reads.view() as view:
            compared = _compared(view, before, after, most)
        states = [self._state(compared, time) for time in (before, after)]
        return difference(states[0], states[1], without=OF_EVERY_RUN)

    def _state(self, compared: _Compared, time: Moment) -> State:
        lens = Lens() if time == END_OF_TIME else Lens(as_of=time)
        jobs, datasets = compared.jobs, compared.datasets
        with self._reads.view(lens) as view:
            edges, used = _edges(view, compared)
            nodes = {*_present_jobs(view, compared, edges, time)}
            nodes |= {datasets[key] for key in _present_datasets(view, compared, used, time)}
            facets: dict[Vertex, Facets] = {
                jobs[key]: said for key, said in view.past.of_jobs_at(jobs, time).items()
            }
            for key, said in sorted(view.past.of_datasets_at(datasets, time).items()):
                facets[datasets[key]] = {**said, **facets.get(datasets[key], {})}
        names = {vertex.name for vertex in nodes if vertex.kind == "dataset"}
        columns = {
            arrow
            for vertex in nodes
            if vertex.kind == "dataset"
            for arrow in arrows_into(vertex.name, facets.get(vertex, {}))
            if arrow.origin.name in names
        }
        return State(
            nodes=frozenset(nodes),
            edges=frozenset(edges),
            columns=frozenset(columns),
            facets=facets,
            reason=compared.reason,
        )


def _compared(view: LineageView, before: Moment, after: Moment, most: int) -> _Compared:
    """Gather jobs by name with their datasets, then declared datasets, while there is room."""
    jobs = _visible(view, "job", view.touched.between("job", before, after))
    declared = _visible(view, "dataset", view.touched.between("dataset", before, after))
    ordered = sorted(jobs, key=jobs.__getitem__)
    taken: dict[int, Vertex] = {}
    datasets: dict[int, Vertex] = {}
    is_whole = True
    for start in range(0, len(ordered), _PORTION):
        portion = ordered[start : start + _PORTION]
        of_jobs = view.touched.datasets_of(portion)
        named = _visible(view, "dataset", {key for held in of_jobs.values() for key in held})
        for job in portion:
            new = {key: named[key] for key in of_jobs.get(job, ()) if key in named}
            fresh = sum(key not in datasets for key in new)
            if len(taken) + len(datasets) + fresh + 1 > most:
                is_whole = False
                break
            taken[job] = jobs[job]
            datasets |= new
        if not is_whole:
            break
    for key in sorted(declared, key=declared.__getitem__):
        if key not in datasets and len(taken) + len(datasets) + 1 > most:
            is_whole = False
            break
        datasets[key] = declared[key]
    components = view.entities.components(datasets)
    others = {member for one in components.values() for member in one.members}
    datasets |= _visible(view, "dataset", others - datasets.keys())
    reason = None if is_whole else f"the budget of {most} nodes is used up"
    return _Compared(taken, datasets, reason)


def _visible(view: LineageView, kind: Kind, keys: Collection[int]) -> dict[int, Vertex]:
    """Return what is not hidden; names that are one dataset are the node of the first of them."""
    found = view.entities.of(kind, keys)
    shown = {key: key for key, one in found.items() if not one.is_hidden}
    if kind == "dataset":
        components = view.entities.components(shown)
        shown = {key: components[key].members[0] for key in shown}
        found |= view.entities.of(kind, shown.values())
    return {key: Vertex(found[first].name, "", kind) for key, first in shown.items()}


def _edges(view: LineageView, compared: _Compared) -> tuple[set[Arrow], set[int]]:
    """Return the edges of the jobs that are compared, and the datasets on them."""
    jobs, datasets = compared.jobs, compared.datasets
    edges: set[Arrow] = set()
    used: set[int] = set()
    for job, held in view.edges.uses(jobs).items():
        for use in held.inputs:
            if use.dataset in datasets:
                edges.add(Arrow(datasets[use.dataset], jobs[job]))
                used.add(use.dataset)
        for use in held.outputs:
            if use.dataset in datasets:
                edges.add(Arrow(jobs[job], datasets[use.dataset]))
                used.add(use.dataset)
    for edge in view.explicit.of_jobs(jobs):
        ends = [(jobs if end.is_job else datasets).get(end.key) for end in edge[:2]]
        if edge.job in jobs and ends[0] is not None and ends[1] is not None:
            edges.add(Arrow(ends[0], ends[1]))
            used |= {end.key for end in edge[:2] if not end.is_job}
    return edges, used


def _present_jobs(
    view: LineageView, compared: _Compared, edges: Iterable[Arrow], time: Moment
) -> set[Vertex]:
    """Return jobs that have an edge, and those known by then that never had one."""
    found = {end for edge in edges for end in (edge.origin, edge.destination) if end.kind == "job"}
    without = compared.jobs.keys() - view.touched.datasets_of(compared.jobs).keys()
    return found | {compared.jobs[key] for key in view.touched.known_at("job", without, time)}


def _present_datasets(
    view: LineageView, compared: _Compared, used: set[int], time: Moment
) -> set[int]:
    """Return datasets that any job uses, and those known by then that no job ever used."""
    around = view.edges.around(compared.datasets.keys() - used)
    others = {job for pair in around.values() for jobs in pair for job in jobs}
    found = _visible(view, "job", others - compared.jobs.keys())
    elsewhere = {
        use.dataset
        for held in view.edges.uses(found).values()
        for use in (*held.inputs, *held.outputs)
    }
    alone = {key for key, pair in around.items() if not any(pair)}
    return (
        used
        | (elsewhere & around.keys())
        | (view.touched.known_at("dataset", alone, time) if alone else set())
    )
