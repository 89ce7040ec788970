"""One job or dataset as the words by which it is found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from headwater.errors import Invalid
from headwater.lineage.projections.notes import DESCRIPTION, OWNER, TAG
from headwater.lineage.words import field_of, mark_of, words_of
from headwater.wire.openlineage.canonical import decode
from headwater.wire.openlineage.descriptions import (
    columns_in,
    homes_in,
    owners_in,
    tags_in,
    text_in,
)

BUCKETS: Final = 64
"""Documents fall into this many parts by their names, see `bucket_mark`."""


class Note(NamedTuple):
    """What a person said of a thing, or of one of its columns."""

    column: str
    what: int
    item: str
    value: str | None
    stands: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What is known of a thing that people may search for; facets by name."""

    kind: str
    namespace: str
    name: str
    facets: Mapping[str, bytes]
    notes: Sequence[Note]


def document_of(thing: Document) -> tuple[str, ...]:
    """Return the fields of the index, in the order of `search_index.ALL_FIELDS`."""
    facets = {name: _said(body) for name, body in thing.facets.items()}
    tags = _tags(facets.get("tags", {}), thing.notes)
    owners = _owners(facets.get("ownership", {}), thing.notes)
    columns = columns_in(facets.get("schema", {}))
    texts = list(_texts(facets.get("documentation", {}), thing.notes))
    texts += [column.description for column in columns if column.description]
    texts += homes_in(facets.get("catalog", {}), facets.get("hierarchy", {}))
    query = text_in(facets.get("sql", {}), "query")
    marks = {
        kind_mark(thing.kind),
        namespace_mark(thing.namespace),
        bucket_mark(bucket_of(thing.kind, thing.namespace, thing.name)),
        *(name_mark(name) for name in (thing.name, thing.name.rpartition(".")[2])),
        *(tag_mark(tag) for tag in tags),
        *(owner_mark(owner) for owner in owners),
    }
    return (
        field_of([thing.name]),
        field_of(tags),
        field_of(owners),
        field_of(column.path for column in columns),
        field_of(texts),
        field_of([query] if query else []),
        " ".join(sorted(marks)),
    )


def kind_mark(kind: str) -> str:
    """Return the word that all documents of a kind have."""
    return mark_of("k", kind)


def namespace_mark(namespace: str) -> str:
    """Return the word that all documents of a namespace have."""
    return mark_of("n", namespace)


def tag_mark(tag: str) -> str:
    """Return the word that all documents with a tag have, in any case of letters."""
    return mark_of("t", tag.casefold())


def owner_mark(owner: str) -> str:
    """Return the word that all documents of an owner have, in any case of letters."""
    return mark_of("o", owner.casefold())


def name_mark(name: str) -> str:
    """Return the word of documents whose name, or its last part, has just these words."""
    return mark_of("x", *words_of(name))


def bucket_mark(number: int) -> str:
    """Return the word of one of the parts into which documents fall by what they are called."""
    return f"b{number:02d}part"


def bucket_of(kind: str, namespace: str, name: str) -> int:
    """Return the number of the part that a document falls into."""
    return int(mark_of("", kind, namespace, name)[:8], 16) % BUCKETS


def _tags(facet: Mapping[str, object], notes: Sequence[Note]) -> list[str]:
    """Return tags of the whole and of its columns; what a person took back is not there."""
    found = {(column, key): value for key, value, column in tags_in(facet)}
    for note in notes:
        if note.what == TAG and note.stands:
            found[note.column, note.item] = ""
        elif note.what == TAG:
            found.pop((note.column, note.item), None)
    keys = {key for _, key in found}
    values = {value for value in found.values() if value and value.lower() != "true"}
    return sorted(keys | values)


def _owners(facet: Mapping[str, object], notes: Sequence[Note]) -> list[str]:
    found = set(owners_in(facet))
    for note in notes:
        if note.what == OWNER:
            (found.add if note.stands else found.discard)(note.item)
    return sorted(found)


def _texts(facet: Mapping[str, object], notes: Sequence[Note]) -> Iterator[str]:
    by_hand = {
        note.column: note.value for note in notes if note.what == DESCRIPTION and note.stands
    }
    own = by_hand.pop("", None) or text_in(facet, "description")
    if own:
        yield own
    yield from (text for _, text in sorted(by_hand.items()) if text)


def _said(body: bytes) -> Mapping[str, object]:
    try:
        said = decode(body)
    except Invalid:
        return {}
    return said if isinstance(said, dict) else {}
