"""Datasets as they are now, and the versions that runs made of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection

from headwater.lineage.reading.edges import Edges
from headwater.lineage.reading.facets import FacetReads
from headwater.lineage.reading.names import Names
from headwater.lineage.reading.notes import Notes
from headwater.lineage.reading.rows import moment_of_key, moment_or_zero, rows_in, rows_of
from headwater.lineage.reading.runs import Runs
from headwater.lineage.reading.said import DATASET_KEY
from headwater.lineage.reading.versions import dataset_version
from headwater.model.lineage import Dataset, DatasetVersion, Facets

_TIMES: Final = "SELECT id, first_us, last_us FROM dataset WHERE id IN ({keys})"
# Per writing job its last run that wrote the dataset, by the index of the job's runs.
_LAST_WRITES: Final = (
    "SELECT e.dataset_id, (SELECT w.id FROM run w WHERE w.job_id = e.job_id"
    " AND EXISTS (SELECT 1 FROM run_io x WHERE x.run_id = w.id AND x.dataset_id = e.dataset_id"
    " AND x.direction = 1) ORDER BY w.decided_key DESC LIMIT 1) FROM job_edge e"
    " WHERE e.dataset_id IN ({keys}) AND e.direction = 1"
)
_DECLARED: Final = (
    "SELECT f.dataset_id, e.run_id FROM dataset_facet f JOIN event e"
    f" ON e.hash = substr({DATASET_KEY}, 10) AND e.kind = 2"
    " WHERE f.dataset_id IN ({keys}) AND f.role = 1"
)
_KEYS: Final = (
    "SELECT io.dataset_id, io.key, io.run_id, r.uuid FROM run_io io JOIN run r ON r.id = io.run_id"
    " WHERE io.run_id IN ({keys}) AND io.direction = 1"
)
_VERSIONS: Final = (
    "SELECT r.id, r.uuid, r.kind, io.key FROM run_io io JOIN run r ON r.id = io.run_id"
    " WHERE io.dataset_id = :dataset AND io.direction = 1 ORDER BY io.key DESC, r.uuid DESC"
)


class Datasets:
    """Reads datasets by key, and their versions."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._names = Names(connection)
        self._facets = FacetReads(connection)

    def by_keys(self, keys: Iterable[int]) -> dict[int, Dataset]:
        """Return datasets by key, as they are now."""
        wanted = list(keys)
        names = self._names.of("dataset", wanted)
        facets = self._facets.of_datasets(wanted)
        writes = self._last_writes(wanted)
        notes = Notes(self._connection).of("dataset", wanted)
        left = self._facets.of_io((run for run, _ in writes.values()), "output", is_own=True)
        return {
            key: Dataset(
                key=key,
                name=names[key],
                created_at=moment_or_zero(first),
                updated_at=moment_or_zero(last),
                version=dataset_version(names[key], writes[key][1] if key in writes else None),
                facets=facets.get(key, {}),
                last_write_facets=left.get((writes[key][0], key), {}) if key in writes else {},
                notes=notes.get(key, ()),
            )
            for key, first, last in rows_in(self._connection, _TIMES, wanted)
        }

    def with_input_facets(self, dataset: Dataset) -> Dataset:
        """Add what current readers say of a dataset, such as its quality, to its facets."""
        uses = Edges(self._connection).uses_of_datasets([dataset.key], "input")
        said = self._facets.of_reads(dataset.key, (use.run for use in uses))
        return replace(dataset, facets={**said, **dataset.facets})

    def versions(self, dataset: int, *, limit: int, offset: int) -> list[DatasetVersion]:
        """Return a page of versions, the newest first; one that nobody wrote has one version."""
        sql = _VERSIONS + " LIMIT :limit OFFSET :offset"
        rows = rows_of(self._connection, sql, dataset=dataset, limit=limit, offset=offset)
        if rows or self.count_versions(dataset):
            return self._made(dataset, rows)
        return [self._unwritten(dataset)] if limit and not offset else []

    def version(self, dataset: int, version: str) -> DatasetVersion | None:
        """Return one version by its id, None when the dataset never had it."""
        name = self._names.of("dataset", [dataset])[dataset]
        if version == dataset_version(name, None):
            return self._unwritten(dataset)
        rows = rows_of(self._connection, _VERSIONS, dataset=dataset)
        found = [row for row in rows if dataset_version(name, bytes(row[1])) == version]
        return self._made(dataset, found)[0] if found else None

    def count_versions(self, dataset: int) -> int:
        """Count the versions that runs and DatasetEvents made."""
        sql = "SELECT count(*) FROM run_io WHERE dataset_id = :dataset AND direction = 1"
        return int(rows_of(self._connection, sql, dataset=dataset)[0][0])

    def last_writes(self, keys: Iterable[int]) -> dict[int, int]:
        """Return the run, or the DatasetEvent, that wrote each dataset last."""
        return {dataset: run for dataset, (run, _) in self._last_writes(keys).items()}

    def _last_writes(self, keys: Iterable[int]) -> dict[int, tuple[int, bytes]]:
        """Return the run, and its UUID, that wrote each dataset last."""
        wanted = list(keys)
        rows = [
            *rows_in(self._connection, _LAST_WRITES, wanted),
            *rows_in(self._connection, _DECLARED, wanted),
        ]
        among = {(dataset, run) for dataset, run in rows if run is not None}
        latest: dict[int, tuple[bytes, int, bytes]] = {}
        for dataset, key, run, uuid in rows_in(self._connection, _KEYS, (r for _, r in among)):
            if (dataset, run) in among:
                written = (bytes(key), run, bytes(uuid))
                latest[dataset] = max(latest.get(dataset, written), written)
        return {dataset: (run, uuid) for dataset, (_, run, uuid) in latest.items()}

    def _made(self, dataset: int, rows: Iterable[Any]) -> list[DatasetVersion]:
        held = list(rows)
        name = self._names.of("dataset", [dataset])[dataset]
        runs = Runs(self._connection).by_keys(row[0] for row in held if row[2] == 0)
        facets = self._facets.of_io((row[0] for row in held), "output", is_own=True)
        notes = Notes(self._connection).of("dataset", [dataset]).get(dataset, ())
        return [
            DatasetVersion(
                dataset=name,
                version=dataset_version(name, bytes(uuid)),
                created_at=moment_of_key(key),
                facets=facets.get((run, dataset), {}),
                created_by=runs.get(run),
                notes=notes,
            )
            for run, uuid, _, key in held
        ]

    def _unwritten(self, dataset: int) -> DatasetVersion:
        known = self.by_keys([dataset])[dataset]
        facets: Facets = known.facets
        return DatasetVersion(
            dataset=known.name,
            version=dataset_version(known.name, None),
            created_at=known.created_at,
            facets=facets,
            created_by=None,
            notes=known.notes,
        )
