"""How the jobs and runs of a graph are doing."""

from __future__ import annotations

from typing import NamedTuple

from headwater.lineage.reading.view import LineageView
from headwater.model.lineage import RunState
from headwater.query.lineage.graph import Graph, Vertex


class Standing(NamedTuple):
    """The state of a run, or of a job's latest run: the worst of its own and its children's."""

    state: RunState
    started_at: str | None = None
    ended_at: str | None = None


def standings(view: LineageView, graph: Graph) -> dict[Vertex, Standing]:
    """Return the states of jobs and runs; through a lens the run's own, of what the lens shows."""
    found: dict[Vertex, Standing] = {}
    jobs = {graph.keys[v]: v for v in graph.distances if v.kind == "job" and v in graph.keys}
    if jobs:
        states = view.edges.states(jobs)
        found |= {jobs[job]: Standing(state) for job, state in states.items()}
    keys = {graph.keys[v]: v for v in graph.distances if v.kind == "run"}
    if keys:
        runs = view.runs.by_keys(keys, is_whole=False)
        effective = view.families.effective_states(keys)
        found |= {
            keys[key]: Standing(
                effective[key],
                None if run.started_at is None else run.started_at.to_text(),
                None if run.ended_at is None else run.ended_at.to_text(),
            )
            for key, run in runs.items()
        }
    return found
