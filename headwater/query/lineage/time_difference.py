"""What is different in a piece of the lineage graph between two times."""

from __future__ import annotations

from headwater.errors import Invalid
from headwater.lineage.reading.lens import Lens
from headwater.lineage.reading.view import LineageReads
from headwater.model.lineage import Facets, Moment
from headwater.query.lineage.column_arrows import arrows_into
from headwater.query.lineage.difference import Arrow, Difference, State, difference
from headwater.query.lineage.facet_changes import OF_EVERY_RUN
from headwater.query.lineage.graph import Budget, Graph, Vertex
from headwater.query.lineage.nodes import NodeId
from headwater.query.lineage.walk import LineageGraph, Towards
from headwater.query.lineage.whole_difference import END_OF_TIME, WholeDifferences


class TimeDifferences:
    """Compares the graph at two event times; blocking, so call it from a thread.

    Facets count as the runs up to a time left them, a run as a whole.
    """

    def __init__(self, reads: LineageReads) -> None:
        self._reads = reads
        self._graph = LineageGraph(reads)
        self._whole = WholeDifferences(reads)

    def of(
        self,
        node: NodeId | None,
        *,
        before: Moment,
        after: Moment = END_OF_TIME,
        towards: Towards = "both",
        depth: int = 5,
        budget: Budget,
    ) -> Difference:
        """Return what came, went and changed around a node, or without one in the whole graph.

        Raises `Missing` for a node that does not exist, `Invalid` for times in the wrong order.
        """
        if after < before:
            raise Invalid(
                f"the time to compare with, {after.to_text()}, is before {before.to_text()}",
                hint="give the earlier time as `from`",
            )
        if node is None:
            return self._whole.of(before, after, most=budget.nodes)
        states = []
        for time in (before, after):
            lens = Lens() if time == END_OF_TIME else Lens(as_of=time)
            graph = self._graph.walk(node, towards=towards, depth=depth, budget=budget, lens=lens)
            states.append(self._state(graph, time))
        return difference(states[0], states[1], without=OF_EVERY_RUN)

    def _state(self, graph: Graph, time: Moment) -> State:
        """Return the graph at a time with what its nodes said then."""
        jobs = {graph.keys[v]: v for v in graph.distances if v.kind == "job"}
        datasets = {graph.keys[v]: v for v in graph.distances if v.kind == "dataset"}
        with self._reads.view() as view:
            facets: dict[Vertex, Facets] = {
                jobs[key]: said for key, said in view.past.of_jobs_at(jobs, time).items()
            }
            for key, said in view.past.of_datasets_at(datasets, time).items():
                facets[datasets[key]] = said
        names = {vertex.name for vertex in datasets.values()}
        columns = {
            arrow
            for vertex in datasets.values()
            for arrow in arrows_into(vertex.name, facets.get(vertex, {}))
            if arrow.origin.name in names
        }
        return State(
            nodes=frozenset(graph.distances),
            edges=frozenset(Arrow(link.origin, link.destination) for link in graph.links),
            columns=frozenset(columns),
            facets=facets,
            reason=graph.reason,
        )
