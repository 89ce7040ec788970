"""What a search finds."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict


class SearchMatch(TypedDict):
    """Where a hit has the words: a field, a text of it, and spans of characters in the text."""

    field: str
    text: str
    spans: list[list[int]]


class SearchHit(TypedDict):
    """A job or dataset that was found."""

    id: str
    kind: Literal["dataset", "job"]
    namespace: str
    name: str
    score: float
    updated_at: str
    description: str | None
    tags: list[str]
    owners: list[str]
    matches: list[SearchMatch]


class SearchPage(TypedDict):
    """Hits, best first; `next` asks for the page after."""

    query: str
    hits: list[SearchHit]
    next: str | None
    partial: bool
    reason: str | None
