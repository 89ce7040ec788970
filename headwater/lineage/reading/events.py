"""Events as they were sent, by event time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, Literal

from sqlalchemy import Connection

from headwater.lineage.envelope import facet_ids, unpack
from headwater.lineage.reading.rows import rows_in, rows_of
from headwater.model.lineage import Moment

_WITHIN: Final = (
    " FROM event WHERE kind = 0 AND (time_s > :after_s OR (time_s = :after_s AND"
    " time_ns >= :after_ns)) AND (time_s < :before_s OR (time_s = :before_s AND"
    " time_ns < :before_ns))"
)


class Events:
    """Reads run events back, equal to what was sent."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def page(
        self,
        *,
        after: Moment,
        before: Moment,
        order: Literal["ASC", "DESC"],
        limit: int,
        offset: int,
    ) -> list[bytes]:
        """Return run events from `after` to before `before`, as JSON."""
        sql = (
            f"SELECT body{_WITHIN} ORDER BY time_s {order}, time_ns {order}, hash {order}"
            " LIMIT :limit OFFSET :offset"
        )
        values = {**_bounds(after, before), "limit": limit, "offset": offset}
        stored = [bytes(body) for (body,) in rows_of(self._connection, sql, **values)]
        bodies = self._bodies(key for body in stored for key in facet_ids(body))
        return [unpack(body, bodies) for body in stored]

    def count(self, *, after: Moment, before: Moment) -> int:
        """Count the run events between two times."""
        sql = f"SELECT count(*){_WITHIN}"
        return int(rows_of(self._connection, sql, **_bounds(after, before))[0][0])

    def _bodies(self, facets: Iterable[int]) -> dict[int, bytes]:
        sql = "SELECT id, body FROM facet WHERE id IN ({keys})"
        return {key: bytes(body) for key, body in rows_in(self._connection, sql, facets)}


def _bounds(after: Moment, before: Moment) -> dict[str, Any]:
    return {
        "after_s": after.seconds,
        "after_ns": after.nanoseconds,
        "before_s": before.seconds,
        "before_ns": before.nanoseconds,
    }
