"""Datasets whose namespaces differ only in how the scheme is spelt: s3a://, s3n:// and s3://."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from sqlalchemy import Connection, bindparam, text

from headwater.lineage.reading.rows import rows_in, rows_of, to_bytes, to_text
from headwater.model.lineage import Name

_SPELLINGS: Final = (
    ("s3", "s3a", "s3n"),
    ("gs", "gcs"),
    ("abfss", "abfs"),
    ("wasbs", "wasb"),
    ("postgres", "postgresql"),
)
"""Schemes that mean the same, in each row first the one of OpenLineage's naming rules."""

_ROW_OF: Final = {scheme: row for row in _SPELLINGS for scheme in row}
_UNUSUAL: Final = tuple(scheme for row in _SPELLINGS for scheme in row[1:])
_ANY: Final = "SELECT name FROM namespace WHERE " + " OR ".join(
    f"(name >= :from_{scheme} AND name < :to_{scheme})" for scheme in _UNUSUAL
)
_BOUNDS: Final = {
    f"{end}_{scheme}": f"{scheme}:/{mark}".encode()
    for scheme in _UNUSUAL
    for end, mark in (("from", "/"), ("to", "0"))  # "0" comes right after "/"
}
_KEYS: Final = text("SELECT id, name FROM namespace WHERE name IN :names").bindparams(
    bindparam("names", expanding=True)
)
_TWINS: Final = (
    "SELECT a.id, b.id FROM dataset a JOIN dataset b ON b.namespace_id = {space:d}"
    " AND b.name = a.name WHERE a.id IN ({{keys}})"
)


def spellings(namespace: str) -> tuple[str, ...]:
    """Return a namespace as others may spell it, the usual way first; without it, nothing."""
    scheme, mark, rest = namespace.partition("://")
    return tuple(
        f"{other}://{rest}" for other in _ROW_OF.get(scheme, ()) if mark and other != scheme
    )


def is_usual(namespace: str) -> bool:
    """Tell whether a namespace is spelt as OpenLineage's naming rules spell it."""
    scheme, mark, _ = namespace.partition("://")
    return not mark or scheme not in _UNUSUAL


class Aliases:
    """Finds the datasets that others name with another spelling, for one view."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._found: dict[str, tuple[int, ...]] | None = None

    @property
    def is_any(self) -> bool:
        """Tell whether two namespaces are one but for the spelling of their scheme."""
        return bool(self._spaces)

    def pairs(self, names: Mapping[int, Name]) -> Iterator[tuple[int, int]]:
        """Yield (dataset, dataset of the same name in a namespace spelt otherwise)."""
        keys: defaultdict[str, list[int]] = defaultdict(list)
        for key, name in names.items():
            if name.namespace in self._spaces:
                keys[name.namespace].append(key)
        for namespace, datasets in keys.items():
            for space in self._spaces[namespace]:
                yield from rows_in(self._connection, _TWINS.format(space=space), datasets)

    @property
    def _spaces(self) -> dict[str, tuple[int, ...]]:
        """Return the namespaces that have other spellings, each with the keys of those."""
        if self._found is None:
            rows = rows_of(self._connection, _ANY, **_BOUNDS)
            self._found = self._read(to_text(bytes(name)) for (name,) in rows)
        return self._found

    def _read(self, unusual: Iterable[str]) -> dict[str, tuple[int, ...]]:
        groups = {frozenset((name, *spellings(name))) for name in unusual}
        names = [to_bytes(name) for group in groups for name in group]
        if not names:
            return {}
        rows = self._connection.execute(_KEYS, {"names": names})
        keys = {to_text(bytes(name)): key for key, name in rows}
        found = {
            name: tuple(keys[other] for other in spellings(name) if other in keys) for name in keys
        }
        return {name: others for name, others in found.items() if others}
