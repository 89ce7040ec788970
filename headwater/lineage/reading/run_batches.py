"""The latest runs of many jobs, as few rows and as little of each as an answer needs.

What runs share, their sets of facets and the names of datasets, stands beside them once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from sqlalchemy import Connection

from headwater.lineage.reading.entities import Entities
from headwater.lineage.reading.facets import FacetReads
from headwater.lineage.reading.names import Kind
from headwater.lineage.reading.rows import rows_in
from headwater.lineage.reading.runs import LATEST, Runs
from headwater.model.lineage import Facets, Name

_COLUMNS: Final = (
    "r.job_id, r.id, r.uuid, r.state, r.started_us, r.ended_us, r.first_key, r.last_key,"
    " r.io_hash, r.snapshot_key, r.run_set_id, r.decided_key"
)
_IO: Final = (
    "SELECT io.run_id, io.direction, io.dataset_id FROM run_io io WHERE io.run_id IN ({keys})"
)
_IO_SINCE: Final = (
    "SELECT io.run_id, io.direction, io.dataset_id FROM run_io io JOIN run r ON r.id = io.run_id"
    " WHERE io.run_id IN ({keys}) AND io.key >= r.snapshot_key"
)

Used = tuple[int, int]
"""A run, and 0 for what it reads or 1 for what it writes."""


class StoredRun(NamedTuple):
    """A row of `run`, as the database has it."""

    job: int
    key: int
    uuid: bytes
    state: int
    started_us: int | None
    ended_us: int | None
    first_key: bytes
    last_key: bytes
    io_hash: bytes | None
    snapshot_key: bytes | None
    facet_set: int
    decided_key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RunBatch:
    """Runs of jobs, the newest first, and what they name and say.

    `jobs` are the names of the jobs. `datasets` are sorted by name. `sets` are facets by
    `StoredRun.facet_set`, to which those in `apart` come by run. `writers` say by (reader,
    dataset) whose version a run read; `said` are the input and output facets by (run, direction,
    dataset).
    """

    runs: Mapping[int, Sequence[StoredRun]]
    jobs: Mapping[int, Name]
    datasets: Mapping[Used, Sequence[int]]
    names: Mapping[int, Name]
    writers: Mapping[tuple[int, int], bytes]
    sets: Mapping[int, Facets]
    apart: Mapping[int, Facets]
    said: Mapping[tuple[int, int, int], Facets]

    def facets(self, run: StoredRun) -> Facets:
        """Return the facets of a run."""
        own = self.sets.get(run.facet_set, {})
        apart = self.apart.get(run.key)
        return own if apart is None else dict(sorted({**own, **apart}.items()))


class RunBatches:
    """Reads the latest runs of jobs."""

    def __init__(self, connection: Connection, entities: Entities) -> None:
        self._connection = connection
        self._entities = entities
        self._facets = FacetReads(connection)
        self._runs = Runs(connection)

    def latest(self, jobs: Iterable[int], most: int) -> RunBatch:
        """Return the latest runs of each job."""
        sql = LATEST.replace("{columns}", _COLUMNS).replace("{most}", str(most - 1))
        runs: defaultdict[int, list[StoredRun]] = defaultdict(list)
        for run in map(StoredRun._make, rows_in(self._connection, sql, jobs)):
            runs[run.job].append(run)
        for of_job in runs.values():
            of_job.sort(key=_decided, reverse=True)
        listed = [run for of_job in runs.values() for run in of_job]
        datasets, names = self._datasets(listed)
        keys = [run.key for run in listed]
        return RunBatch(
            runs=runs,
            jobs=self._names("job", runs),
            datasets=datasets,
            names=names,
            writers=self._writers(datasets),
            sets=self._facets.of_sets(run.facet_set for run in listed),
            apart=self._facets.of_runs_apart(keys),
            said=self._facets.of_uses(keys),
        )

    def _names(self, kind: Kind, keys: Iterable[int]) -> Mapping[int, Name]:
        return {key: entity.name for key, entity in self._entities.of(kind, keys).items()}

    def _datasets(
        self, runs: Iterable[StoredRun]
    ) -> tuple[Mapping[Used, Sequence[int]], Mapping[int, Name]]:
        whole: list[int] = []
        cut: list[int] = []
        for run in runs:
            (whole if run.snapshot_key is None else cut).append(run.key)
        found: defaultdict[Used, list[int]] = defaultdict(list)
        for sql, keys in ((_IO, whole), (_IO_SINCE, cut)):
            for run_key, direction, dataset in rows_in(self._connection, sql, keys):
                found[run_key, direction].append(dataset)
        names = self._names("dataset", {key for keys in found.values() for key in keys})
        for keys in found.values():
            if len(keys) > 1:
                keys.sort(key=names.__getitem__)
        return found, names

    def _writers(self, datasets: Mapping[Used, Sequence[int]]) -> Mapping[tuple[int, int], bytes]:
        read = {run: keys for (run, direction), keys in datasets.items() if not direction}
        written = self._runs.written({key for keys in read.values() for key in keys})
        if not written:
            return {}
        readers = [run for run, keys in read.items() if not written.isdisjoint(keys)]
        return {pair: writer.uuid for pair, writer in self._runs.writers(readers).items()}


def _decided(run: StoredRun) -> tuple[bytes, bytes]:
    return run.decided_key, run.uuid
