"""Which runs said something of a dataset's quality or size, the latest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from headwater.lineage.reading.rows import rows_of

_NAMES: Final = "'dataQualityAssertions','dataQualityMetrics','outputStatistics','inputStatistics'"
_RUNS: Final = (
    "SELECT io.run_id, io.direction FROM run_io io JOIN run r ON r.id = io.run_id"
    " WHERE io.dataset_id = :dataset AND r.kind = 0"
    " AND (r.snapshot_key IS NULL OR io.key >= r.snapshot_key){measured}"
    " ORDER BY r.decided_key DESC, r.uuid DESC, io.direction LIMIT :limit"
)
_MEASURED: Final = (
    " AND (EXISTS (SELECT 1"
    " FROM io_facet f JOIN facet_name n ON n.id = f.facet_name_id WHERE f.run_id = io.run_id"
    " AND f.dataset_id = io.dataset_id AND f.direction = io.direction AND f.is_deleted = 0"
    f" AND n.display IN ({_NAMES})) OR EXISTS (SELECT 1 FROM facet_set_member f"
    " JOIN facet_name n ON n.id = f.facet_name_id WHERE f.set_id = io.facet_set_id"
    f" AND f.is_deleted = 0 AND n.display IN ({_NAMES})))"
)


class Quality:
    """Reads which runs measured or tested a dataset."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def uses(
        self, dataset: int, *, limit: int, is_every: bool = False
    ) -> Sequence[tuple[int, bool]]:
        """Return runs by key, each with whether it wrote the dataset rather than read it.

        `is_every` asks for those that said nothing too.
        """
        sql = _RUNS.replace("{measured}", "" if is_every else _MEASURED)
        rows = rows_of(self._connection, sql, dataset=dataset, limit=limit)
        return [(run, direction == 1) for run, direction in rows]
