"""Runs with their inputs, outputs, facets and parents, any number with a few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from headwater.lineage.reading.facets import FacetReads
from headwater.lineage.reading.names import Names
from headwater.lineage.reading.rows import (
    moment_of,
    moment_of_key,
    rows_in,
    rows_of,
    to_text,
)
from headwater.lineage.reading.versions import dataset_version, job_version
from headwater.model.lineage import (
    DatasetVersionName,
    Direction,
    Facets,
    Name,
    Run,
    RunName,
    RunState,
)
from headwater.wire.openlineage.run_ids import uuid_text

STATES: Final[tuple[RunState, ...]] = ("NEW", "RUNNING", "COMPLETED", "ABORTED", "FAILED")

_RUNS: Final = (
    "SELECT r.id, r.uuid, n.name, j.name, r.state, r.has_warning, r.started_us, r.ended_us,"
    " r.first_key, r.last_key, r.io_hash, p.parent_uuid, pn.name, pj.name, j.id"
    " FROM run r JOIN job j ON j.id = r.job_id JOIN namespace n ON n.id = j.namespace_id"
    " LEFT JOIN run_parent p ON p.run_id = r.id LEFT JOIN job pj ON pj.id = p.parent_job_id"
    " LEFT JOIN namespace pn ON pn.id = pj.namespace_id WHERE r.id IN ({keys})"
)
_IO: Final = (
    "SELECT io.run_id, io.direction, io.dataset_id FROM run_io io JOIN run r ON r.id = io.run_id"
    " WHERE io.run_id IN ({keys}) AND (r.snapshot_key IS NULL OR io.key >= r.snapshot_key)"
)
# Who wrote an input before its reader began: per writing job its last such run, by its index.
_WRITERS: Final = (
    "SELECT f.reader, f.dataset_id, w.id, w.decided_key, w.uuid, w.kind FROM ("
    "SELECT io.run_id AS reader, io.dataset_id, (SELECT w.id FROM run w WHERE w.job_id = e.job_id"
    " AND w.state = 2 AND w.decided_key < r.first_key AND EXISTS (SELECT 1 FROM run_io x"
    " WHERE x.run_id = w.id AND x.dataset_id = io.dataset_id AND x.direction = 1)"
    " ORDER BY w.decided_key DESC LIMIT 1) AS writer FROM run_io io JOIN run r ON r.id = io.run_id"
    " JOIN job_edge e ON e.dataset_id = io.dataset_id AND e.direction = 1"
    " WHERE io.run_id IN ({keys}) AND io.direction = 0) f JOIN run w ON w.id = f.writer"
)
_WRITTEN: Final = (
    "SELECT DISTINCT dataset_id FROM job_edge WHERE dataset_id IN ({keys}) AND direction = 1"
)
LATEST: Final = (
    "SELECT {columns} FROM job j JOIN run r ON r.job_id = j.id AND r.kind = 0"
    " AND r.decided_key >= coalesce((SELECT x.decided_key FROM run x WHERE x.job_id = j.id"
    " AND x.kind = 0 ORDER BY x.decided_key DESC LIMIT 1 OFFSET {most}),"
    " (SELECT min(x.decided_key) FROM run x WHERE x.job_id = j.id))"
    " WHERE j.id IN ({keys})"
)
"""Columns of the latest runs of jobs; the newest has the greatest (decided_key, uuid)."""

_MOST_IDS: Final = 500


class Writer(NamedTuple):
    """A run, or a JobEvent, that wrote a dataset; ordered by when that was decided."""

    decided: bytes
    uuid: bytes
    key: int
    is_run: bool

    @property
    def id(self) -> str | None:
        """Return the run's id, None for an event that is no run's."""
        return uuid_text(self.uuid) if self.is_run else None


class Runs:
    """Reads runs; the newest first, by the event that decided their state."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._facets = FacetReads(connection)
        self._names = Names(connection)

    def keys_of_job(self, job: int, *, limit: int, offset: int) -> list[int]:
        """Return a page of a job's runs."""
        sql = (
            "SELECT id FROM run WHERE job_id = :job AND kind = 0"
            " ORDER BY decided_key DESC, uuid DESC LIMIT :limit OFFSET :offset"
        )
        values = {"job": job, "limit": limit, "offset": offset}
        return [int(key) for (key,) in rows_of(self._connection, sql, **values)]

    def count_of_job(self, job: int) -> int:
        """Count the runs of a job."""
        sql = "SELECT count(*) FROM run WHERE job_id = :job AND kind = 0"
        return int(rows_of(self._connection, sql, job=job)[0][0])

    def keys_by_id(self, run_id: UUID) -> list[int]:
        """Return every run that carries this id, ordered by the name of its job."""
        sql = (
            "SELECT r.id FROM run r JOIN job j ON j.id = r.job_id"
            " JOIN namespace n ON n.id = j.namespace_id"
            " WHERE r.uuid = :id AND r.kind = 0 ORDER BY n.name, j.name"
        )
        return [int(key) for (key,) in rows_of(self._connection, sql, id=run_id.bytes)]

    def keys_by_ids(self, run_ids: Iterable[UUID]) -> list[int]:
        """Return every run that carries one of these ids."""
        wanted = sorted({run_id.bytes for run_id in run_ids})
        found: list[int] = []
        for start in range(0, len(wanted), _MOST_IDS):
            batch = {f"id{n}": id_ for n, id_ in enumerate(wanted[start : start + _MOST_IDS])}
            listed = ", ".join(f":{name}" for name in batch)
            sql = f"SELECT r.id FROM run r WHERE r.uuid IN ({listed}) AND r.kind = 0"
            found += [int(key) for (key,) in rows_of(self._connection, sql, **batch)]
        return found

    def latest_keys(self, jobs: Iterable[int], most: int) -> dict[int, list[int]]:
        """Return the keys of the latest runs of each job, newest first."""
        found: defaultdict[int, list[int]] = defaultdict(list)
        sql = LATEST.replace("{columns}", "r.job_id, r.id").replace("{most}", str(most - 1))
        sql += " ORDER BY r.decided_key DESC, r.uuid DESC"
        for job, run in rows_in(self._connection, sql, jobs):
            found[job].append(run)
        return dict(found)

    def by_keys(self, keys: Iterable[int], *, is_whole: bool = True) -> dict[int, Run]:
        """Return runs by key; without `is_whole` facets, inputs and outputs stay empty."""
        rows = {row[0]: row for row in rows_in(self._connection, _RUNS, keys)}
        if not is_whole:
            return {key: _run(row) for key, row in rows.items()}
        facets = self._facets.of_runs(rows)
        sides = self._sides(rows)
        versions: dict[tuple[int, bytes], str] = {}
        runs: dict[int, Run] = {}
        for key, row in rows.items():
            inputs, outputs = sides.get((key, "input"), ()), sides.get((key, "output"), ())
            version = None
            if row[10] is not None:
                same = (row[14], bytes(row[10]))
                if same not in versions:
                    job = Name(to_text(row[2]), to_text(row[3]))
                    versions[same] = job_version(job, _datasets(inputs), _datasets(outputs))
                version = versions[same]
            runs[key] = _run(
                row,
                facets=facets.get(key, {}),
                job_version=version,
                inputs=inputs,
                outputs=outputs,
            )
        return runs

    def io_names(self, keys: Iterable[int]) -> dict[int, tuple[tuple[Name, ...], tuple[Name, ...]]]:
        """Return the names of what each run reads and writes, sorted."""
        wanted = list(keys)
        io = list(rows_in(self._connection, _IO, wanted))
        names = self._names.of("dataset", (dataset for _, _, dataset in io))
        sides: dict[int, tuple[set[Name], set[Name]]] = {key: (set(), set()) for key in wanted}
        for run, direction, dataset in io:
            sides[run][direction].add(names[dataset])
        return {run: (tuple(sorted(i)), tuple(sorted(o))) for run, (i, o) in sides.items()}

    def _sides(
        self, rows: Mapping[int, Any]
    ) -> dict[tuple[int, Direction], tuple[DatasetVersionName, ...]]:
        io = list(rows_in(self._connection, _IO, rows))
        names = self._names.of("dataset", (dataset for _, _, dataset in io))
        written = self.written(dataset for _, direction, dataset in io if direction == 0)
        writers = self.writers(run for run, code, key in io if code == 0 and key in written)
        own: dict[Direction, Mapping[tuple[int, int], Facets]] = {
            "input": self._facets.of_io(rows, "input", is_own=False),
            "output": self._facets.of_io(rows, "output", is_own=False),
        }
        sides: defaultdict[tuple[int, Direction], list[DatasetVersionName]] = defaultdict(list)
        for run, code, dataset in io:
            direction: Direction = "output" if code else "input"
            writer = rows[run][1] if code else None
            if (run, dataset) in writers and not code:
                writer = writers[run, dataset].uuid
            sides[run, direction].append(
                DatasetVersionName(
                    dataset=names[dataset],
                    version=dataset_version(names[dataset], writer),
                    facets=own[direction].get((run, dataset), {}),
                )
            )
        return {key: tuple(sorted(v, key=lambda use: use.dataset)) for key, v in sides.items()}

    def written(self, datasets: Iterable[int]) -> set[int]:
        """Return those of the datasets that some job ever wrote."""
        return {dataset for (dataset,) in rows_in(self._connection, _WRITTEN, datasets)}

    def writers(self, readers: Iterable[int]) -> dict[tuple[int, int], Writer]:
        """Return by (reader, dataset) the run that had last completed a write when it began."""
        latest: dict[tuple[int, int], Writer] = {}
        rows = rows_in(self._connection, _WRITERS, readers)
        for reader, dataset, run, decided, uuid, kind in rows:
            writer = Writer(bytes(decided), bytes(uuid), run, not kind)
            latest[reader, dataset] = max(latest.get((reader, dataset), writer), writer)
        return latest


def _datasets(uses: Iterable[DatasetVersionName]) -> Iterable[Name]:
    return (use.dataset for use in uses)


def _run(
    row: Any,
    *,
    facets: Facets | None = None,
    job_version: str | None = None,
    inputs: tuple[DatasetVersionName, ...] = (),
    outputs: tuple[DatasetVersionName, ...] = (),
) -> Run:
    parent = None
    if row[11] is not None:
        parent = RunName(id=uuid_text(row[11]), job=Name(to_text(row[12]), to_text(row[13])))
    return Run(
        key=row[0],
        id=uuid_text(row[1]),
        job_key=row[14],
        job=Name(to_text(row[2]), to_text(row[3])),
        own_state=STATES[row[4]],
        has_warning=bool(row[5]),
        started_at=moment_of(row[6]),
        ended_at=moment_of(row[7]),
        created_at=moment_of_key(row[8]),
        updated_at=moment_of_key(row[9]),
        parent=parent,
        job_version=job_version,
        facets=facets or {},
        inputs=inputs,
        outputs=outputs,
    )
