"""Parents and children: of runs, and of jobs as their latest run says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from sqlalchemy import Connection

from headwater.lineage.reading.rows import rows_in, rows_of
from headwater.lineage.reading.runs import STATES
from headwater.model.lineage import RunState

_MOST_LEVELS: Final = 16
_WORSE: Final[tuple[RunState, ...]] = ("NEW", "COMPLETED", "RUNNING", "ABORTED", "FAILED")

WORST: Final = _WORSE[-1]
"""What a run is shown as that is so itself, whatever its children are."""

_PARENT_JOBS: Final = (
    "SELECT j.id, (SELECT p.parent_job_id FROM run_parent p WHERE p.run_id = ("
    "SELECT r.id FROM run r WHERE r.job_id = j.id AND r.kind = 0"
    " ORDER BY r.decided_key DESC, r.uuid DESC LIMIT 1)) FROM job j WHERE j.id IN ({keys})"
)
# A parent is found by its run id; its job counts only where several runs share that id.
_CHILDREN: Final = (
    "SELECT p.id, c.id, c.job_id, c.state, c.decided_key FROM run p"
    " JOIN run_parent rp ON rp.parent_uuid = p.uuid JOIN run c ON c.id = rp.run_id"
    " WHERE p.id IN ({keys}) AND c.id <> p.id AND (rp.parent_job_id = p.job_id OR NOT EXISTS ("
    "SELECT 1 FROM run o WHERE o.uuid = p.uuid AND o.job_id = rp.parent_job_id))"
)
_PARENTS: Final = (
    "SELECT p.id, rp.run_id, p.decided_key, p.state FROM run_parent rp"
    " JOIN run p ON p.uuid = rp.parent_uuid AND p.kind = 0"
    " WHERE rp.run_id IN ({keys}) AND p.id <> rp.run_id"
    " AND (rp.parent_job_id = p.job_id OR NOT EXISTS ("
    "SELECT 1 FROM run o WHERE o.uuid = p.uuid AND o.job_id = rp.parent_job_id))"
)


class Decided(NamedTuple):
    """The key of the event that decided a run, and the code of its own state."""

    key: bytes
    state: int


class Families:
    """Follows `parent` facets, up among jobs and down among runs."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def parents_of_jobs(self, jobs: Iterable[int]) -> dict[int, int]:
        """Return child job to parent job, for these jobs and all their ancestors.

        A job may name itself, as Airflow's tasks do.
        """
        found: dict[int, int] = {}
        frontier = set(jobs)
        for _ in range(_MOST_LEVELS):
            rows = self.direct_parents(frontier)
            step = {job: parent for job, parent in rows.items() if parent is not None}
            found.update(step)
            frontier = set(step.values()) - found.keys()
            if not frontier:
                break
        return found

    def direct_parents(self, jobs: Iterable[int]) -> dict[int, int | None]:
        """Return the job that each of these names as its parent, None where it names none."""
        return dict(rows_in(self._connection, _PARENT_JOBS, jobs))

    def children_of_run(self, run: int, *, limit: int) -> list[int]:
        """Return the child runs of a run, the newest first."""
        sql = _CHILDREN.replace("{keys}", str(int(run)))
        sql += " ORDER BY c.decided_key DESC, c.uuid DESC LIMIT :limit"
        return [int(row[1]) for row in rows_of(self._connection, sql, limit=limit)]

    def children_of_runs(self, runs: Iterable[int]) -> list[int]:
        """Return the child runs of these runs, each once."""
        found = {child for _, child, *_ in rows_in(self._connection, _CHILDREN, runs)}
        return sorted(found)

    def parents_of_runs(self, runs: Iterable[int]) -> dict[int, int]:
        """Return the job that each of these runs names as that of its parent."""
        sql = "SELECT run_id, parent_job_id FROM run_parent WHERE run_id IN ({keys})"
        return dict(rows_in(self._connection, sql, runs))

    def ancestors_of_runs(self, runs: Iterable[int]) -> dict[int, Decided]:
        """Return the runs above these, their parents and so on."""
        found: dict[int, Decided] = {}
        frontier = set(runs)
        for _ in range(_MOST_LEVELS):
            above = {
                parent: Decided(bytes(key), state)
                for parent, _, key, state in rows_in(self._connection, _PARENTS, frontier)
            }
            frontier = above.keys() - found.keys()
            if not frontier:
                break
            found |= above
        return found

    def top_runs(self, runs: Iterable[int]) -> dict[int, int]:
        """Return for each run the topmost of those above it that are known, itself for none."""
        above: dict[int, int] = {}
        asked = set(runs)
        frontier = asked
        for _ in range(_MOST_LEVELS):
            rows = rows_in(self._connection, _PARENTS, frontier)
            step = {child: parent for parent, child, *_ in sorted(rows, reverse=True)}
            frontier = set(step.values()) - above.keys() - step.keys()
            above |= step
            if not frontier:
                break
        return {run: _top(run, above) for run in asked}

    def effective_states(self, runs: Iterable[int]) -> dict[int, RunState]:
        """Return for each run the worst of its own state and of each child job's latest run."""
        below: dict[int, set[int]] = {}
        own: dict[int, RunState] = {}
        states = "SELECT id, state FROM run WHERE id IN ({keys})"
        own.update((run, STATES[code]) for run, code in rows_in(self._connection, states, runs))
        asked = set(own)
        frontier = set(own)
        for _ in range(_MOST_LEVELS):
            frontier = self._descend(frontier, below, own)
            if not frontier:
                break
        return {run: _worst(run, below, own, set()) for run in asked}

    def _descend(
        self, frontier: set[int], below: dict[int, set[int]], own: dict[int, RunState]
    ) -> set[int]:
        latest: dict[tuple[int, int], tuple[bytes, int]] = {}
        for parent, child, job, state, key in rows_in(self._connection, _CHILDREN, frontier):
            own[child] = STATES[state]
            if latest.get((parent, job), (b"", 0)) < (bytes(key), child):
                latest[parent, job] = (bytes(key), child)
        grouped: defaultdict[int, set[int]] = defaultdict(set)
        for (parent, _), (_, child) in latest.items():
            grouped[parent].add(child)
        below.update(grouped)
        return {child for children in grouped.values() for child in children} - below.keys()


def _top(run: int, above: Mapping[int, int]) -> int:
    seen = {run}
    while run in above and above[run] not in seen:
        run = above[run]
        seen.add(run)
    return run


def _worst(
    run: int, below: dict[int, set[int]], own: dict[int, RunState], seen: set[int]
) -> RunState:
    seen.add(run)
    states = [own[run]]
    states += (_worst(child, below, own, seen) for child in below.get(run, ()) if child not in seen)
    return max(states, key=_WORSE.index)
