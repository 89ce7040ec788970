"""Things that are hidden or not: what was deleted, by whom, and how to find it all the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from headwater.lineage.reading.notes import Noted
from headwater.lineage.reading.rows import hidden, moment_or_zero, rows_of, to_bytes, to_text
from headwater.model.lineage import Moment, Name

_HIDDEN: Final = f"CASE WHEN {hidden('x')} THEN 1 ELSE 0 END"
_OWN_NAMESPACE: Final = "namespace x JOIN namespace n ON n.id = x.id"
_INSIDE: Final = "{kind} x JOIN namespace n ON n.id = x.namespace_id"
_FIND: Final = "SELECT x.id, {hidden}, x.first_us, x.last_us FROM {tables} WHERE {where}"
# Of what was ever deleted, itself or its namespace, there is an index, or there are few.
_EVER: Final = (
    "x.standing >= 1 AND x.id IN (SELECT h.id FROM {kind} h WHERE h.deleted_seq > 0"
    " UNION SELECT h.id FROM {kind} h WHERE h.namespace_id IN"
    " (SELECT s.id FROM namespace s WHERE s.deleted_seq > 0))"
)
_BEHIND: Final = " AND (n.name > :space OR (n.name = :space AND x.name > :name))"
# Of the delete of the thing itself and of its namespace, the later one hides it.
_DELETED: Final = (
    "SELECT n.name, {name}, e.principal, coalesce(e.time_s * 1000000 + e.time_ns / 1000,"
    " e.received_us) FROM {tables} JOIN event e ON e.seq ="
    " CASE WHEN n.deleted_seq > x.deleted_seq AND n.deleted_seq > n.revived_seq"
    " THEN n.deleted_seq ELSE x.deleted_seq END"
    " WHERE {hidden} = 1 AND {listed} ORDER BY n.name{order} LIMIT :limit OFFSET :offset"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A namespace (its `name.name` is empty), job or dataset, hidden or not."""

    kind: Noted
    key: int
    name: Name
    is_hidden: bool
    created_at: Moment
    updated_at: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """Something that is hidden, who hid it, and the time that the command names."""

    kind: Noted
    name: Name
    by: str
    at: Moment


class Hidden:
    """Finds what other reads leave out."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, kind: Noted, name: Name) -> Entity | None:
        """Return a namespace, job or dataset that events named, hidden or not."""
        where, values = "n.name = :namespace", {"namespace": to_bytes(name.namespace)}
        tables = _OWN_NAMESPACE
        if kind != "namespace":
            tables = _INSIDE.format(kind=kind)
            where += " AND x.name = :name AND x.standing >= 1"
            values["name"] = to_bytes(name.name)
        sql = _FIND.format(hidden=_HIDDEN, tables=tables, where=where)
        for key, is_hidden, first, last in rows_of(self._connection, sql, **values):
            return Entity(
                kind=kind,
                key=key,
                name=name,
                is_hidden=bool(is_hidden),
                created_at=moment_or_zero(first),
                updated_at=moment_or_zero(last),
            )
        return None

    def page(
        self, kind: Noted, *, limit: int, offset: int = 0, after: Name | None = None
    ) -> list[Deleted]:
        """Return a page of what is hidden, by name; that behind a name costs the same anywhere."""
        is_space = kind == "namespace"
        listed = "x.deleted_seq > 0" if is_space else _EVER.format(kind=kind)
        values: dict[str, object] = {"limit": limit, "offset": offset}
        if after is not None:
            listed += " AND n.name > :space" if is_space else _BEHIND
            values["space"] = to_bytes(after.namespace)
            values |= {} if is_space else {"name": to_bytes(after.name)}
        sql = _DELETED.format(
            name="NULL" if is_space else "x.name",
            tables=_OWN_NAMESPACE if is_space else _INSIDE.format(kind=kind),
            hidden=_HIDDEN,
            listed=listed,
            order="" if is_space else ", x.name",
        )
        return [
            Deleted(
                kind=kind,
                name=Name(to_text(bytes(space)), "" if name is None else to_text(bytes(name))),
                by=by,
                at=moment_or_zero(at),
            )
            for space, name, by, at in rows_of(self._connection, sql, **values)
        ]
