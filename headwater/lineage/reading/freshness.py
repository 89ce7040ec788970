"""Which run left each dataset as it is: the last that completed a write of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection

from headwater.lineage.reading.rows import rows_in

_LAST_COMPLETED: Final = (
    "SELECT e.dataset_id, (SELECT w.id FROM run w WHERE w.job_id = e.job_id AND w.state = 2"
    " AND w.kind = 0 AND EXISTS (SELECT 1 FROM run_io x WHERE x.run_id = w.id"
    " AND x.dataset_id = e.dataset_id AND x.direction = 1) ORDER BY w.decided_key DESC LIMIT 1)"
    " FROM job_edge e WHERE e.dataset_id IN ({keys}) AND e.direction = 1"
)
_DECIDED: Final = "SELECT id, decided_key, uuid FROM run WHERE id IN ({keys})"


class Freshness:
    """Reads when datasets were written."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def last_writes(self, datasets: Iterable[int]) -> dict[int, int]:
        """Return dataset to the run that completed the last write of it."""
        found = [
            (dataset, run)
            for dataset, run in rows_in(self._connection, _LAST_COMPLETED, datasets)
            if run is not None
        ]
        rows = rows_in(self._connection, _DECIDED, (run for _, run in found))
        decided = {run: (bytes(key), bytes(uuid)) for run, key, uuid in rows}
        latest: dict[int, tuple[tuple[bytes, bytes], int]] = {}
        for dataset, run in found:
            candidate = (decided[run], run)
            latest[dataset] = max(latest.get(dataset, candidate), candidate)
        return {dataset: run for dataset, (_, run) in latest.items()}
