"""Edges between jobs and datasets as they are now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from headwater.lineage.reading.current import INPUT, OUTPUT, speakers
from headwater.lineage.reading.rows import hidden, rows_in
from headwater.model.lineage import Direction, Edge, EdgeState

_CODE: Final[dict[Direction, int]] = {"input": INPUT, "output": OUTPUT}
_STATES: Final[tuple[EdgeState, ...]] = ("current", "running", "failed")

_JOBS_AROUND: Final = (
    "SELECT e.dataset_id, e.job_id FROM job_edge e JOIN job j ON j.id = e.job_id"
    " JOIN namespace n ON n.id = j.namespace_id"
    " WHERE e.dataset_id IN ({keys}) AND e.direction = {direction} AND NOT " + hidden("j")
)

_IO: Final = (
    "SELECT io.run_id, io.dataset_id FROM run_io io JOIN run r ON r.id = io.run_id"
    " JOIN dataset d ON d.id = io.dataset_id JOIN namespace n ON n.id = d.namespace_id"
    " WHERE io.run_id IN ({keys}) AND io.direction = {direction}"
    " AND (r.snapshot_key IS NULL OR io.key >= r.snapshot_key) AND NOT " + hidden("d")
)


@dataclass(frozen=True, slots=True)
class Use:
    """A run that counts now names a dataset on one side of its job."""

    run: int
    job: int
    dataset: int
    state: EdgeState


class Edges:
    """Reads edges by integer key, a few statements for any number of keys."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_jobs(self, jobs: Iterable[int], direction: Direction) -> set[Edge]:
        """Return what these jobs read or write now; hidden datasets are left out."""
        return _edges(self._uses(jobs, direction, None), direction)

    def of_datasets(self, datasets: Iterable[int], direction: Direction) -> set[Edge]:
        """Return by which jobs these datasets are read or written now; hidden jobs are left out.

        `direction` is the job's: the edges of its inputs or of its outputs.
        """
        return _edges(self.uses_of_datasets(datasets, direction), direction)

    def uses_of_datasets(self, datasets: Iterable[int], direction: Direction) -> list[Use]:
        """Return the runs behind the edges of these datasets."""
        wanted = set(datasets)
        sql = _JOBS_AROUND.replace("{direction}", str(_CODE[direction]))
        jobs = {job for _, job in rows_in(self._connection, sql, wanted)}
        return self._uses(jobs, direction, wanted)

    def _uses(self, jobs: Iterable[int], direction: Direction, among: set[int] | None) -> list[Use]:
        code = _CODE[direction]
        runs = {s.run: s for s in speakers(self._connection, jobs, code)}
        sql = _IO.replace("{direction}", str(code))
        return [
            Use(run, runs[run].job, dataset, runs[run].state)
            for run, dataset in rows_in(self._connection, sql, runs)
            if among is None or dataset in among
        ]


def _edges(uses: Iterable[Use], direction: Direction) -> set[Edge]:
    """Make one edge of all uses of a pair, with the strongest of their states."""
    strongest: dict[tuple[int, int], EdgeState] = {}
    for use in uses:
        pair = (use.job, use.dataset)
        known = strongest.get(pair, "failed")
        strongest[pair] = min(known, use.state, key=_STATES.index)
    return {Edge(job, dataset, direction, state) for (job, dataset), state in strongest.items()}
