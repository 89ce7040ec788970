"""Which runs may have read what a run wrote, and what of that is hidden."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import Connection

from headwater.lineage.reading.entities import Entities
from headwater.lineage.reading.rows import rows_in, rows_of
from headwater.lineage.reading.runs import Runs, Writer
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
_OUTPUTS: Final = "SELECT run_id, dataset_id FROM run_io WHERE run_id IN ({keys}) AND direction = 1"
# Runs with a dataset of theirs, and another name of that dataset.
_ASKED: Final = "WITH asked (run, dataset, other) AS (VALUES {rows}) "
_WRITERS_OF_OTHERS: Final = (
    "SELECT a.run, a.dataset, (SELECT w.id FROM run w WHERE w.job_id = e.job_id AND w.state = 2"
    " AND w.decided_key < r.first_key AND EXISTS (SELECT 1 FROM run_io x WHERE x.run_id = w.id"
    " AND x.dataset_id = a.other AND x.direction = 1) ORDER BY w.decided_key DESC LIMIT 1)"
    " FROM asked a JOIN run r ON r.id = a.run"
    " JOIN job_edge e ON e.dataset_id = a.other AND e.direction = 1"
)
_READERS_OF_OTHERS: Final = (
    "SELECT DISTINCT i.run_id FROM asked a JOIN run w ON w.id = a.run AND w.state = 2"
    " JOIN run_io i ON i.dataset_id = a.other AND i.direction = 0"
    " JOIN run r ON r.id = i.run_id AND r.kind = 0 AND r.first_key > w.decided_key"
)
_WRITTEN_BY: Final = "SELECT id, decided_key, uuid, kind FROM run WHERE id IN ({keys})"
_PORTION: Final = 500

Written = dict[tuple[int, int], Writer]
"""By reading run and dataset, the run that wrote it."""


class RunLineage:
    """Reads which runs came after others."""

    def __init__(self, connection: Connection, entities: Entities) -> None:
        self._connection = connection
        self._entities = entities

    def readers_since(self, writers: Iterable[int]) -> set[int]:
        """Return runs that began to read a dataset after one of these completed a write of it.

        They may have read it by another name.
        """
        wanted = set(writers)
        readers = {run for (run,) in rows_in(self._connection, _READERS, wanted)}
        others = self._by_other_names(_OUTPUTS, wanted, _READERS_OF_OTHERS)
        return readers | {run for (run,) in others}

    def writers(self, readers: Iterable[int]) -> Written:
        """Return by (reader, dataset) the run that had last completed a write when it began.

        It may have written the dataset by another name.
        """
        wanted = set(readers)
        found = Runs(self._connection).writers(wanted)
        others = [
            row
            for row in self._by_other_names(_INPUTS, wanted, _WRITERS_OF_OTHERS)
            if row[2] is not None
        ]
        rows = rows_in(self._connection, _WRITTEN_BY, (run for _, _, run in others))
        writers = {run: Writer(bytes(k), bytes(u), run, not kind) for run, k, u, kind in rows}
        for reader, dataset, run in others:
            known = found.get((reader, dataset), writers[run])
            found[reader, dataset] = max(known, writers[run])
        return found

    def _by_other_names(self, uses: str, runs: set[int], question: str) -> list[Any]:
        """Ask of what runs use under the other names that it has."""
        used = list(rows_in(self._connection, uses, runs))
        components = self._entities.components({dataset for _, dataset in used})
        asked = sorted(
            (run, dataset, other)
            for run, dataset in used
            for other in components[dataset].members
            if other != dataset
        )
        rows: list[Any] = []
        for start in range(0, len(asked), _PORTION):
            listed = ", ".join(
                f"({run:d}, {dataset:d}, {other:d})"
                for run, dataset, other in asked[start : start + _PORTION]
            )
            rows += rows_of(self._connection, _ASKED.replace("{rows}", listed) + question)
        return rows

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
