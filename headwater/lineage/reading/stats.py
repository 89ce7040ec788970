"""How many of what there were, hour by hour or day by day, counted when asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from sqlalchemy import Connection

from headwater.lineage.reading.names import Kind
from headwater.lineage.reading.namespaces import Sources
from headwater.lineage.reading.rows import hidden, rows_of
from headwater.wire.openlineage.event import EventType

_EVENTS: Final = (
    "SELECT type, count(*) FROM event WHERE kind = 0 AND time_s >= :start AND time_s < :end"
    " GROUP BY type"
)
_SEEN_SINCE: Final = (
    "SELECT x.first_us FROM {kind} x JOIN namespace n ON n.id = x.namespace_id"
    " WHERE x.standing >= 1 AND x.first_us >= :start AND NOT " + hidden("x")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCounts:
    """How many run events of each type happened in one interval."""

    fail: int
    start: int
    complete: int
    abort: int


class Stats:
    """Counts by event time; an interval runs from one bound, in Unix seconds, to the next."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def events(self, bounds: Sequence[int]) -> list[EventCounts]:
        """Count the run events of each interval."""
        return [self._events(start, end) for start, end in pairwise(bounds)]

    def known(self, kind: Kind, total: int, bounds: Sequence[int]) -> list[int]:
        """Count the jobs or datasets, of `total`, that were known at the end of each interval."""
        sql = _SEEN_SINCE.format(kind=kind)
        rows = rows_of(self._connection, sql, start=bounds[1] * 1_000_000)
        return _known(total, (first for (first,) in rows), bounds)

    def sources(self, bounds: Sequence[int]) -> list[int]:
        """Count the sources that were known at the end of each interval."""
        found = Sources(self._connection).all()
        return _known(len(found), (s.created_at.seconds * 1_000_000 for s in found), bounds)

    def _events(self, start: int, end: int) -> EventCounts:
        counts = dict(row[:2] for row in rows_of(self._connection, _EVENTS, start=start, end=end))
        return EventCounts(
            fail=counts.get(EventType.FAIL, 0),
            start=counts.get(EventType.START, 0),
            complete=counts.get(EventType.COMPLETE, 0),
            abort=counts.get(EventType.ABORT, 0),
        )


def _known(total: int, first_us: Iterable[int], bounds: Sequence[int]) -> list[int]:
    ends = [bound * 1_000_000 for bound in bounds[1:]]
    seen = list(first_us)
    return [total - sum(first >= end for first in seen) for end in ends]
