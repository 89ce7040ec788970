"""How runs ended within a window: counted by job and interval, what they wrote, what they used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from headwater.lineage.deflate import FACET
from headwater.lineage.lww import key_of
from headwater.lineage.reading.names import Names
from headwater.lineage.reading.rows import rows_in, rows_of
from headwater.lineage.reading.runs import STATES
from headwater.model.intervals import Intervals
from headwater.model.lineage import Name, RunState
from headwater.wire.openlineage.event import EventType
from headwater.wire.openlineage.times import EventTime

_SECOND: Final = 1_000_000
_MARGIN_SECONDS: Final = 24 * 3600
"""The event that decided a run may be later than its end; so much later it is looked for."""

_ENDED: Final = (
    " WHERE r.kind = 0 AND r.state >= 2 AND r.decided_key >= :first AND r.decided_key < :last"
    " AND r.ended_us >= :start AND r.ended_us < :end GROUP BY 1, 2, 3, 4"
)
_COUNTS: Final = (
    "SELECT r.job_id, (r.ended_us - :start) / :step, r.state,"
    " CASE WHEN p.run_id IS NULL THEN 0 ELSE 1 END, count(*), count(r.started_us),"
    " sum(r.ended_us - r.started_us) FROM run r LEFT JOIN run_parent p ON p.run_id = r.id" + _ENDED
)
_WRITTEN: Final = (
    "SELECT r.job_id, (r.ended_us - :start) / :step, f.facet_id, r.state, count(*) FROM run r"
    " JOIN io_facet f ON f.run_id = r.id AND f.direction = 1 AND f.part = 1 AND f.is_deleted = 0"
    " JOIN facet_name n ON n.id = f.facet_name_id AND n.display = 'outputStatistics'" + _ENDED
)
_USED: Final = (
    "SELECT r.job_id, (r.ended_us - :start) / :step, f.facet_id, r.state, count(*) FROM run r"
    " JOIN {of} f ON f.{key} AND f.is_deleted = 0"
    " JOIN facet_name n ON n.id = f.facet_name_id AND n.display = 'headwater_resources'" + _ENDED
)
_IN_SETS: Final = _USED.format(of="facet_set_member", key="set_id = r.run_set_id")
_BY_NAME: Final = _USED.format(of="run_facet", key="run_id = r.id AND f.owner = 0")
_BODIES: Final = "SELECT id, body FROM facet WHERE id IN ({keys})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How many runs of a job ended so in one interval, by its number.

    `timed` of them have a start, and took `microseconds` together. `is_child` tells that they
    have a parent.
    """

    job: Name
    interval: int
    state: RunState
    is_child: bool
    runs: int
    timed: int
    microseconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A facet that runs of a job sent, and how often, in one interval."""

    job: Name
    interval: int
    body: bytes
    times: int


class Outcomes:
    """Reads how runs ended, by the end of their last attempt; grouped by the database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._names = Names(connection)

    def counts(self, intervals: Intervals) -> list[Ended]:
        """Count the runs that ended, by interval, job and state."""
        rows = rows_of(self._connection, _COUNTS, **_values(intervals))
        names = self._names.of("job", (row[0] for row in rows))
        found = [
            Ended(
                job=names[job],
                interval=int(interval),
                state=STATES[state],
                is_child=bool(is_child),
                runs=runs,
                timed=timed,
                microseconds=int(microseconds or 0),
            )
            for job, interval, state, is_child, runs, timed, microseconds in rows
        ]
        return sorted(found, key=lambda one: (one.interval, one.job, one.state, one.is_child))

    def statistics(self, intervals: Intervals) -> list[Said]:
        """Return the `outputStatistics` of the runs that ended, one for each output."""
        return self._said(_WRITTEN, intervals)

    def resources(self, intervals: Intervals) -> list[Said]:
        """Return the `headwater_resources` of the runs that ended."""
        return self._said(f"{_IN_SETS} UNION ALL {_BY_NAME}", intervals)

    def _said(self, sql: str, intervals: Intervals) -> list[Said]:
        rows: Sequence[tuple[int, int, int, int, int]] = rows_of(
            self._connection, sql, **_values(intervals)
        )
        names = self._names.of("job", (row[0] for row in rows))
        bodies = {
            key: FACET.unpack(bytes(body))
            for key, body in rows_in(self._connection, _BODIES, (row[2] for row in rows))
        }
        found = [
            Said(job=names[job], interval=int(interval), body=bodies[facet], times=times)
            for job, interval, facet, _, times in rows
        ]
        return sorted(found, key=lambda one: (one.interval, one.job, one.body))


def _values(intervals: Intervals) -> dict[str, object]:
    return {
        "start": intervals.start * _SECOND,
        "end": intervals.end * _SECOND,
        "step": intervals.step * _SECOND,
        "first": _key(intervals.start),
        "last": _key(intervals.end + _MARGIN_SECONDS),
    }


def _key(seconds: int) -> bytes:
    """Return the least key of a plausible event of this time."""
    time = EventTime(seconds=seconds, nanoseconds=0, text="")
    return key_of(time, EventType.START, b"", received_us=seconds * _SECOND)
