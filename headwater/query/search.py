"""Search for jobs and datasets by name, column, tag, owner, description and SQL."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from headwater.errors import Invalid
from headwater.lineage.projections.documents import Kind
from headwater.lineage.reading.documents import Found, Place, Sought, Term, marks_of
from headwater.lineage.reading.view import LineageReads, LineageView
from headwater.lineage.words import plain, words_of
from headwater.model.lineage import Facets, Moment, Name, Note
from headwater.query.lineage.descriptions import description_of, owners_of, tags_in, tags_of
from headwater.query.lineage.schemas import said_by, text_of
from headwater.wire.openlineage.descriptions import columns_in, homes_in

_MOST_TERMS: Final = 16
_MOST_MATCHES: Final = 5
_SNIPPET: Final = 120
_TERM: Final = re.compile(r'"([^"]*)"|(\S+)')
_TOKEN: Final = re.compile(r"[^\W_]+")
_PART: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^A-Z\W_]+|[^\W_]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Where a hit has the words: a field, a text of it, and spans in it, in characters."""

    field: str
    text: str
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A job or dataset that was found, with what a list shows of it."""

    kind: Kind
    name: Name
    score: float
    updated_at: Moment
    description: str | None
    tags: tuple[str, ...]
    owners: tuple[str, ...]
    matches: tuple[Match, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """A page of hits, best first; `next` asks for the one after, `reason` why it is partial."""

    hits: tuple[Hit, ...]
    next: str | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What hits must be or have; None is anything."""

    kind: Kind | None = None
    namespace: str | None = None
    tag: str | None = None
    owner: str | None = None


class Search:
    """Searches; blocking, so call it from a thread."""

    def __init__(self, reads: LineageReads) -> None:
        self._reads = reads

    def find(
        self, query: str, *, among: Filter | None = None, limit: int = 20, after: str | None = None
    ) -> SearchPage:
        """Return the best hits that have all words of the query, each as a prefix.

        A word in double quotes is meant as a whole. Without words a filter alone lists by name.
        Raises `Invalid` for a question without words and filter, or a wrong `after`.
        """
        terms = terms_of(query)
        wanted = among or Filter()
        marks = marks_of(
            kind=wanted.kind, namespace=wanted.namespace, tag=wanted.tag, owner=wanted.owner
        )
        if not terms and (query.strip() or not marks):
            raise Invalid(
                f"the query {query!r} has no letters or digits to search for",
                hint="give a word, or a namespace, tag or owner to list",
            )
        sought = Sought(terms=tuple(terms), marks=marks, name=query if terms else None)
        place = None if after is None else _place_of(after)
        with self._reads.view() as view:
            page = view.documents.find(sought, limit=limit, after=place)
            hits = tuple(_hits(view, page.hits, terms))
        last = page.hits[-1].place if page.has_more and page.hits else None
        return SearchPage(
            hits=hits, next=None if last is None else _token_of(last), reason=page.reason
        )


def terms_of(query: str) -> list[Term]:
    """Return the distinct words of a query in their order."""
    found: dict[str, Term] = {}
    for quoted, bare in _TERM.findall(query):
        for word in words_of(quoted) or words_of(bare):
            found.setdefault(word, Term(word=word, is_exact=bool(quoted)))
    return list(found.values())[:_MOST_TERMS]


def spans_in(text: str, terms: Sequence[Term]) -> tuple[tuple[int, int], ...]:
    """Return where the words of a text are that were sought."""
    spans: list[tuple[int, int]] = []
    for token in _TOKEN.finditer(text):
        if any(_is_meant(token[0], term) for term in terms):
            spans.append(token.span())
            continue
        spans.extend(
            (token.start() + part.start(), token.start() + part.end())
            for part in _PART.finditer(token[0])
            if any(_is_meant(part[0], term) for term in terms)
        )
    return tuple(spans)


def _is_meant(word: str, term: Term) -> bool:
    folded = plain(word)
    return folded.startswith(term.word) if term.is_prefix else folded == term.word


def _hits(view: LineageView, found: Sequence[Found], terms: Sequence[Term]) -> Iterator[Hit]:
    keys: Mapping[Kind, list[int]] = {
        "dataset": [one.key for one in found if one.kind == "dataset"],
        "job": [one.key for one in found if one.kind == "job"],
    }
    facets: Mapping[Kind, Mapping[int, Facets]] = {
        "dataset": view.facets.of_datasets(keys["dataset"]),
        "job": view.facets.of_jobs(keys["job"]),
    }
    notes = {kind: view.notes.of(kind, keys[kind]) for kind in keys}
    for one in found:
        own, said = facets[one.kind].get(one.key, {}), notes[one.kind].get(one.key, ())
        yield Hit(
            kind=one.kind,
            name=one.name,
            score=one.score,
            updated_at=one.updated_at,
            description=description_of(own, said),
            tags=tuple(tags_of(own, said)),
            owners=tuple(name for name, _ in owners_of(own, said)),
            matches=tuple(_matches(one, own, said, terms)),
        )


def _matches(
    one: Found, facets: Facets, notes: Sequence[Note], terms: Sequence[Term]
) -> Iterator[Match]:
    for field, texts in _texts(one, facets, notes):
        count = 0
        for text in texts:
            spans = spans_in(text, terms)
            if spans and count < _MOST_MATCHES:
                count += 1
                yield _snippet(field, text, spans)


def _texts(
    one: Found, facets: Facets, notes: Sequence[Note]
) -> Iterator[tuple[str, Iterable[str]]]:
    """Yield the texts of each field, in the order of their weight."""
    columns = columns_in(said_by(facets, "schema"))
    named = [column.path for column in columns]
    noted = sorted({note.column for note in notes if note.column} - set(named))
    tags = {tag for column in ("", *named, *noted) for tag in tags_of(facets, notes, column=column)}
    described = [description_of(facets, notes)]
    described += (
        description_of(facets, notes, column=column.path, said=column.description)
        for column in columns
    )
    yield "name", [one.name.name]
    yield "tags", sorted({*tags, *tags_in(facets)})
    yield "owners", [name for name, _ in owners_of(facets, notes)]
    yield "columns", named
    yield "description", [text for text in described if text]
    yield "catalog", homes_in(said_by(facets, "catalog"), said_by(facets, "hierarchy"))
    yield "sql", filter(None, [text_of(facets, "sql", "query")])


def _snippet(field: str, text: str, spans: tuple[tuple[int, int], ...]) -> Match:
    """Cut a long text to what is around its first match."""
    if len(text) <= _SNIPPET:
        return Match(field=field, text=text, spans=spans)
    start = max(0, min(spans[0][0] - _SNIPPET // 3, len(text) - _SNIPPET))
    end = start + _SNIPPET
    shown = text[start:end]
    lead = "…" if start else ""
    moved = tuple(
        (a - start + len(lead), b - start + len(lead)) for a, b in spans if start <= a and b <= end
    )
    return Match(field=field, text=lead + shown + ("…" if end < len(text) else ""), spans=moved)


def _token_of(place: Place) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def _place_of(token: str) -> Place:
    try:
        padded = token + "=" * (-len(token) % 4)
        score, namespace, name, kind = json.loads(base64.urlsafe_b64decode(padded))
        return float(score), str(namespace), str(name), str(kind)
    except (binascii.Error, ValueError, TypeError) as error:
        raise Invalid(
            f"{token!r} is no place in the hits", hint="give the `next` of the page before"
        ) from error
