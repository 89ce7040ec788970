"""What counts of what people and events say: tags, owners, descriptions.

A person's word stands until a person takes it back. Where no person said anything, events decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from headwater.model.lineage import Facets, Note
from headwater.query.lineage.schemas import said_by, text_of

Notes = Sequence[Note]


def tags_of(facets: Facets, notes: Notes, *, column: str = "") -> list[str]:
    """Return the tags that count of a whole, or of one of its columns, sorted."""
    tags = set(tags_in(facets, column=column))
    for note in notes_on(notes, "tag", column):
        (tags.add if note.stands else tags.discard)(note.item)
    return sorted(tags)


def description_of(
    facets: Facets, notes: Notes, *, column: str = "", said: str | None = None
) -> str | None:
    """Return the description that counts; `said` is what the schema says of a column."""
    for note in notes_on(notes, "description", column):
        if note.stands:
            return note.value
    return said if column else text_of(facets, "documentation", "description")


def owners_of(facets: Facets, notes: Notes) -> list[tuple[str, str | None]]:
    """Return the owners that count, each with its type where one is known, sorted by name."""
    owners = dict(owners_in(facets))
    for note in notes_on(notes, "owner", ""):
        if note.stands:
            owners[note.item] = note.value
        else:
            owners.pop(note.item, None)
    return sorted(owners.items())


def notes_on(notes: Notes, what: str, column: str) -> Iterator[Note]:
    """Yield the notes of one kind on a whole or on one column."""
    return (note for note in notes if note.what == what and note.column == column)


def tags_in(facets: Facets, *, column: str = "") -> Iterator[str]:
    """Yield the keys of the `tags` facet, of the whole or of one column."""
    for tag in _objects(said_by(facets, "tags").get("tags")):
        key = tag.get("key")
        if isinstance(key, str) and (tag.get("field") or "") == column:
            yield key


def owners_in(facets: Facets) -> Iterator[tuple[str, str | None]]:
    """Yield the owners of the `ownership` facet with their types."""
    for owner in _objects(said_by(facets, "ownership").get("owners")):
        name, type_ = owner.get("name"), owner.get("type")
        if isinstance(name, str):
            yield name, type_ if isinstance(type_, str) else None


def _objects(value: object) -> Iterator[dict[str, object]]:
    listed: Iterable[object] = value if isinstance(value, list) else ()
    return (item for item in listed if isinstance(item, dict))
