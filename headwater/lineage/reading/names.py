"""Names to keys and keys to names; what is hidden or was only mentioned is not found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal

from sqlalchemy import Connection

from headwater.lineage.reading.aliases import spellings
from headwater.lineage.reading.rows import hidden, rows_in, rows_of, to_bytes, to_text
from headwater.model.lineage import Name

Kind = Literal["dataset", "job"]

_NAMED: Final = (
    "SELECT x.id, n.name, x.name FROM {kind} x JOIN namespace n ON n.id = x.namespace_id"
    " WHERE x.id IN ({{keys}})"
)
_FIND: Final = (
    "SELECT x.id FROM {kind} x JOIN namespace n ON n.id = x.namespace_id"
    " WHERE n.name = :namespace AND x.name = :name AND x.standing >= 1 AND NOT "
)

# A name that only symlinks mention leads to the dataset that carries the live symlink.
_FIND_SYMLINKED: Final = (
    "SELECT x.id FROM dataset a JOIN namespace an ON an.id = a.namespace_id"
    " JOIN facet_symlink s ON s.dataset_id = a.id"
    " JOIN dataset_facet f ON f.facet_id = s.facet_id AND f.is_deleted = 0"
    " JOIN facet_name k ON k.id = f.facet_name_id AND k.display = 'symlinks'"
    " JOIN dataset x ON x.id = f.dataset_id JOIN namespace n ON n.id = x.namespace_id"
    " WHERE an.name = :namespace AND a.name = :name AND x.standing >= 1 AND NOT "
    + hidden("x")
    + " ORDER BY n.name, x.name LIMIT 1"
)


class Names:
    """Looks jobs and datasets up by name, and names of keys in batches."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, kind: Kind, keys: Iterable[int]) -> dict[int, Name]:
        """Return the names of jobs or datasets."""
        sql = _NAMED.format(kind=kind)
        found = rows_in(self._connection, sql, keys)
        return {key: Name(to_text(namespace), to_text(name)) for key, namespace, name in found}

    def find(self, kind: Kind, name: Name) -> int | None:
        """Return the key of a job or dataset, None when there is none to be seen.

        A dataset is found by the name of a symlink too, and by the namespace spelt otherwise.
        """
        found = self._find(kind, name)
        if found is None and kind == "dataset":
            others = (
                self._find(kind, Name(space, name.name)) for space in spellings(name.namespace)
            )
            found = next((other for other in others if other is not None), None)
        return found

    def _find(self, kind: Kind, name: Name) -> int | None:
        sql = _FIND.format(kind=kind) + hidden("x")
        values = {"namespace": to_bytes(name.namespace), "name": to_bytes(name.name)}
        rows = rows_of(self._connection, sql, **values)
        if not rows and kind == "dataset":
            rows = rows_of(self._connection, _FIND_SYMLINKED, **values)
        return int(rows[0][0]) if rows else None

    def first(self, kind: Kind, readings: Sequence[Name]) -> tuple[int, Name] | None:
        """Return the first of several readings of a name that exists."""
        for name in readings:
            key = self.find(kind, name)
            if key is not None:
                return key, name
        return None

    def namespace(self, name: str) -> int | None:
        """Return the key of a namespace, hidden or not."""
        sql = "SELECT id FROM namespace WHERE name = :name"
        rows = rows_of(self._connection, sql, name=to_bytes(name))
        return int(rows[0][0]) if rows else None

    def like(self, pattern: str) -> list[str]:
        """Return the names of namespaces that match a LIKE pattern."""
        sql = "SELECT name FROM namespace WHERE display LIKE :pattern ORDER BY name"
        return [to_text(name) for (name,) in rows_of(self._connection, sql, pattern=pattern)]
