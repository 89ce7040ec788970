"""Jobs and datasets whose name holds a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import Connection

from headwater.lineage.reading.names import Kind
from headwater.lineage.reading.rows import hidden, moment_or_zero, rows_of, to_bytes, to_text
from headwater.model.lineage import Moment, Name

Order = Literal["NAME", "UPDATE_AT"]

KINDS: Final[tuple[Kind, ...]] = ("dataset", "job")

_FOUND: Final = (
    "SELECT '{kind}' AS kind, x.id AS id, n.name AS space, x.name AS name,"
    " coalesce(x.last_us, 0) AS changed FROM {kind} x JOIN namespace n ON n.id = x.namespace_id"
    " WHERE x.standing >= 1 AND x.display {like} :pattern ESCAPE '~'{more} AND NOT " + hidden("x")
)
_PAGE: Final = "SELECT f.*, count(*) OVER () FROM ({found}) f ORDER BY {order} LIMIT :limit"
_ORDERS: Final[dict[Order, str]] = {
    "NAME": "name, space, kind",
    "UPDATE_AT": "changed DESC, name, space, kind",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to find: a part of a name, and what else must be so; times are in microseconds."""

    text: str
    kind: Kind | None = None
    namespace: str | None = None
    order: Order = "NAME"
    after_us: int | None = None
    before_us: int | None = None


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

    def find(self, wanted: Wanted, *, limit: int) -> tuple[list[Hit], int]:
        """Return up to `limit` hits, and how many there are in all."""
        escaped = wanted.text.replace("~", "~~").replace("%", "~%").replace("_", "~_")
        values: dict[str, object] = {"pattern": f"%{escaped}%", "limit": max(1, limit)}
        more = ""
        for condition, name, value in (
            ("n.name = :namespace", "namespace", wanted.namespace),
            ("coalesce(x.last_us, 0) >= :after", "after", wanted.after_us),
            ("coalesce(x.last_us, 0) < :before", "before", wanted.before_us),
        ):
            if value is not None:
                more += f" AND {condition}"
                values[name] = to_bytes(value) if isinstance(value, str) else value
        like = "LIKE" if self._connection.dialect.name == "sqlite" else "ILIKE"
        found = " UNION ALL ".join(
            _FOUND.format(kind=kind, like=like, more=more)
            for kind in KINDS
            if wanted.kind in (None, kind)
        )
        sql = _PAGE.format(found=found, order=_ORDERS[wanted.order])
        rows = rows_of(self._connection, sql, **values)
        hits = [
            Hit(
                kind=kind,
                key=key,
                name=Name(to_text(bytes(space)), to_text(bytes(name))),
                updated_at=moment_or_zero(changed),
            )
            for kind, key, space, name, changed, _ in rows[:limit]
        ]
        return hits, rows[0][5] if rows else 0
