"""Jobs and datasets whose name holds a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import Connection

from headwater.lineage.reading.name_parts import NameParts
from headwater.lineage.reading.names import Kind
from headwater.lineage.reading.rows import hidden, moment_or_zero, rows_of, to_bytes, to_text
from headwater.model.lineage import Moment, Name

Order = Literal["NAME", "UPDATE_AT"]

KINDS: Final[tuple[Kind, ...]] = ("dataset", "job")

_FOUND: Final = (
    "SELECT '{kind}' AS kind, x.id AS id, n.name AS space, x.name AS name,"
    " coalesce(x.last_us, 0) AS changed FROM {kind} x JOIN namespace n ON n.id = x.namespace_id"
    " WHERE x.standing >= 1{named}{more} AND NOT " + hidden("x")
)
_PAGE: Final = "SELECT f.* FROM ({found}) f ORDER BY {order} LIMIT :limit"
_COUNT: Final = "SELECT count(*) FROM ({found}) f"
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
        self._parts = NameParts(connection)

    def find(self, wanted: Wanted, *, limit: int) -> tuple[list[Hit], int]:
        """Return up to `limit` hits, and how many there are in all."""
        values: dict[str, object] = {}
        more = ""
        for condition, name, value in (
            ("n.name = :namespace", "namespace", wanted.namespace),
            ("coalesce(x.last_us, 0) >= :after", "after", wanted.after_us),
            ("coalesce(x.last_us, 0) < :before", "before", wanted.before_us),
        ):
            if value is not None:
                more += f" AND {condition}"
                values[name] = to_bytes(value) if isinstance(value, str) else value
        selects = []
        for kind in KINDS:
            if wanted.kind in (None, kind):
                named = self._parts.condition(kind, (wanted.text,))
                selects.append(_FOUND.format(kind=kind, named=named.sql, more=more))
                values |= named.values
        found = " UNION ALL ".join(selects)
        page = _PAGE.format(found=found, order=_ORDERS[wanted.order])
        rows = rows_of(self._connection, page, limit=max(1, limit), **values)
        total = len(rows)
        if total >= limit:  # to count what is not shown takes as long again
            ((total,),) = rows_of(self._connection, _COUNT.format(found=found), **values)
        hits = [
            Hit(
                kind=kind,
                key=key,
                name=Name(to_text(bytes(space)), to_text(bytes(name))),
                updated_at=moment_or_zero(changed),
            )
            for kind, key, space, name, changed in rows[:limit]
        ]
        return hits, total
