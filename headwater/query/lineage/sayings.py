"""Who says what of a namespace, job or dataset: people, by hand, and events, and which counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from headwater.lineage.reading.hidden import Entity
from headwater.lineage.reading.statements import Statement
from headwater.lineage.reading.view import LineageView
from headwater.model.lineage import Facets, Moment, Note
from headwater.query.lineage.descriptions import notes_on, owners_in, tags_in
from headwater.query.lineage.homes import Home, home_in
from headwater.query.lineage.schemas import SchemaField, fields_of, text_of

Source = Literal["person", "event"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What a person or an event says: a description, or the type of an owner."""

    value: str | None
    source: Source
    by: str
    at: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A tag or an owner: the saying that counts first, then what else was said.

    One that a person took back, and that events still name, has `is_taken_back`.
    """

    name: str
    sayings: tuple[Saying, ...]
    is_taken_back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A whole or a column: its descriptions, the one that counts first, its tags, its owners."""

    name: str
    type: str | None
    descriptions: tuple[Saying, ...]
    tags: tuple[Item, ...]
    owners: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sayings:
    """Everything that is said of one entity; where it lives, of datasets alone."""

    whole: Described
    columns: tuple[Described, ...]
    home: Home


class _Told:
    """The facets of one entity and the notes on it."""

    def __init__(self, statements: Mapping[str, Statement], notes: Sequence[Note]) -> None:
        self.facets: Facets = {name: one.body for name, one in statements.items()}
        self._statements = statements
        self._notes = notes

    def items(
        self, what: str, facet: str, said: Iterable[tuple[str, str | None]], column: str = ""
    ) -> tuple[Item, ...]:
        """Return tags or owners by name; `said` is what the facet says of this column."""
        by_event = dict(said)
        by_person = {note.item: note for note in notes_on(self._notes, what, column)}
        found = []
        for name in sorted(by_event.keys() | by_person.keys()):
            note = by_person.get(name)
            sayings = [] if note is None else [_of_person(note)]
            if name in by_event:
                sayings.append(self._of_event(facet, by_event[name]))
            is_taken_back = note is not None and not note.stands
            if not is_taken_back or name in by_event:
                item = Item(name=name, sayings=tuple(sayings), is_taken_back=is_taken_back)
                found.append(item)
        return tuple(found)

    def descriptions(self, facet: str, said: str | None, column: str = "") -> tuple[Saying, ...]:
        """Return descriptions, a person's first."""
        notes = notes_on(self._notes, "description", column)
        sayings = [_of_person(note) for note in notes if note.stands]
        if said is not None and facet in self._statements:
            sayings.append(self._of_event(facet, said))
        return tuple(sayings)

    def _of_event(self, facet: str, value: str | None) -> Saying:
        statement = self._statements[facet]
        return Saying(value=value, source="event", by=statement.by, at=statement.at)


def sayings_of(view: LineageView, entity: Entity) -> Sayings:
    """Return what people and events say of an entity, hidden or not."""
    notes = view.notes.of(entity.kind, [entity.key]).get(entity.key, ())
    if entity.kind == "namespace":
        told = _Told({}, notes)
        owners = tuple(
            Item(name=note.value or "", sayings=(_of_person(note),))
            for note in notes_on(notes, "owner", "")
            if note.stands
        )
    else:
        told = _Told(view.statements.of(entity.kind, entity.key), notes)
        owners = told.items("owner", "ownership", owners_in(told.facets))
    whole = Described(
        name=entity.name.name or entity.name.namespace,
        type=None,
        descriptions=told.descriptions(
            "documentation", text_of(told.facets, "documentation", "description")
        ),
        tags=_tags(told),
        owners=owners,
    )
    fields = fields_of(told.facets) if entity.kind == "dataset" else []
    columns = tuple(_column(told, field) for field in fields)
    return Sayings(whole=whole, columns=columns, home=home_in(told.facets))


def _column(told: _Told, field: SchemaField) -> Described:
    return Described(
        name=field.name,
        type=field.type,
        descriptions=told.descriptions("schema", field.description, field.name),
        tags=_tags(told, field.name),
    )


def _tags(told: _Told, column: str = "") -> tuple[Item, ...]:
    said = ((tag, None) for tag in tags_in(told.facets, column=column))
    return told.items("tag", "tags", said, column)


def _of_person(note: Note) -> Saying:
    return Saying(value=note.value, source="person", by=note.actor, at=note.at)
