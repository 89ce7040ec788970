"""The attempts at a run: each from a START to what ended it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from headwater.lineage.lww import key_of
from headwater.lineage.projections.run_state import Mark, attempts_of
from headwater.lineage.projections.runs import HAS_ERROR, HAS_STATISTICS
from headwater.lineage.reading.rows import moment_of_key, rows_of
from headwater.lineage.reading.runs import STATES
from headwater.model.lineage import Moment, RunState
from headwater.wire.openlineage.event import EventType
from headwater.wire.openlineage.times import EventTime

_MARKS: Final = (
    "SELECT type, flags, time_s, time_ns, hash, received_us FROM event"
    " WHERE run_id = :run AND type IN (1, 4, 5, 6)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt at a run; a time is None where no event tells it."""

    state: RunState
    started_at: Moment | None
    ended_at: Moment | None


class Attempts:
    """Reads how often a run was begun."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, run: int) -> list[Attempt]:
        """Return the attempts at a run, the first one first; there is always one."""
        marks = [
            Mark(
                key_of(_time(seconds, rest), kind, bytes(hash_), received_us=received),
                kind,
                bool(flags & HAS_ERROR),
                bool(flags & HAS_STATISTICS),
            )
            for code, flags, seconds, rest, hash_, received in rows_of(
                self._connection, _MARKS, run=run
            )
            for kind in (EventType(code),)
        ]
        return [
            Attempt(
                state=STATES[one.state],
                started_at=None if one.started is None else moment_of_key(one.started),
                ended_at=None if one.ended is None else moment_of_key(one.ended),
            )
            for one in attempts_of(marks)
        ]


def _time(seconds: int | None, nanoseconds: int | None) -> EventTime | None:
    if seconds is None:
        return None
    return EventTime(seconds=seconds, nanoseconds=nanoseconds or 0, text="")
