"""Which runs of a job speak for it now, per direction.

The latest COMPLETE run that names a dataset there, united with the runs in flight that came after
it; a job that never completed and has nothing in flight shows its latest ended run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Connection

from headwater.lineage.reading.families import Families
from headwater.lineage.reading.rows import rows_in
from headwater.lineage.reading.runs import Runs
from headwater.lineage.reading.said import DATASET_KEY, io_facets, run_facets
from headwater.model.lineage import EdgeState, RunState

Rows = Iterable[Any]
"""Rows of a statement, as the driver returns them."""

INPUT: Final = 0
OUTPUT: Final = 1

_NEVER: Final = -1


class Use(msgspec.Struct, frozen=True, gc=False):
    """A run that counts names a dataset on one side of its job."""

    run: int
    job: int
    dataset: int
    state: EdgeState


class JobUses(msgspec.Struct, frozen=True, gc=False):
    """What the runs that count name, on both sides of a job; hidden datasets too."""

    inputs: tuple[Use, ...] = ()
    outputs: tuple[Use, ...] = ()

    def side(self, direction: int) -> tuple[Use, ...]:
        """Return the uses of one direction."""
        return self.outputs if direction else self.inputs


class Speaker(NamedTuple):
    """A run that counts for its job in one direction, and why."""

    job: int
    direction: int
    run: int
    state: EdgeState


_CHOICE: Final = (
    "CASE WHEN EXISTS ({ever}) THEN coalesce((SELECT r.id FROM run r"
    " WHERE r.job_id = j.id AND r.state {states} AND EXISTS ({names})"
    " ORDER BY r.decided_key DESC, r.uuid DESC LIMIT 1), -1) END"
)


class Side(NamedTuple):
    """What a run has to do to speak for its job; SQL over `job j` and `run r`."""

    ever: str
    names: str

    def latest(self, states: str) -> str:
        """Return the run that was decided last, -1 for none; NULL where no run ever did it."""
        return _CHOICE.format(ever=self.ever, names=self.names, states=states)


def _io_side(direction: int) -> Side:
    # A run names something where `run_io` says so, unless a later event of it stood alone.
    return Side(
        f"SELECT 1 FROM job_edge e WHERE e.job_id = j.id AND e.direction = {direction}",
        f"SELECT 1 FROM run_io io WHERE io.run_id = r.id AND io.direction = {direction}"
        " AND (r.snapshot_key IS NULL OR io.key >= r.snapshot_key)",
    )


IO_SIDES: Final = (_io_side(INPUT), _io_side(OUTPUT))
EXPLICIT_SIDES: Final = (
    Side(
        "SELECT 1 FROM lineage_use u WHERE u.job_id = j.id AND u.source = 1",
        "SELECT 1 FROM facet_name k WHERE k.display = 'lineage' AND (EXISTS (SELECT 1"
        " FROM facet_set_member m WHERE m.set_id = r.job_set_id AND m.facet_name_id = k.id"
        " AND m.is_deleted = 0) OR EXISTS (SELECT 1 FROM run_facet f WHERE f.run_id = r.id"
        " AND f.facet_name_id = k.id AND f.owner = 1 AND f.is_deleted = 0))",
    ),
)

_LAST_COMPLETED: Final = (
    "SELECT j.id, (SELECT r.id FROM run r WHERE r.job_id = j.id AND r.state = 2"
    " ORDER BY r.decided_key DESC, r.uuid DESC LIMIT 1) FROM job j WHERE j.id IN ({keys})"
)
_COMPLETED: Final = "SELECT j.id, {choices} FROM job j WHERE j.id IN ({{keys}})"
_ENDED: Final = (
    _COMPLETED + " AND NOT EXISTS (SELECT 1 FROM run c WHERE c.job_id = j.id AND c.state = 2)"
)
_IN_FLIGHT_SINCE: Final = (
    "SELECT c.id, r.id FROM run c JOIN run r ON r.job_id = c.job_id"
    " AND r.decided_key > c.decided_key WHERE c.id IN ({keys}) AND r.state IN (0, 1)"
)
_IN_FLIGHT: Final = (
    "SELECT r.job_id, r.id FROM run r WHERE r.job_id IN ({keys}) AND r.state IN (0, 1)"
)
_IO: Final = (
    "SELECT io.run_id, io.direction, io.dataset_id FROM run_io io JOIN run r ON r.id = io.run_id"
    " WHERE io.run_id IN ({keys}) AND (r.snapshot_key IS NULL OR io.key >= r.snapshot_key)"
)


_SAID: Final = (
    "SELECT f.run_id, f.dataset_id, f.facet_id, n.display"
    f" FROM {io_facets('io.run_id IN ({keys}) AND io.direction = 1')} f"
    " JOIN facet_name n ON n.id = f.facet_name_id WHERE f.part = 0 AND f.is_deleted = 0"
    " AND n.display IN ('columnLineage', 'lineage')"
)
_SAID_OF_JOBS: Final = (
    f"SELECT f.run_id, f.facet_id FROM {run_facets('r.id IN ({keys})', owner=1)} f"
    " JOIN facet_name n ON n.id = f.facet_name_id AND n.display = 'lineage'"
    " WHERE f.is_deleted = 0"
)
_DECLARED: Final = (
    "SELECT f.dataset_id, f.facet_id, n.display FROM dataset_facet f"
    " JOIN facet_name n ON n.id = f.facet_name_id"
    f" JOIN event e ON e.hash = substr({DATASET_KEY}, 10) AND e.kind = 2"
    " WHERE f.dataset_id IN ({keys}) AND f.role = 1 AND f.is_deleted = 0"
    " AND n.display IN ('columnLineage', 'lineage')"
)


def uses_of(jobs: Iterable[int], speakers: Iterable[Speaker], io: Rows) -> dict[int, JobUses]:
    """Join the runs that count with the rows (run, direction, dataset) of what they name."""
    named: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for run, direction, dataset in io:
        named[run, direction].append(dataset)
    sides: dict[int, tuple[list[Use], list[Use]]] = {job: ([], []) for job in jobs}
    for job, direction, run, state in speakers:
        for dataset in named.get((run, direction), ()):
            sides[job][direction].append(Use(run, job, dataset, state))
    return {job: JobUses(tuple(i), tuple(o)) for job, (i, o) in sides.items()}


class Now:
    """Which runs speak for a job, and what they say, as of this moment."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def uses(self, jobs: Collection[int]) -> dict[int, JobUses]:
        """Return what these jobs read and write.

        Of most jobs the run that completed last names something on both sides, and so speaks for
        it; who does on a side of which that run says nothing is asked for apart.
        """
        last = {run: job for job, run in rows_in(self._connection, _LAST_COMPLETED, jobs) if run}
        io = list(self.io(last))
        known = {(last[run], direction): run for run, direction, _ in io}
        speakers = self._speakers(jobs, IO_SIDES, known)
        others = {speaker.run for speaker in speakers}.difference(last)
        return uses_of(jobs, speakers, [*io, *self.io(others)] if others else io)

    def io(self, runs: Iterable[int]) -> Rows:
        """Return rows (run, direction, dataset) of what runs name."""
        return rows_in(self._connection, _IO, runs)

    def said(self, runs: Iterable[int]) -> Rows:
        """Return rows (run, dataset, facet, name) of the lineage facets on outputs."""
        return rows_in(self._connection, _SAID, runs)

    def said_of_jobs(self, runs: Iterable[int]) -> Rows:
        """Return rows (run, facet) of the `lineage` facets on jobs."""
        return rows_in(self._connection, _SAID_OF_JOBS, runs)

    def declared(self, datasets: Iterable[int]) -> Rows:
        """Return rows (dataset, facet, name) of lineage facets that a DatasetEvent set last."""
        return rows_in(self._connection, _DECLARED, datasets)

    def states(self, jobs: Collection[int]) -> dict[int, RunState]:
        """Return the state of each job's latest run, the worst of its own and its children's."""
        latest = Runs(self._connection).latest_keys(jobs, 1)
        states = Families(self._connection).effective_states(runs[0] for runs in latest.values())
        return {job: states[runs[0]] for job, runs in latest.items()}

    def speakers(self, jobs: Collection[int], sides: Sequence[Side]) -> list[Speaker]:
        """Return the runs that count, per job and side."""
        return self._speakers(jobs, sides, {})

    def _speakers(
        self,
        jobs: Collection[int],
        sides: Sequence[Side],
        known: Mapping[tuple[int, int], int],
    ) -> list[Speaker]:
        """Return the runs that count; of some jobs and sides the completed one is known."""
        chosen = dict(known)
        never: defaultdict[int, list[int]] = defaultdict(list)
        asked = [
            job for job in jobs if any((job, side) not in chosen for side in range(len(sides)))
        ]
        choices = ", ".join(side.latest("= 2") for side in sides)
        for job, *runs in rows_in(self._connection, _COMPLETED.format(choices=choices), asked):
            for side, run in enumerate(runs):
                if run == _NEVER:
                    never[job].append(side)
                elif run is not None:
                    chosen[job, side] = run
        found = [Speaker(job, side, run, "current") for (job, side), run in chosen.items()]
        completed: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        for speaker in found:
            completed[speaker.run].append((speaker.job, speaker.direction))
        for deciding, run in rows_in(self._connection, _IN_FLIGHT_SINCE, completed):
            found += (Speaker(job, side, run, "running") for job, side in completed[deciding])
        return found + self._never_completed(never, sides) if never else found

    def _never_completed(
        self, never: Mapping[int, Sequence[int]], sides: Sequence[Side]
    ) -> list[Speaker]:
        flying = list(rows_in(self._connection, _IN_FLIGHT, never))
        found = [Speaker(job, side, run, "running") for job, run in flying for side in never[job]]
        silent = never.keys() - {job for job, _ in flying}
        choices = ", ".join(side.latest("IN (3, 4)") for side in sides)
        for job, *runs in rows_in(self._connection, _ENDED.format(choices=choices), silent):
            for side, run in enumerate(runs):
                if side in never[job] and run not in (None, _NEVER):
                    found.append(Speaker(job, side, run, "failed"))
        return found
