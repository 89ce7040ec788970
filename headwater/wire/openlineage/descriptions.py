"""What people search for and ask about, read out of facets: columns, owners, tags, texts, homes.

Producers put anything anywhere, so whatever has not the shape it should have counts as absent.
Each function takes a facet as a decoded value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

_MOST_LEVELS: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredColumn:
    """A column as a `schema` facet declares it; a field of a struct has a dotted path.

    `is_nullable` is None where the facet does not say, which is the rule.
    """

    path: str
    type: str | None = None
    description: str | None = None
    is_nullable: bool | None = None


def columns_in(schema: Mapping[str, object]) -> list[DeclaredColumn]:
    """Return the columns of a `schema` facet in its order, fields of structs behind their own."""
    return list(_columns(schema.get("fields"), "", 0))


def owners_in(ownership: Mapping[str, object]) -> list[str]:
    """Return the names in an `ownership` facet, sorted."""
    return sorted(
        {name for item in _objects(ownership.get("owners")) if (name := _text(item, "name"))}
    )


def tags_in(tags: Mapping[str, object]) -> list[tuple[str, str, str]]:
    """Return (key, value, column) of each tag in a `tags` facet, sorted; column "" is the whole."""
    found = {
        (key, _text(item, "value") or "", _text(item, "field") or "")
        for item in _objects(tags.get("tags"))
        if (key := _text(item, "key"))
    }
    return sorted(found)


def homes_in(catalog: Mapping[str, object], hierarchy: Mapping[str, object]) -> list[str]:
    """Return the names of the `catalog` and of each level of the `hierarchy`, as they stand."""
    levels = (_text(item, "name") for item in _objects(hierarchy.get("hierarchy")))
    return [name for name in (_text(catalog, "name"), *levels) if name]


def text_in(facet: Mapping[str, object], member: str) -> str | None:
    """Return one text of a facet, None when it is absent or something else."""
    return _text(facet, member)


def _columns(fields: object, prefix: str, level: int) -> Iterator[DeclaredColumn]:
    for item in _objects(fields):
        name = _text(item, "name")
        if name is None:
            continue
        path = prefix + name
        nullable = item.get("nullable", item.get("isNullable"))
        yield DeclaredColumn(
            path=path,
            type=_text(item, "type"),
            description=_text(item, "description"),
            is_nullable=nullable if isinstance(nullable, bool) else None,
        )
        if level < _MOST_LEVELS:
            yield from _columns(item.get("fields"), f"{path}.", level + 1)


def _objects(value: object) -> Iterator[Mapping[str, object]]:
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def _text(item: Mapping[str, object], member: str) -> str | None:
    value = item.get(member)
    return value if isinstance(value, str) and value else None
