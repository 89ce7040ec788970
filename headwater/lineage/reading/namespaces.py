"""Namespaces, the sources that datasets say they live in, and the tags that are in use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from headwater.lineage.deflate import FACET
from headwater.lineage.reading.notes import Notes
from headwater.lineage.reading.rows import (
    moment_or_zero,
    rows_of,
    to_bytes,
    to_text,
)
from headwater.model.json import JsonObject
from headwater.model.lineage import Declaration, Moment, Namespace, Note, Source

_COLUMNS: Final = (
    "SELECT name, first_us, last_us, deleted_seq > revived_seq AND deleted_seq > named_seq, id"
    " FROM namespace"
)
_NAMED: Final = "(SELECT n.id FROM facet_name n WHERE n.display = '{name}')"
# The bodies are joined last: few datasets have one of their own.
_SOURCES: Final = (
    "SELECT b.body, s.began, s.ended FROM (SELECT f.facet_id AS facet, min(d.first_us) AS began,"
    " max(d.last_us) AS ended FROM dataset_facet f JOIN dataset d ON d.id = f.dataset_id"
    f" WHERE f.is_deleted = 0 AND f.facet_name_id IN {_NAMED.format(name='dataSource')}"
    " GROUP BY f.facet_id) s JOIN facet b ON b.id = s.facet"
)
_BARE: Final = (
    "SELECT min(d.first_us), max(d.last_us) FROM dataset d WHERE d.standing >= 1"
    " AND d.id NOT IN (SELECT f.dataset_id FROM dataset_facet f"
    f" WHERE f.facet_name_id IN {_NAMED.format(name='dataSource')})"
)
_TAGS: Final = (
    "SELECT b.body FROM facet b WHERE b.id IN (SELECT f.facet_id FROM {owner}_facet f"
    f" WHERE f.is_deleted = 0 AND f.facet_name_id IN {_NAMED.format(name='tags')})"
)


class Namespaces:
    """Reads namespaces by name, hidden ones included."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def page(self, *, limit: int, offset: int) -> list[Namespace]:
        """Return a page of namespaces by name."""
        sql = _COLUMNS + " ORDER BY name LIMIT :limit OFFSET :offset"
        rows = rows_of(self._connection, sql, limit=limit, offset=offset)
        notes = Notes(self._connection).of("namespace", (row[4] for row in rows))
        return [_namespace(row, notes.get(row[4], ())) for row in rows]

    def find(self, name: str) -> Namespace | None:
        """Return one namespace, None when nothing was ever seen in it."""
        rows = rows_of(self._connection, _COLUMNS + " WHERE name = :name", name=to_bytes(name))
        if not rows:
            return None
        key = rows[0][4]
        return _namespace(rows[0], Notes(self._connection).of("namespace", [key]).get(key, ()))


class Sources:
    """Reads sources: those that people declared, and those of `dataSource` facets."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> list[Source]:
        """Return every source by name; `default` stands for datasets that name none.

        Of a source that was declared, the declaration counts.
        """
        found: dict[str, Source] = {}
        for body, first, last in rows_of(self._connection, _SOURCES):
            said = _decoded(FACET.unpack(bytes(body)))
            name = said.get("name") or "default"
            self._add(found, str(name), str(said.get("uri") or ""), (first, last))
        first, last = rows_of(self._connection, _BARE)[0]
        if last is not None:
            self._add(found, "default", "", (first, last))
        for declared in Notes(self._connection).declared("source"):
            found[declared.name] = _declared(declared)
        return [found[name] for name in sorted(found)]

    def find(self, name: str) -> Source | None:
        """Return one source, None where nobody knows it; quick for one that was declared."""
        for declared in Notes(self._connection).declared("source", name):
            return _declared(declared)
        return next((source for source in self.all() if source.name == name), None)

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
    """Reads tags: those that people declared or gave, and those of `tags` facets."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> dict[str, str | None]:
        """Return the description of every tag by its name, sorted."""
        notes = Notes(self._connection)
        described = {tag.name: tag.description for tag in notes.declared("tag")}
        found = {*described, *notes.tags()}
        for owner in ("job", "dataset"):
            for (body,) in rows_of(self._connection, _TAGS.format(owner=owner)):
                tags = _decoded(FACET.unpack(bytes(body))).get("tags")
                found.update(
                    tag["key"]
                    for tag in (tags if isinstance(tags, list) else ())
                    if isinstance(tag, dict) and isinstance(tag.get("key"), str)
                )
        return {name: described.get(name) for name in sorted(found)}


def _namespace(row: Any, notes: Iterable[Note]) -> Namespace:
    first: Moment = moment_or_zero(row[1])
    return Namespace(
        name=to_text(row[0]),
        created_at=first,
        updated_at=moment_or_zero(row[2]),
        is_hidden=bool(row[3]),
        owner=next((n.value for n in notes if n.what == "owner" and n.stands), None),
        description=next((n.value for n in notes if n.what == "description" and n.stands), None),
    )


def _declared(source: Declaration) -> Source:
    return Source(
        name=source.name,
        created_at=source.created_at,
        updated_at=source.at,
        connection_url=source.url or "",
        type=source.type,
        description=source.description,
    )


def _decoded(body: bytes) -> JsonObject:
    try:
        said = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return said if isinstance(said, dict) else {}
