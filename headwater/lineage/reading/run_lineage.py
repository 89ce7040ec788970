"""Which runs may have read what a run wrote."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from headwater.lineage.reading.rows import rows_in

_READERS: Final = (
    "SELECT DISTINCT i.run_id FROM run w"
    " JOIN run_io o ON o.run_id = w.id AND o.direction = 1"
    " JOIN run_io i ON i.dataset_id = o.dataset_id AND i.direction = 0"
    " JOIN run r ON r.id = i.run_id AND r.kind = 0 AND r.first_key > w.decided_key"
    " WHERE w.id IN ({keys}) AND w.state = 2"
)
_IDS: Final = "SELECT id, uuid FROM run WHERE id IN ({keys})"


class RunLineage:
    """Reads which runs came after others."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def readers_since(self, writers: Iterable[int]) -> set[int]:
        """Return runs that began to read a dataset after one of these completed a write of it."""
        return {run for (run,) in rows_in(self._connection, _READERS, writers)}

    def ids_of(self, runs: Iterable[int]) -> dict[int, str]:
        """Return the ids of runs by key."""
        rows = rows_in(self._connection, _IDS, runs)
        return {key: str(UUID(bytes=bytes(uuid))) for key, uuid in rows}
