"""Which runs of a job speak for it now, per direction (DESIGN 3, "Current").

The latest COMPLETE run that names a dataset there, united with the runs in flight that came after
it; a job that never completed and has nothing in flight shows its latest ended run.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from headwater.lineage.reading.rows import rows_in
from headwater.model.lineage import EdgeState

INPUT: Final = 0
OUTPUT: Final = 1

IN_FLIGHT: Final = "(0, 1)"
COMPLETED: Final = "(2)"
UNSUCCESSFUL: Final = "(3, 4)"


@dataclass(frozen=True, slots=True)
class Speaker:
    """A run that counts for its job in one direction, and why."""

    job: int
    run: int
    state: EdgeState


_NAMES_SOMETHING: Final = (
    "EXISTS (SELECT 1 FROM run_io io WHERE io.run_id = r.id AND io.direction = {direction}"
    " AND (r.snapshot_key IS NULL OR io.key >= r.snapshot_key))"
)

_LATEST: Final = (
    "SELECT j.id, (SELECT r.id FROM run r WHERE r.job_id = j.id AND r.state IN {states} AND "
    + _NAMES_SOMETHING
    + " ORDER BY r.decided_key DESC, r.uuid DESC LIMIT 1) FROM job j WHERE j.id IN ({keys})"
    " AND EXISTS (SELECT 1 FROM job_edge e WHERE e.job_id = j.id AND e.direction = {direction})"
)

_IN_FLIGHT_SINCE: Final = (
    "SELECT r.job_id, r.id FROM run c JOIN run r ON r.job_id = c.job_id"
    f" AND r.decided_key > c.decided_key WHERE c.id IN ({{keys}}) AND r.state IN {IN_FLIGHT}"
)

_IN_FLIGHT: Final = (
    f"SELECT r.job_id, r.id FROM run r WHERE r.job_id IN ({{keys}}) AND r.state IN {IN_FLIGHT}"
)


def speakers(connection: Connection, jobs: Iterable[int], direction: int) -> list[Speaker]:
    """Return the runs that count now for these jobs in one direction."""
    found: list[Speaker] = []
    latest = _latest(connection, jobs, direction, COMPLETED)
    completed = {job: run for job, run in latest.items() if run is not None}
    found += (Speaker(job, run, "current") for job, run in completed.items())
    never = [job for job, run in latest.items() if run is None]
    flying = [
        *rows_in(connection, _IN_FLIGHT_SINCE, completed.values()),
        *rows_in(connection, _IN_FLIGHT, never),
    ]
    found += (Speaker(job, run, "running") for job, run in flying)
    silent = set(never) - {job for job, _ in flying}
    ended = _latest(connection, silent, direction, UNSUCCESSFUL)
    found += (Speaker(job, run, "failed") for job, run in ended.items() if run is not None)
    return found


def _latest(
    connection: Connection, jobs: Iterable[int], direction: int, states: str
) -> dict[int, int | None]:
    sql = _LATEST.replace("{states}", states).replace("{direction}", str(direction))
    return dict(row[:2] for row in rows_in(connection, sql, jobs))
