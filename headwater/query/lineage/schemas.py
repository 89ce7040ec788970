"""What facets say, as values: fields of a schema, the error of a run, texts of all kinds.

Producers put anything anywhere, so whatever has not the shape it should have counts as absent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from headwater.model.json import JsonObject
from headwater.model.lineage import Facets
from headwater.wire.openlineage.canonical import decode

_SMALL: Final = 1_000
"""Facet bodies of fewer bytes than these are worth remembering."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaField:
    """A column as a `schema` facet describes it."""

    name: str
    type: str | None
    description: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunError:
    """Why a run failed, as its `errorMessage` facet says."""

    message: str
    language: str | None
    stack_trace: str | None


def said_by(facets: Facets, name: str) -> JsonObject:
    """Return a facet as a dictionary, empty when it is absent or not an object."""
    body = facets.get(name)
    if body is None:
        return {}
    said = decode(body)
    return said if isinstance(said, dict) else {}


def text_of(facets: Facets, facet: str, member: str) -> str | None:
    """Return one text out of a facet."""
    body = facets.get(facet)
    if body is None:
        return None
    return _text_in(body, member) if len(body) < _SMALL else _text_of(body, member)


def _text_of(body: bytes, member: str) -> str | None:
    value = said_by({"": body}, "").get(member)
    return value if isinstance(value, str) else None


@lru_cache(maxsize=4_096)
def _text_in(body: bytes, member: str) -> str | None:
    """Return a text out of one facet body, which many datasets and runs share."""
    return _text_of(body, member)


def fields_of(facets: Facets) -> list[SchemaField]:
    """Return the columns that the `schema` facet lists."""
    body = facets.get("schema")
    return [] if body is None else list(_fields_in(body))


@lru_cache(maxsize=1_024)
def _fields_in(schema: bytes) -> tuple[SchemaField, ...]:
    """Return the columns of one facet body, which many datasets and versions share."""
    return tuple(_fields(said_by({"schema": schema}, "schema").get("fields")))


def error_of(facets: Facets) -> RunError | None:
    """Return the error of a run, None when it reports none."""
    said = said_by(facets, "errorMessage")
    if not said:
        return None
    return RunError(
        message=str(said.get("message") or "the run gave no message"),
        language=_text(said.get("programmingLanguage")),
        stack_trace=_text(said.get("stackTrace")),
    )


def _fields(listed: Any) -> Iterator[SchemaField]:
    for item in listed if isinstance(listed, list) else ():
        if not isinstance(item, dict) or not isinstance(item.get("name"), str):
            continue
        yield SchemaField(
            name=item["name"],
            type=_text(item.get("type")),
            description=_text(item.get("description")),
        )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
