"""Jobs and datasets by words: what the full-text index of each database finds, ranked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from sqlalchemy import Connection, text

from headwater.lineage.projections.document import (
    bucket_mark,
    kind_mark,
    name_mark,
    namespace_mark,
    owner_mark,
    tag_mark,
)
from headwater.lineage.projections.documents import KINDS, Kind
from headwater.lineage.reading.rows import hidden, moment_or_zero, rows_in, to_text
from headwater.lineage.search_index import FIELDS
from headwater.model.lineage import Moment, Name

MOST_RANKED: Final = 2_000
"""More matches than these are not ranked: the question is narrowed first."""

_LEAST_PREFIX: Final = 2
_BEST: Final = 50
_SHOWN: Final = (
    "SELECT x.id, n.name, x.name, x.last_us FROM {kind} x JOIN namespace n"
    " ON n.id = x.namespace_id WHERE x.id IN ({{keys}}) AND x.standing >= 1 AND NOT {hidden}"
)
_FTS5: Final = (
    "SELECT rowid, bm25(search_index, 10, 6, 5, 4, 2, 1, 20) FROM search_index"
    " WHERE search_index MATCH :sought LIMIT :most"
)
_TSVECTOR: Final = (
    "SELECT d.id, -ts_rank('{1.0, 0.2, 0.6, 0.9}', d.vector, q, 1) FROM search_document d,"
    " to_tsquery('simple', :sought) q WHERE d.vector @@ q LIMIT :most"
)

Place = tuple[float, str, str, str]
"""Where a hit stands in the order of answers: score, namespace, name, kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A word that is sought; as a prefix unless it is `is_exact` or a single letter."""

    word: str
    is_exact: bool = False

    @property
    def is_prefix(self) -> bool:
        """Tell whether longer words count too."""
        return not self.is_exact and len(self.word) >= _LEAST_PREFIX


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What is sought: all of the terms, in what has all of the marks.

    `name` is the text as typed: what is called just so comes first. `only_names` leaves
    columns, descriptions and the rest out.
    """

    terms: tuple[Term, ...] = ()
    marks: tuple[str, ...] = ()
    name: str | None = None
    only_names: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A job or dataset that was found; less is better in `score`."""

    kind: Kind
    key: int
    name: Name
    updated_at: Moment
    score: float

    @property
    def place(self) -> Place:
        """Return where it stands among the answers."""
        return (self.score, self.name.namespace, self.name.name, self.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPage:
    """A page of hits, best first; `reason` says why it is partial."""

    hits: tuple[Found, ...]
    has_more: bool
    reason: str | None


class _Matching(Protocol):
    """The full-text search of one database."""

    sql: str
    matching: str

    def expression(self, sought: Sought) -> str:
        """Write what is sought in the words of the database."""
        ...


class Documents:
    """Searches the documents of jobs and datasets."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        is_sqlite = connection.dialect.name == "sqlite"
        self._matching: _Matching = _Fts5() if is_sqlite else _Tsvector()

    def find(self, sought: Sought, *, limit: int, after: Place | None = None) -> FoundPage:
        """Return the best hits behind a place; what is hidden is not found."""
        scored, reason = self._scored(sought)
        scored.sort(key=lambda row: row[1])
        taken = 0
        hits: list[Found] = []
        while taken < len(scored) and len(hits) <= limit:
            start, taken = taken, _tied(scored, taken + max(_BEST, limit + 1))
            shown = self._shown(scored[start:taken])
            hits += [hit for hit in sorted(shown, key=_place) if after is None or hit.place > after]
        return FoundPage(hits=tuple(hits[:limit]), has_more=len(hits) > limit, reason=reason)

    def _scored(self, sought: Sought) -> tuple[list[tuple[int, float]], str | None]:
        """Return what matches with its score; where it is too much, the best part of it."""
        if self._count(sought) <= MOST_RANKED:
            return self._matches(sought), None
        much = f"more than {MOST_RANKED:,} things match"
        if sought.terms:
            sought = replace(sought, only_names=True)
            if 0 < self._count(sought) <= MOST_RANKED:
                reason = f"{much}; these have it in their names, add a word"
                return self._matches(sought), reason
        part = replace(sought, marks=(*sought.marks, bucket_mark(0)))
        return self._matches(part), f"{much}; these are a part of them, add a word"

    def _count(self, sought: Sought) -> int:
        """Count what matches, up to one more than is ranked: that is cheaper than ranking it."""
        values = {"sought": self._matching.expression(sought), "most": MOST_RANKED + 1}
        counted = f"SELECT count(*) FROM ({self._matching.matching} LIMIT :most) found"
        return int(self._connection.execute(text(counted), values).scalar_one())

    def _matches(self, sought: Sought) -> list[tuple[int, float]]:
        values = {"sought": self._matching.expression(sought), "most": MOST_RANKED + 1}
        rows = self._connection.execute(text(self._matching.sql), values)
        return [(int(id_), float(score)) for id_, score in rows]

    def _shown(self, scored: Sequence[tuple[int, float]]) -> Iterator[Found]:
        scores = dict(scored)
        for bit, kind in enumerate(KINDS):
            keys = [id_ // 2 for id_ in scores if id_ % 2 == bit]
            sql = _SHOWN.format(kind=kind, hidden=hidden("x"))
            for key, namespace, name, last in rows_in(self._connection, sql, keys):
                yield Found(
                    kind=kind,
                    key=key,
                    name=Name(to_text(bytes(namespace)), to_text(bytes(name))),
                    updated_at=moment_or_zero(last),
                    score=scores[key * 2 + bit],
                )


def marks_of(
    *, kind: Kind | None, namespace: str | None, tag: str | None, owner: str | None
) -> tuple[str, ...]:
    """Return the marks that the documents of a filter have."""
    marks = (
        None if kind is None else kind_mark(kind),
        None if namespace is None else namespace_mark(namespace),
        None if tag is None else tag_mark(tag),
        None if owner is None else owner_mark(owner),
    )
    return tuple(mark for mark in marks if mark is not None)


def _place(hit: Found) -> Place:
    return hit.place


def _tied(scored: Sequence[tuple[int, float]], end: int) -> int:
    """Move an end behind all that has the same score, so that names decide among them."""
    while 0 < end < len(scored) and scored[end][1] == scored[end - 1][1]:
        end += 1
    return min(end, len(scored))


class _Fts5:
    """SQLite's words; terms and marks hold letters and digits only, so quotes are safe."""

    sql = _FTS5
    matching = "SELECT 1 AS one FROM search_index WHERE search_index MATCH :sought"

    def expression(self, sought: Sought) -> str:
        """Write an FTS5 query."""
        parts = [f'marks : "{mark}"' for mark in sought.marks]
        if sought.terms:
            where = "name" if sought.only_names else "{" + " ".join(FIELDS) + "}"
            words = " AND ".join(map(self._term, sought.terms))
            found = f"{where} : ({words})"
            if sought.name is not None:
                found = f'({found}) OR (marks : "{name_mark(sought.name)}")'
            parts.append(found)
        return " AND ".join(f"({part})" for part in parts)

    def _term(self, term: Term) -> str:
        if not term.is_prefix:
            return f'"{term.word}"'
        return f'("{term.word}" OR "{term.word}"*)'


class _Tsvector:
    """PostgreSQL's words; weights stand for fields, A for the name, D for the marks."""

    sql = _TSVECTOR
    matching = "SELECT 1 AS one FROM search_document WHERE vector @@ to_tsquery('simple', :sought)"

    def expression(self, sought: Sought) -> str:
        """Write a text search query."""
        parts = [f"'{mark}':D" for mark in sought.marks]
        if sought.terms:
            weights = "A" if sought.only_names else "ABC"
            found = " & ".join(self._term(term, weights) for term in sought.terms)
            if sought.name is not None:
                found = f"({found}) | '{name_mark(sought.name)}':D"
            parts.append(found)
        return " & ".join(f"({part})" for part in parts)

    def _term(self, term: Term, weights: str) -> str:
        if not term.is_prefix:
            return f"'{term.word}':{weights}"
        return f"('{term.word}':{weights} | '{term.word}':*{weights})"
