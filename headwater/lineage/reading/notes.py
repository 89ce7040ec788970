"""What people said: notes on namespaces, jobs and datasets, declared sources and tags."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final, Literal

from sqlalchemy import Connection

from headwater.lineage.reading.rows import (
    moment_of_key,
    moment_or_zero,
    rows_in,
    rows_of,
    to_bytes,
    to_text,
)
from headwater.model.lineage import Declaration, Note

Noted = Literal["namespace", "job", "dataset"]

_WHATS: Final[tuple[Literal["tag", "description", "owner"], ...]] = ("tag", "description", "owner")
_KINDS: Final = ("source", "tag")
_NOTES: Final = (
    "SELECT {kind}_id, field, what, item, value, stands, actor, key FROM {kind}_note"
    " WHERE {kind}_id IN ({{keys}}) ORDER BY {kind}_id, what, field, item"
)
_DECLARED: Final = (
    "SELECT d.name, d.type, d.url, d.description, d.actor, d.key, s.first_us FROM declaration d"
    " JOIN declared s ON s.kind = d.kind AND s.name = d.name"
    " WHERE d.kind = :kind{one} ORDER BY d.name"
)


class Notes:
    """Reads what people said; what they took back is there too, and says so."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, kind: Noted, keys: Iterable[int]) -> dict[int, tuple[Note, ...]]:
        """Return the notes on things by key, by what they say, column and item."""
        found: defaultdict[int, list[Note]] = defaultdict(list)
        rows = rows_in(self._connection, _NOTES.format(kind=kind), keys)
        for id_, column, what, item, value, stands, actor, key in rows:
            note = Note(
                what=_WHATS[what],
                column=to_text(bytes(column)),
                item=to_text(bytes(item)),
                value=_optional(value),
                stands=bool(stands),
                actor=actor,
                at=moment_of_key(bytes(key)),
            )
            found[id_].append(note)
        return {id_: tuple(notes) for id_, notes in found.items()}

    def declared(
        self, kind: Literal["source", "tag"], name: str | None = None
    ) -> list[Declaration]:
        """Return every declared source or tag by name, or the one of a name."""
        values: dict[str, object] = {"kind": _KINDS.index(kind)}
        one = ""
        if name is not None:
            one, values["name"] = " AND d.name = :name", to_bytes(name)
        return [
            Declaration(
                name=to_text(bytes(name)),
                type=_optional(type_),
                url=_optional(url),
                description=_optional(description),
                actor=actor,
                at=moment_of_key(bytes(key)),
                created_at=moment_or_zero(first),
            )
            for name, type_, url, description, actor, key, first in rows_of(
                self._connection, _DECLARED.format(one=one), **values
            )
        ]

    def tags(self) -> list[str]:
        """Return every tag that a person gave to a job, a dataset or a column of one, sorted."""
        found: set[str] = set()
        for kind in ("job", "dataset"):
            sql = f"SELECT DISTINCT item FROM {kind}_note WHERE what = 0 AND stands = 1"
            found.update(to_text(bytes(item)) for (item,) in rows_of(self._connection, sql))
        return sorted(found)


def _optional(value: bytes | None) -> str | None:
    return None if value is None else to_text(bytes(value))
