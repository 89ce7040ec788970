"""Namespaces, the sources that datasets say they live in, and the tags that are in use."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from headwater.lineage.reading.rows import (
    moment_or_zero,
    rows_of,
    to_bytes,
    to_text,
)
from headwater.model.lineage import Moment, Namespace, Source

_COLUMNS: Final = (
    "SELECT name, first_us, last_us, deleted_seq > revived_seq AND deleted_seq > named_seq"
    " FROM namespace"
)
_SOURCES: Final = (
    "SELECT b.body, min(d.first_us), max(d.last_us) FROM facet_name n"
    " JOIN dataset_facet f ON f.facet_name_id = n.id AND f.is_deleted = 0"
    " JOIN dataset d ON d.id = f.dataset_id JOIN facet b ON b.id = f.facet_id"
    " WHERE n.display = 'dataSource' GROUP BY b.id"
)
_BARE: Final = (
    "SELECT min(d.first_us), max(d.last_us) FROM dataset d WHERE d.standing >= 1 AND NOT EXISTS ("
    "SELECT 1 FROM dataset_facet f JOIN facet_name n ON n.id = f.facet_name_id"
    " WHERE f.dataset_id = d.id AND n.display = 'dataSource')"
)
_TAGS: Final = (
    "SELECT b.body FROM facet_name n JOIN {owner}_facet f ON f.facet_name_id = n.id"
    " AND f.is_deleted = 0 JOIN facet b ON b.id = f.facet_id"
    " WHERE n.display = 'tags' GROUP BY b.id"
)


class Namespaces:
    """Reads namespaces by name, hidden ones included."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def page(self, *, limit: int, offset: int) -> list[Namespace]:
        """Return a page of namespaces by name."""
        sql = _COLUMNS + " ORDER BY name LIMIT :limit OFFSET :offset"
        rows = rows_of(self._connection, sql, limit=limit, offset=offset)
        return [_namespace(row) for row in rows]

    def find(self, name: str) -> Namespace | None:
        """Return one namespace, None when nothing was ever seen in it."""
        rows = rows_of(self._connection, _COLUMNS + " WHERE name = :name", name=to_bytes(name))
        return _namespace(rows[0]) if rows else None


class Sources:
    """Reads sources out of the `dataSource` facets of datasets."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> list[Source]:
        """Return every source by name; `default` stands for datasets that name none."""
        found: dict[str, Source] = {}
        for body, first, last in rows_of(self._connection, _SOURCES):
            said = _decoded(bytes(body))
            name = said.get("name") or "default"
            self._add(found, str(name), str(said.get("uri") or ""), (first, last))
        first, last = rows_of(self._connection, _BARE)[0]
        if last is not None:
            self._add(found, "default", "", (first, last))
        return [found[name] for name in sorted(found)]

    def _add(
        self, found: dict[str, Source], name: str, url: str, seen: tuple[int | None, int | None]
    ) -> None:
        created, updated = (moment_or_zero(time) for time in seen)
        known = found.get(name)
        if known is not None:
            url = url if updated >= known.updated_at else known.connection_url
            created = min(created, known.created_at)
            updated = max(updated, known.updated_at)
        found[name] = Source(name=name, created_at=created, updated_at=updated, connection_url=url)


class Tags:
    """Reads which tags the `tags` facets of jobs and datasets use."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> list[str]:
        """Return the keys of all tags, sorted."""
        found: set[str] = set()
        for owner in ("job", "dataset"):
            for (body,) in rows_of(self._connection, _TAGS.format(owner=owner)):
                tags = _decoded(bytes(body)).get("tags")
                found.update(
                    tag["key"]
                    for tag in (tags if isinstance(tags, list) else ())
                    if isinstance(tag, dict) and isinstance(tag.get("key"), str)
                )
        return sorted(found)


def _namespace(row: Any) -> Namespace:
    first: Moment = moment_or_zero(row[1])
    return Namespace(
        name=to_text(row[0]),
        created_at=first,
        updated_at=moment_or_zero(row[2]),
        is_hidden=bool(row[3]),
    )


def _decoded(body: bytes) -> dict[str, Any]:
    try:
        said = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return said if isinstance(said, dict) else {}
