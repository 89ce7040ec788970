"""Edges between jobs and datasets, through a lens."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Final

from sqlalchemy import Connection

from headwater.lineage.reading.current import INPUT, OUTPUT, JobUses, Now, Use
from headwater.lineage.reading.entities import Entities
from headwater.lineage.reading.lens import NOW, Lens
from headwater.lineage.reading.memory import Recall, Shelf
from headwater.lineage.reading.rows import rows_in
from headwater.lineage.reading.then import Then
from headwater.model.lineage import Direction, Edge, EdgeState, RunState

_CODE: Final[dict[Direction, int]] = {"input": INPUT, "output": OUTPUT}
_STATES: Final[tuple[EdgeState, ...]] = ("current", "running", "failed")

_AROUND: Final = (
    "SELECT e.dataset_id, e.direction, e.job_id FROM job_edge e WHERE e.dataset_id IN ({keys})"
)

Around = tuple[tuple[int, ...], tuple[int, ...]]
"""Jobs that ever read a dataset, and jobs that ever wrote it."""

_AROUNDS: Final = Shelf[Around]("around", "dataset")
_USES: Final = Shelf[JobUses]("uses", "job")


class Edges:
    """Reads edges by integer key, a few statements for any number of keys."""

    def __init__(
        self, connection: Connection, recall: Recall | None = None, lens: Lens = NOW
    ) -> None:
        self._connection = connection
        self._recall = recall or Recall(connection, None)
        self._entities = Entities(connection, self._recall, lens)
        self.speaking = Now(connection) if lens == NOW else Then(connection, lens)

    def of_jobs(self, jobs: Iterable[int], direction: Direction) -> set[Edge]:
        """Return what these jobs read or write; hidden datasets are left out."""
        code = _CODE[direction]
        uses = [use for held in self.uses(jobs).values() for use in held.side(code)]
        datasets = self._entities.of("dataset", (use.dataset for use in uses))
        return _edges((use for use in uses if not datasets[use.dataset].is_hidden), direction)

    def of_datasets(self, datasets: Iterable[int], direction: Direction) -> set[Edge]:
        """Return by which jobs these datasets are read or written; hidden jobs are left out.

        `direction` is the job's: the edges of its inputs or of its outputs.
        """
        return _edges(self.uses_of_datasets(datasets, direction), direction)

    def uses_of_datasets(self, datasets: Iterable[int], direction: Direction) -> list[Use]:
        """Return the runs behind the edges of these datasets; hidden ends are left out."""
        code = _CODE[direction]
        wanted = set(datasets)
        jobs = {job for around in self.around(wanted).values() for job in around[code]}
        names = self._entities.of("job", jobs)
        visible = {job for job in jobs if not names[job].is_hidden}
        ends = self._entities.of("dataset", wanted)
        wanted = {dataset for dataset in wanted if not ends[dataset].is_hidden}
        return [
            use
            for held in self.uses(visible).values()
            for use in held.side(code)
            if use.dataset in wanted
        ]

    def around(self, datasets: Iterable[int]) -> dict[int, Around]:
        """Return the jobs that ever touched these datasets, hidden ones too."""
        return self._recall.of(_AROUNDS, datasets, self._load_around)

    def uses(self, jobs: Iterable[int]) -> dict[int, JobUses]:
        """Return what these jobs read and write, as the lens shows it; hidden datasets too."""
        return self._recall.of(_USES, jobs, self._load_uses)

    def states(self, jobs: Iterable[int]) -> dict[int, RunState]:
        """Return the state of each job's latest run, now with that of its children."""
        return self.speaking.states(set(jobs))

    def _load_around(self, missing: Collection[int]) -> dict[int, Around]:
        found: defaultdict[int, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for dataset, direction, job in rows_in(self._connection, _AROUND, missing):
            found[dataset][direction].append(job)
        return {key: (tuple(found[key][0]), tuple(found[key][1])) for key in missing}

    def _load_uses(self, missing: Collection[int]) -> dict[int, JobUses]:
        return self.speaking.uses(missing)


def strongest(one: EdgeState, other: EdgeState) -> EdgeState:
    """Return the stronger of two states of an edge."""
    return min(one, other, key=_STATES.index)


def _edges(uses: Iterable[Use], direction: Direction) -> set[Edge]:
    """Make one edge of all uses of a pair, with the strongest of their states."""
    found: dict[tuple[int, int], EdgeState] = {}
    for use in uses:
        pair = (use.job, use.dataset)
        found[pair] = strongest(found.get(pair, "failed"), use.state)
    return {Edge(job, dataset, direction, state) for (job, dataset), state in found.items()}
