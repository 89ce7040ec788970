"""Pages of jobs and datasets, what changed last first, and how many there are.

Pages walk an index in its order. What is hidden is looked up beforehand, as there is little of it,
so that neither counting nor skipping has to read the rows themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from heapq import nsmallest
from typing import Final, NamedTuple

from sqlalchemy import Connection

from headwater.lineage.reading.names import Kind
from headwater.lineage.reading.rows import hidden, rows_of, to_bytes, to_text

_CHANGED: Final = "coalesce(x.last_us, -9000000000000000000)"
"""As the indexes `job_by_change` and `dataset_by_change` have it: unknown times come last."""

_FAR: Final = 1_000
_GONE: Final = (
    "SELECT h.id FROM {kind} h JOIN namespace n ON n.id = h.namespace_id"
    " WHERE {where}{within} AND h.standing >= 1 AND " + hidden("h")
)
_OF_DELETED_SPACES: Final = (
    "h.namespace_id IN (SELECT s.id FROM namespace s WHERE s.deleted_seq > 0)"
)


_SPACE: Final = "(SELECT n.name FROM namespace n WHERE n.id = x.namespace_id)"
_BEHIND: Final = (
    f" AND {_CHANGED} <= :changed AND ({_CHANGED} < :changed OR {_SPACE} > :space"
    f" OR ({_SPACE} = :space AND x.name > :name))"
)


class _Order(NamedTuple):
    """The words of SQL for the order of lists, or for the same from its end."""

    changed: str
    name: str
    on: str
    before: str


_FORWARD: Final = _Order("DESC", "ASC", "<=", ">")
_BACKWARD: Final = _Order("ASC", "DESC", ">=", "<")


class Place(NamedTuple):
    """Where a job or dataset stands in the order of lists: what a page may begin behind."""

    changed: int
    namespace: str
    name: str


class Listed(NamedTuple):
    """The key of a job or dataset, and its place."""

    key: int
    place: Place


class Listing:
    """Lists jobs or datasets of one namespace or of all; those only mentioned are not there."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._counts: dict[tuple[Kind, int | None], int] = {}

    def page(
        self, kind: Kind, *, namespace: int | None, limit: int, offset: int, condition: str = ""
    ) -> list[int]:
        """Return a page of keys, what changed last first, then by name.

        `condition` is SQL about the row of alias `x`.
        """
        where = _where(kind, namespace) + condition
        values: dict[str, object] = {} if namespace is None else {"namespace": namespace}
        if offset < _FAR or condition:
            return self._walked(kind, where, values, _FORWARD, limit=limit, offset=offset)
        rest = self.count(kind, namespace=namespace) - offset
        if rest <= 0:
            return []
        order = _FORWARD
        if rest < offset:  # nearer to the end, so that it is walked from there
            order, limit, offset = _BACKWARD, min(limit, rest), max(0, rest - limit)
        if offset >= _FAR:
            reached = self._reached(kind, where, values, order, offset=offset)
            if reached is None:
                return []
            where += f" AND {_CHANGED} {order.on} :reached"
            offset -= reached[1]
            values["reached"] = reached[0]
        found = self._walked(kind, where, values, order, limit=limit, offset=offset)
        return found if order is _FORWARD else found[::-1]

    def behind(
        self,
        place: Place | None,
        kind: Kind,
        *,
        namespace: int | None,
        limit: int,
        condition: str = "",
        values: Mapping[str, object] | None = None,
    ) -> list[Listed]:
        """Return what follows a place, the first ones without one, in the order of `page`.

        A page costs the same wherever it is. `values` are those that `condition` names.
        """
        if kind == "dataset" and namespace is None:
            return self._merged(place, limit=limit, condition=condition, values=values or {})
        given: dict[str, object] = {**(values or {}), "limit": limit}
        if namespace is not None:
            given["namespace"] = namespace
        where = _where(kind, namespace) + condition
        if place is not None:
            where += _BEHIND
            given["changed"] = place.changed
            given |= {"space": to_bytes(place.namespace), "name": to_bytes(place.name)}
        sql = (
            f"SELECT x.id, {_CHANGED}, {_SPACE}, x.name FROM {kind} x{where}"
            f" ORDER BY {_CHANGED} DESC, {_SPACE}, x.name LIMIT :limit"
        )
        return [
            Listed(int(key), Place(int(changed), to_text(bytes(space)), to_text(bytes(name))))
            for key, changed, space, name in rows_of(self._connection, sql, **given)
        ]

    def _merged(
        self, place: Place | None, *, limit: int, condition: str, values: Mapping[str, object]
    ) -> list[Listed]:
        """Return what follows a place among the datasets of all namespaces.

        Of datasets each namespace has its own order, which its index gives; they are merged
        from the namespace that changed last on, until the others cannot have any of the page.
        """
        found: list[Listed] = []
        for space, changed in self._spaces_by_change(place):
            if len(found) >= limit and changed < found[-1].place.changed:
                break
            found += self.behind(
                place,
                "dataset",
                namespace=space,
                limit=limit,
                condition=condition,
                values=values,
            )
            found = nsmallest(limit, found, key=_order)
        return found

    def _spaces_by_change(self, place: Place | None) -> list[tuple[int, int]]:
        """Return namespaces with what changed last of their datasets, that first, behind a place.

        Their names decide where the place does not.
        """
        until, values = "", dict[str, object]()
        if place is not None:
            until, values = f" AND {_CHANGED} <= :changed", {"changed": place.changed}
        sql = (
            f"SELECT n.id, (SELECT {_CHANGED} FROM dataset x WHERE x.namespace_id = n.id"
            f" AND x.standing >= 1{until} AND x.id NOT IN ({_hidden('dataset', None)})"
            f" ORDER BY {_CHANGED} DESC LIMIT 1) FROM namespace n"
        )
        rows = rows_of(self._connection, sql, **values)
        spaces = [(int(key), int(changed)) for key, changed in rows if changed is not None]
        return sorted(spaces, key=lambda one: one[1], reverse=True)

    def count(self, kind: Kind, *, namespace: int | None) -> int:
        """Count the jobs or datasets that pages show."""
        if (kind, namespace) not in self._counts:
            self._counts[kind, namespace] = self._counted(kind, namespace)
        return self._counts[kind, namespace]

    def _counted(self, kind: Kind, namespace: int | None) -> int:
        values: dict[str, object] = {} if namespace is None else {"namespace": namespace}
        within = "" if namespace is None else " AND namespace_id = :namespace"
        shown = f"SELECT count(*) FROM {kind} WHERE standing >= 1{within}"
        gone = f"SELECT count(*) FROM ({_hidden(kind, namespace)}) g"
        return self._one(shown, values) - self._one(gone, values)

    def namespaces_of_jobs(self) -> list[str]:
        """Return the namespaces that jobs are in, by name."""
        sql = (
            "SELECT n.name FROM namespace n WHERE EXISTS (SELECT 1 FROM job x"
            " WHERE x.namespace_id = n.id AND x.standing >= 1) ORDER BY n.name"
        )
        return [to_text(bytes(name)) for (name,) in rows_of(self._connection, sql)]

    def has_hidden(self, kind: Kind) -> bool:
        """Tell whether any job or dataset is hidden now."""
        return bool(rows_of(self._connection, f"{_hidden(kind, None)} LIMIT 1"))

    def _walked(
        self,
        kind: Kind,
        where: str,
        values: Mapping[str, object],
        order: _Order,
        *,
        limit: int,
        offset: int,
    ) -> list[int]:
        sql = (
            f"SELECT x.id FROM {kind} x{where} ORDER BY {_CHANGED} {order.changed},"
            f" {_SPACE} {order.name}, x.name {order.name} LIMIT :limit OFFSET :offset"
        )
        rows = rows_of(self._connection, sql, **values, limit=limit, offset=offset)
        return [int(key) for (key,) in rows]

    def _reached(
        self, kind: Kind, where: str, values: Mapping[str, object], order: _Order, *, offset: int
    ) -> tuple[int, int] | None:
        """Return the time of change at an offset, and how many rows come before that time."""
        sql = (
            f"SELECT {_CHANGED} FROM {kind} x{where}"
            f" ORDER BY 1 {order.changed} LIMIT 1 OFFSET :offset"
        )
        rows = rows_of(self._connection, sql, **values, offset=offset)
        if not rows:
            return None
        passed = f"SELECT count(*) FROM {kind} x{where} AND {_CHANGED} {order.before} :reached"
        return rows[0][0], self._one(passed, {**values, "reached": rows[0][0]})

    def _one(self, sql: str, values: Mapping[str, object]) -> int:
        return int(rows_of(self._connection, sql, **values)[0][0])


def _order(listed: Listed) -> tuple[int, bytes, bytes]:
    changed, namespace, name = listed.place
    return (-changed, to_bytes(namespace), to_bytes(name))


def _where(kind: Kind, namespace: int | None) -> str:
    within = "" if namespace is None else " AND x.namespace_id = :namespace"
    return f" WHERE x.standing >= 1{within} AND x.id NOT IN ({_hidden(kind, namespace)})"


def _hidden(kind: Kind, namespace: int | None) -> str:
    within = "" if namespace is None else " AND h.namespace_id = :namespace"
    return " UNION ".join(
        _GONE.format(kind=kind, where=where, within=within)
        for where in ("h.deleted_seq > 0", _OF_DELETED_SPACES)
    )
