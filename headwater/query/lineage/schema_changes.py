"""What changed between two schemas, and what of it breaks who reads the table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from headwater.query.lineage.column_types import width_of_change
from headwater.wire.openlineage.descriptions import DeclaredColumn

SchemaChangeKind = Literal[
    "column_removed",
    "column_renamed",
    "type_narrowed",
    "type_changed",
    "nullable_loosened",
    "nullable_tightened",
    "type_widened",
    "column_added",
    "columns_moved",
    "description_changed",
]

BREAKING: Final[frozenset[SchemaChangeKind]] = frozenset(
    {
        "column_removed",
        "column_renamed",
        "type_narrowed",
        "type_changed",
        "nullable_loosened",
        "nullable_tightened",
    }
)
"""A reader of the old schema may fail, or, with a tightened column, a writer."""

_WIDTHS: Final[Mapping[str, SchemaChangeKind]] = {
    "wider": "type_widened",
    "narrower": "type_narrowed",
    "other": "type_changed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaChange:
    """One change of one column; `before` and `after` are types, names, texts or yes and no.

    A renamed column is a guess: one went, one of the same type came in its place.
    """

    kind: SchemaChangeKind
    column: str
    before: str | None = None
    after: str | None = None

    @property
    def is_breaking(self) -> bool:
        """Tell whether a reader or a writer of the old schema may fail with the new one."""
        return self.kind in BREAKING


def schema_changes(
    before: Sequence[DeclaredColumn], after: Sequence[DeclaredColumn]
) -> list[SchemaChange]:
    """Return what changed, columns in the order of the old schema, new ones last."""
    old = {column.path: column for column in before}
    new = {column.path: column for column in after}
    gone = _topmost([column for path, column in old.items() if path not in new])
    come = _topmost([column for path, column in new.items() if path not in old])
    renamed = _renamed(gone, come, list(old), list(new))
    changes: list[SchemaChange] = []
    for path, column in old.items():
        if path in new:
            changes.extend(_of_column(column, new[path]))
        elif path in renamed:
            changes.append(
                SchemaChange(kind="column_renamed", column=path, before=path, after=renamed[path])
            )
        elif any(column.path == path for column in gone):
            changes.append(SchemaChange(kind="column_removed", column=path, before=column.type))
    changes.extend(
        SchemaChange(kind="column_added", column=column.path, after=column.type)
        for column in come
        if column.path not in renamed.values()
    )
    stayed = [path for path in old if path in new]
    if stayed != [path for path in new if path in old]:
        changes.append(SchemaChange(kind="columns_moved", column=""))
    return changes


def _of_column(old: DeclaredColumn, new: DeclaredColumn) -> Iterable[SchemaChange]:
    if old.type is not None and new.type is not None:
        width = width_of_change(old.type, new.type)
        if width is not None:
            kind = _WIDTHS[width]
            yield SchemaChange(kind=kind, column=old.path, before=old.type, after=new.type)
    if (old.is_nullable, new.is_nullable) == (True, False):
        yield SchemaChange(kind="nullable_tightened", column=old.path, before="yes", after="no")
    if (old.is_nullable, new.is_nullable) == (False, True):
        yield SchemaChange(kind="nullable_loosened", column=old.path, before="no", after="yes")
    if (old.description or "") != (new.description or ""):
        yield SchemaChange(
            kind="description_changed",
            column=old.path,
            before=old.description,
            after=new.description,
        )


def _topmost(columns: Sequence[DeclaredColumn]) -> list[DeclaredColumn]:
    """Leave out the fields of a struct that stands here itself."""
    paths = {column.path for column in columns}
    return [column for column in columns if not paths.intersection(_parents(column.path))]


def _parents(path: str) -> Iterable[str]:
    parts = path.split(".")
    return (".".join(parts[:length]) for length in range(1, len(parts)))


def _renamed(
    gone: Sequence[DeclaredColumn],
    come: Sequence[DeclaredColumn],
    old: Sequence[str],
    new: Sequence[str],
) -> dict[str, str]:
    """Pair a column that went with one that came where type and place, or description, agree."""
    before, after = _places(old, new), _places(new, old)
    found: dict[str, str] = {}
    for column in gone:
        alike = [
            other.path
            for other in come
            if _kin(column, other)
            and (
                before[column.path] == after[other.path]
                or (column.description and column.description == other.description)
            )
        ]
        if len(alike) == 1 and alike[0] not in found.values():
            found[column.path] = alike[0]
    return found


def _kin(one: DeclaredColumn, other: DeclaredColumn) -> bool:
    if one.type is None or other.type is None:
        return one.type == other.type
    return width_of_change(one.type, other.type) is None


def _places(
    paths: Sequence[str], others: Sequence[str]
) -> dict[str, tuple[str | None, str | None]]:
    """Return for each column the nearest columns on both sides that the other schema has too."""
    known = set(others)
    places: dict[str, tuple[str | None, str | None]] = {}
    last: str | None = None
    before: dict[str, str | None] = {}
    for path in paths:
        before[path] = last
        last = path if path in known else last
    following: str | None = None
    for path in reversed(paths):
        places[path] = (before[path], following)
        following = path if path in known else following
    return places
