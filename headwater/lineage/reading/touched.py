"""Which jobs and datasets the events of a span of time tell of, and when each was first named."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection

from headwater.lineage.lww import microseconds_of
from headwater.lineage.reading.names import Kind
from headwater.lineage.reading.past import bound_of
from headwater.lineage.reading.rows import rows_in, rows_of
from headwater.model.lineage import Moment

_BETWEEN: Final = (
    " e.time_s >= :after_s AND e.time_s <= :until_s"
    " AND (e.time_s > :after_s OR e.time_ns > :after_ns)"
    " AND (e.time_s < :until_s OR e.time_ns <= :until_ns)"
)
_JOBS: Final = (
    "SELECT DISTINCT r.job_id FROM event e JOIN run r ON r.id = e.run_id"
    " WHERE r.job_id IS NOT NULL AND" + _BETWEEN
)
_DATASETS: Final = (
    "SELECT DISTINCT io.dataset_id FROM event e JOIN run_io io ON io.run_id = e.run_id"
    " WHERE e.kind = 2 AND" + _BETWEEN
)
_EDGES: Final = "SELECT job_id, dataset_id FROM job_edge WHERE job_id IN ({keys})"
_FIRST: Final = "SELECT id, first_us FROM {kind} WHERE id IN ({{keys}})"


class Touched:
    """Reads keys, hidden ones too."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def between(self, kind: Kind, after: Moment, until: Moment) -> set[int]:
        """Return jobs of which events later than `after` tell, or datasets that they declare."""
        sql = _JOBS if kind == "job" else _DATASETS
        values = {
            "after_s": after.seconds,
            "after_ns": after.nanoseconds,
            "until_s": until.seconds,
            "until_ns": until.nanoseconds,
        }
        return {int(key) for (key,) in rows_of(self._connection, sql, **values)}

    def datasets_of(self, jobs: Iterable[int]) -> dict[int, set[int]]:
        """Return all that each job ever read or wrote."""
        found: defaultdict[int, set[int]] = defaultdict(set)
        for job, dataset in rows_in(self._connection, _EDGES, jobs):
            found[job].add(dataset)
        return dict(found)

    def known_at(self, kind: Kind, keys: Iterable[int], time: Moment) -> set[int]:
        """Return those of which an event at or before a time tells."""
        latest = microseconds_of(bound_of(time))
        assert latest is not None
        rows = rows_in(self._connection, _FIRST.format(kind=kind), keys)
        return {key for key, first in rows if first is not None and first <= latest}
