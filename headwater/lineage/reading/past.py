"""Facets of jobs and datasets as the runs up to a point in time left them.

A run counts as a whole: by the last event that said a facet of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import Connection, text

from headwater.lineage.lww import key_of
from headwater.lineage.reading.facets import FacetReads
from headwater.lineage.reading.rows import batches, listed
from headwater.model.lineage import Facets, Moment
from headwater.wire.openlineage.event import EventType
from headwater.wire.openlineage.times import EventTime

_Row = tuple[int, int, int, bytes, int, int]

_LOOKED_BACK: Final = 20
_HIGHEST: Final = b"\xff" * 16
_ALWAYS_PLAUSIBLE: Final = 1 << 62

_OF_DATASETS: Final = (
    "WITH recent AS (SELECT io.run_id, io.dataset_id, io.direction, io.key, io.facet_set_id,"
    " row_number() OVER (PARTITION BY io.dataset_id, io.direction ORDER BY io.key DESC) AS place"
    " FROM run_io io WHERE io.dataset_id IN ({keys}) AND io.key <= :bound)"
    " SELECT r.dataset_id, m.facet_name_id, m.facet_id, r.key, m.is_deleted, r.direction"
    f" FROM recent r JOIN facet_set_member m ON r.place <= {_LOOKED_BACK}"
    " AND m.set_id = r.facet_set_id UNION ALL"
    " SELECT f.dataset_id, f.facet_name_id, f.facet_id, f.key, f.is_deleted, f.direction"
    f" FROM recent r JOIN io_facet f ON r.place <= {_LOOKED_BACK} AND f.run_id = r.run_id"
    " AND f.dataset_id = r.dataset_id AND f.direction = r.direction AND f.part = 0"
    " WHERE f.key <= :bound ORDER BY 6, 4"
)
_RECENT: Final = (
    "SELECT x.id FROM run x WHERE x.job_id = j.id AND x.decided_key <= :bound"
    f" ORDER BY x.decided_key DESC LIMIT {_LOOKED_BACK}"
)
_OF_JOBS: Final = (
    "SELECT j.id, m.facet_name_id, m.facet_id, r.last_key, m.is_deleted, 0 FROM job j"
    f" JOIN run r ON r.id IN ({_RECENT}) JOIN facet_set_member m ON m.set_id = r.job_set_id"
    " WHERE j.id IN ({keys}) AND r.last_key <= :bound UNION ALL"
    " SELECT j.id, f.facet_name_id, f.facet_id, f.key, f.is_deleted, 0 FROM job j"
    f" JOIN run r ON r.id IN ({_RECENT}) JOIN run_facet f ON f.run_id = r.id AND f.owner = 1"
    " WHERE j.id IN ({keys}) AND f.key <= :bound ORDER BY 4"
)


class PastFacets(FacetReads):
    """Reads what was said of jobs and datasets at or before a time."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._opened = connection

    def of_datasets_at(self, datasets: Iterable[int], time: Moment) -> dict[int, Facets]:
        """Return the facets of datasets; what readers said counts where nobody had written."""
        rows = self._rows(_OF_DATASETS, datasets, time)
        written = {row[0] for row in rows if row[5] == 1}
        return self._latest(row for row in rows if row[5] == 1 or row[0] not in written)

    def of_jobs_at(self, jobs: Iterable[int], time: Moment) -> dict[int, Facets]:
        """Return the facets of jobs."""
        return self._latest(self._rows(_OF_JOBS, jobs, time))

    def _rows(self, sql: str, keys: Iterable[int], time: Moment) -> Sequence[_Row]:
        rows: list[_Row] = []
        for batch in batches(keys):
            statement = text(sql.replace("{keys}", listed(batch)))
            found = self._opened.execute(statement, {"bound": bound_of(time)})
            rows += ((row[0], row[1], row[2], row[3], row[4], row[5]) for row in found)
        return rows

    def _latest(self, rows: Iterable[_Row]) -> dict[int, Facets]:
        """Keep the last of each name; rows come in the order of their keys."""
        kept: dict[tuple[int, int], int | None] = {}
        for owner, name, facet, _, is_deleted, _ in rows:
            kept[owner, name] = None if is_deleted else facet
        return self._gathered(
            (owner, name, facet) for (owner, name), facet in kept.items() if facet is not None
        )


def bound_of(time: Moment, *, is_upper: bool = True) -> bytes:
    """Return the greatest LWW key that an event at a time can have, or the least."""
    moment = EventTime(time.seconds, time.nanoseconds, "")
    type_, hash_ = (EventType.COMPLETE, _HIGHEST) if is_upper else (EventType.START, b"")
    return key_of(moment, type_, hash_, received_us=_ALWAYS_PLAUSIBLE)
