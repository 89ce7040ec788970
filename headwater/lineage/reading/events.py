"""Events as they were sent, by event time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import Connection

from headwater.lineage.envelope import facet_ids, unpack
from headwater.lineage.reading.rows import rows_in, rows_of, to_bytes
from headwater.model.lineage import Moment

_WITHIN: Final = (
    " FROM event e WHERE e.kind = 0 AND (e.time_s > :after_s OR (e.time_s = :after_s AND"
    " e.time_ns >= :after_ns)) AND (e.time_s < :before_s OR (e.time_s = :before_s AND"
    " e.time_ns < :before_ns))"
)
_OF_NAMESPACE: Final = (
    " AND EXISTS (SELECT 1 FROM run r JOIN job j ON j.id = r.job_id"
    " JOIN namespace n ON n.id = j.namespace_id WHERE r.id = e.run_id AND n.name = :namespace)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Which events: from `after` to before `before`, of the jobs of a namespace or of all."""

    after: Moment
    before: Moment
    order: Literal["ASC", "DESC"] = "DESC"
    namespace: str | None = None


class Events:
    """Reads run events back, equal to what was sent."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def page(self, window: Window, *, limit: int, offset: int) -> list[bytes]:
        """Return run events by event time, as JSON."""
        order = window.order
        sql = (
            f"SELECT e.body{_where(window)} ORDER BY e.time_s {order}, e.time_ns {order},"
            f" e.hash {order} LIMIT :limit OFFSET :offset"
        )
        values = {**_values(window), "limit": limit, "offset": offset}
        stored = [bytes(body) for (body,) in rows_of(self._connection, sql, **values)]
        bodies = self._bodies(key for body in stored for key in facet_ids(body))
        return [unpack(body, bodies) for body in stored]

    def count(self, window: Window) -> int:
        """Count the run events of a window."""
        sql = f"SELECT count(*){_where(window)}"
        return int(rows_of(self._connection, sql, **_values(window))[0][0])

    def _bodies(self, facets: Iterable[int]) -> dict[int, bytes]:
        sql = "SELECT id, body FROM facet WHERE id IN ({keys})"
        return {key: bytes(body) for key, body in rows_in(self._connection, sql, facets)}


def _where(window: Window) -> str:
    return _WITHIN if window.namespace is None else _WITHIN + _OF_NAMESPACE


def _values(window: Window) -> dict[str, object]:
    values: dict[str, object] = {
        "after_s": window.after.seconds,
        "after_ns": window.after.nanoseconds,
        "before_s": window.before.seconds,
        "before_ns": window.before.nanoseconds,
    }
    if window.namespace is not None:
        values["namespace"] = to_bytes(window.namespace)
    return values
