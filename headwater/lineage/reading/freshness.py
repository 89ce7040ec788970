"""Which run left each dataset as it is: the last that completed a write of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection

from headwater.lineage.reading.past import bound_of
from headwater.lineage.reading.rows import rows_in, rows_of
from headwater.model.lineage import Moment

_LAST_COMPLETED: Final = (
    "SELECT e.dataset_id, (SELECT w.id FROM run w WHERE w.job_id = e.job_id AND w.state = 2"
    " AND w.kind = 0 AND EXISTS (SELECT 1 FROM run_io x WHERE x.run_id = w.id"
    " AND x.dataset_id = e.dataset_id AND x.direction = 1) ORDER BY w.decided_key DESC LIMIT 1)"
    " FROM job_edge e WHERE e.dataset_id IN ({keys}) AND e.direction = 1"
)
_LAST_BEFORE: Final = (
    "SELECT p.column1, (SELECT w.id FROM run w WHERE w.job_id = p.column2 AND w.state = 2"
    " AND w.kind = 0 AND w.decided_key <= :bound AND EXISTS (SELECT 1 FROM run_io x"
    " WHERE x.run_id = w.id AND x.dataset_id = p.column1 AND x.direction = 1)"
    " ORDER BY w.decided_key DESC LIMIT 1) FROM (VALUES {pairs}) AS p"
)
_PAIRS: Final = 500
_DECIDED: Final = "SELECT id, decided_key, uuid FROM run WHERE id IN ({keys})"


class Freshness:
    """Reads when datasets were written."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def last_writes(self, datasets: Iterable[int]) -> dict[int, int]:
        """Return dataset to the run that completed the last write of it."""
        return self._latest(rows_in(self._connection, _LAST_COMPLETED, datasets))

    def last_writes_at(self, writers: Iterable[tuple[int, int]], time: Moment) -> dict[int, int]:
        """Return dataset to the run that had completed the last write of it by a time.

        `writers` are datasets with the jobs that wrote them by then.
        """
        pairs = sorted(set(writers))
        found: list[tuple[int, int | None]] = []
        for start in range(0, len(pairs), _PAIRS):
            batch = pairs[start : start + _PAIRS]
            listed = ",".join(f"({int(dataset)},{int(job)})" for dataset, job in batch)
            statement = _LAST_BEFORE.replace("{pairs}", listed)
            rows = rows_of(self._connection, statement, bound=bound_of(time))
            found += ((row[0], row[1]) for row in rows)
        return self._latest(found)

    def _latest(self, rows: Iterable[tuple[int, int | None]]) -> dict[int, int]:
        found = [(dataset, run) for dataset, run in rows if run is not None]
        keys = rows_in(self._connection, _DECIDED, (run for _, run in found))
        decided = {run: (bytes(key), bytes(uuid)) for run, key, uuid in keys}
        latest: dict[int, tuple[tuple[bytes, bytes], int]] = {}
        for dataset, run in found:
            candidate = (decided[run], run)
            latest[dataset] = max(latest.get(dataset, candidate), candidate)
        return {dataset: run for dataset, (_, run) in latest.items()}
