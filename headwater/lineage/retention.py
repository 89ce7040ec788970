"""Retention cuts: which old entries of the log nothing that counts now depends on.

A run is cut as a whole, when all of its events are older than the time and it has ended. Kept is
what decides the present: who speaks for a job, its latest run and version, who touched a dataset
last, whose facets count, who made what those runs read, what brings back something deleted, and
the families of all these.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from headwater.database.session import Session
from headwater.lineage.commands import Command
from headwater.lineage.reading.current import EXPLICIT_SIDES, IO_SIDES
from headwater.lineage.reading.said import DATASET_KEY, JOB_KEY
from headwater.wire.openlineage.times import read_time

_MOST_LEVELS: Final = 64
_OLD: Final = (
    "SELECT e.run_id FROM event e JOIN run r ON r.id = e.run_id AND r.state NOT IN (0, 1)"
    " WHERE e.kind < 3 GROUP BY e.run_id HAVING max(e.time_s) < ? AND count(e.time_s) = count(*)"
)
_LATEST: Final = (
    "SELECT (SELECT r.id FROM run r WHERE r.job_id = j.id AND {condition}"
    " ORDER BY r.decided_key DESC, r.uuid DESC LIMIT 1) FROM job j"
)
_CONDITIONS: Final = (
    "r.kind >= 0",
    "r.kind = 0",
    "r.io_hash IS NOT NULL",
    "r.state = 2",  # a job that ever completed does not show what failed runs name
    *(
        f"r.state {states} AND EXISTS ({side.names})"
        for side in (*IO_SIDES, *EXPLICIT_SIDES)
        for states in ("= 2", "IN (3, 4)")
    ),
)
_TOUCHED_LAST: Final = (
    "SELECT t.run_id FROM (SELECT run_id, row_number() OVER (PARTITION BY dataset_id, direction"
    " ORDER BY key DESC) AS place FROM run_io) t WHERE t.place = 1"
)
_OF_FACETS: Final = tuple(
    f"SELECT e.run_id FROM {kind}_facet f JOIN event e ON e.hash = substr({key}, 10)"
    " WHERE e.run_id IS NOT NULL"
    for kind, key in (("job", JOB_KEY), ("dataset", DATASET_KEY))
)
_DELETED: Final = "(x.deleted_seq > 0 OR n.deleted_seq > 0)"
_NAMING_DELETED: Final = (
    "SELECT r.id FROM run r JOIN job x ON x.id = r.job_id"
    f" JOIN namespace n ON n.id = x.namespace_id WHERE {_DELETED}",
    "SELECT io.run_id FROM run_io io JOIN dataset x ON x.id = io.dataset_id"
    f" JOIN namespace n ON n.id = x.namespace_id WHERE {_DELETED}",
    "SELECT p.run_id FROM run_parent p JOIN job x ON x.id = p.parent_job_id"
    f" JOIN namespace n ON n.id = x.namespace_id WHERE {_DELETED}",
)
_WRITERS: Final = (
    "SELECT (SELECT w.id FROM run w WHERE w.job_id = e.job_id"
    " AND w.state = 2 AND w.decided_key < r.first_key AND EXISTS (SELECT 1 FROM run_io x"
    " WHERE x.run_id = w.id AND x.dataset_id = io.dataset_id AND x.direction = 1)"
    " ORDER BY w.decided_key DESC LIMIT 1) FROM run_io io JOIN run r ON r.id = io.run_id"
    " JOIN job_edge e ON e.dataset_id = io.dataset_id AND e.direction = 1"
    " WHERE io.run_id IN ({keys}) AND io.direction = 0"
)
_FAMILY: Final = (
    "SELECT p.id FROM run_parent rp JOIN run p ON p.uuid = rp.parent_uuid"
    " WHERE rp.run_id IN ({keys})",
    "SELECT rp.run_id FROM run p JOIN run_parent rp ON rp.parent_uuid = p.uuid"
    " WHERE p.id IN ({keys})",
)
_ENTRIES: Final = "SELECT seq FROM event WHERE kind < 3 AND run_id IN ({keys})"


class RetentionCut:
    """One cut of the log before the time that its command names, inside a transaction."""

    def __init__(self, session: Session, command: Command) -> None:
        self._session = session
        time = read_time(command.values.get("before") or "")
        assert time is not None
        self._before = time.seconds

    def entries(self) -> list[int]:
        """Return the sequences of the events that may go."""
        old = set(self._keys(self._session.rows(_OLD, self._before)))
        if not old:
            return []
        rows = self._session.rows_in(_ENTRIES, sorted(old - self._kept()))
        return sorted(seq for (seq,) in rows)

    def _kept(self) -> set[int]:
        """Return the runs on which the present depends."""
        questions = [_LATEST.format(condition=condition) for condition in _CONDITIONS]
        questions += [_TOUCHED_LAST, *_NAMING_DELETED, *_OF_FACETS]
        kept = {key for sql in questions for key in self._keys(self._session.rows(sql))}
        kept |= self._keys(self._session.rows_in(_WRITERS, sorted(kept)))
        frontier = kept
        for _ in range(_MOST_LEVELS):
            keys = sorted(frontier)
            near = {key for sql in _FAMILY for key in self._keys(self._session.rows_in(sql, keys))}
            frontier = near - kept
            if not frontier:
                break
            kept |= frontier
        return kept

    def _keys(self, rows: Iterable[tuple[object, ...]]) -> set[int]:
        return {key for (key,) in rows if isinstance(key, int)}
