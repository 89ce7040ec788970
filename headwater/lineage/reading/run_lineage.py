"""Which runs may have read what a run wrote, and what of that is hidden."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import Connection

from headwater.lineage.reading.entities import Entities
from headwater.lineage.reading.rows import rows_in
from headwater.lineage.reading.runs import Writer
from headwater.model.lineage import Name

_READERS: Final = (
    "SELECT DISTINCT i.run_id FROM run w"
    " JOIN run_io o ON o.run_id = w.id AND o.direction = 1"
    " JOIN run_io i ON i.dataset_id = o.dataset_id AND i.direction = 0"
    " JOIN run r ON r.id = i.run_id AND r.kind = 0 AND r.first_key > w.decided_key"
    " WHERE w.id IN ({keys}) AND w.state = 2"
)
_IDS: Final = "SELECT id, uuid FROM run WHERE id IN ({keys})"
_JOBS: Final = "SELECT id, job_id FROM run WHERE id IN ({keys}) AND job_id IS NOT NULL"
_INPUTS: Final = "SELECT run_id, dataset_id FROM run_io WHERE run_id IN ({keys}) AND direction = 0"

Written = dict[tuple[int, int], Writer]
"""By reading run and dataset, the run that wrote it."""


class RunLineage:
    """Reads which runs came after others."""

    def __init__(self, connection: Connection, entities: Entities) -> None:
        self._connection = connection
        self._entities = entities

    def readers_since(self, writers: Iterable[int]) -> set[int]:
        """Return runs that began to read a dataset after one of these completed a write of it."""
        return {run for (run,) in rows_in(self._connection, _READERS, writers)}

    def ids_of(self, runs: Iterable[int]) -> dict[int, str]:
        """Return the ids of runs by key."""
        rows = rows_in(self._connection, _IDS, runs)
        return {key: str(UUID(bytes=bytes(uuid))) for key, uuid in rows}

    def visible(
        self, written: Mapping[tuple[int, int], Writer], *, towards: Literal["reader", "writer"]
    ) -> Written:
        """Leave out hidden datasets, and the runs of hidden jobs on the side that is gone to."""
        gone = self._hidden_datasets({dataset for _, dataset in written})
        if towards == "reader":
            hidden = self._of_hidden_jobs({reader for reader, _ in written})
        else:
            hidden = self._of_hidden_jobs({writer.key for writer in written.values()})
        return {
            (reader, dataset): writer
            for (reader, dataset), writer in written.items()
            if dataset not in gone and (reader if towards == "reader" else writer.key) not in hidden
        }

    def hidden_inputs(self, runs: Iterable[int]) -> set[tuple[int, Name]]:
        """Return (run, dataset) where a run reads a dataset that is hidden."""
        rows = list(rows_in(self._connection, _INPUTS, runs))
        gone = self._hidden_datasets({dataset for _, dataset in rows})
        names = self._entities.of("dataset", gone)
        return {(run, names[dataset].name) for run, dataset in rows if dataset in gone}

    def _hidden_datasets(self, datasets: Collection[int]) -> set[int]:
        found = self._entities.of("dataset", datasets)
        return {key for key, entity in found.items() if entity.is_hidden}

    def _of_hidden_jobs(self, runs: Collection[int]) -> set[int]:
        job_of = dict(rows_in(self._connection, _JOBS, runs))
        jobs = self._entities.of("job", job_of.values())
        return {run for run, job in job_of.items() if jobs[job].is_hidden}
