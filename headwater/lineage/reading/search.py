"""Jobs and datasets whose name holds a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import Connection

from headwater.lineage.reading.names import Kind
from headwater.lineage.reading.rows import hidden, moment_or_zero, rows_of, to_bytes, to_text
from headwater.model.lineage import Moment, Name

Order = Literal["NAME", "UPDATE_AT"]

_FOUND: Final = (
    "SELECT x.id, n.name, x.name, x.last_us FROM {kind} x JOIN namespace n"
    " ON n.id = x.namespace_id WHERE x.standing >= 1"
    " AND lower(x.display) LIKE lower(:pattern) ESCAPE '~'"
)
_ORDERS: Final[dict[Order, str]] = {
    "NAME": " ORDER BY x.name, n.name LIMIT :limit",
    "UPDATE_AT": " ORDER BY x.last_us DESC, x.name, n.name LIMIT :limit",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A job or dataset that was found."""

    kind: Kind
    key: int
    name: Name
    updated_at: Moment


class Search:
    """Finds by name; `%` and `_` mean themselves, upper and lower case are one in ASCII."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(
        self, kind: Kind, text: str, *, namespace: str | None, order: Order, limit: int
    ) -> list[Hit]:
        """Return up to `limit` hits of one kind."""
        escaped = text.replace("~", "~~").replace("%", "~%").replace("_", "~_")
        sql = _FOUND.format(kind=kind) + " AND NOT " + hidden("x")
        values: dict[str, object] = {"pattern": f"%{escaped}%", "limit": limit}
        if namespace is not None:
            sql += " AND n.name = :namespace"
            values["namespace"] = to_bytes(namespace)
        return [
            Hit(
                kind=kind,
                key=key,
                name=Name(to_text(space), to_text(name)),
                updated_at=moment_or_zero(last),
            )
            for key, space, name, last in rows_of(self._connection, sql + _ORDERS[order], **values)
        ]
