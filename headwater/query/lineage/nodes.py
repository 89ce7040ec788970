"""Node ids as people and Marquez write them: `dataset:NAMESPACE:NAME`, `datasetField:…:FIELD`.

A namespace such as `trino://host:1337` holds colons itself, so an id can be read in several ways.
All of them are returned, the one that Marquez would take first, and the store decides which one
exists. Parts may be percent-encoded, which leaves one way to read them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, get_args
from urllib.parse import quote, unquote

from headwater.errors import Invalid

NodeKind = Literal["dataset", "job", "run", "datasetField"]

_KINDS: Final = frozenset(get_args(NodeKind))
_PARTS: Final[dict[NodeKind, int]] = {"dataset": 2, "job": 2, "datasetField": 3, "run": 1}
_MARQUEZ_COLON: Final = re.compile(r":(?!//|\d)")
_VERSION: Final = re.compile(r"#([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$")
_MOST_COLONS: Final = 64
_EXAMPLES: Final = "dataset:NAMESPACE:NAME, job:NAMESPACE:NAME or datasetField:NAMESPACE:NAME:FIELD"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeId:
    """What a node id may mean; every reading is (namespace, name), with the field for a column."""

    kind: NodeKind
    readings: tuple[tuple[str, ...], ...]
    version: str | None = None


def parse_node(text: str) -> NodeId:
    """Read a node id; raises `Invalid` when the kind is unknown or a part is missing."""
    kind, colon, rest = text.partition(":")
    if kind not in _KINDS or not colon:
        raise Invalid(f"node {text!r} has no kind that is known", hint=f"write {_EXAMPLES}")
    node_kind: NodeKind = kind  # type: ignore[assignment]  # narrowed by the set above
    found = _VERSION.search(rest)
    version = found[1].lower() if found else None
    rest = rest[: found.start()] if found else rest
    readings = _readings(rest, _PARTS[node_kind])
    if not readings:
        raise Invalid(f"node {text!r} has too few parts", hint=f"write {_EXAMPLES}")
    return NodeId(kind=node_kind, readings=readings, version=version)


def _readings(rest: str, parts: int) -> tuple[tuple[str, ...], ...]:
    if parts == 1:
        return ((rest,),) if rest else ()
    plain = [reading for reading in (_marquez(rest, parts), *_all(rest, parts)) if reading]
    decoded = [tuple(unquote(part) for part in r) for r in plain] if "%" in rest else []
    return tuple(dict.fromkeys(plain + decoded))


def _marquez(rest: str, parts: int) -> tuple[str, ...] | None:
    """Split where Marquez would: at colons that neither `//` nor a digit follows."""
    cuts = [match.start() for match in _MARQUEZ_COLON.finditer(rest)][: parts - 1]
    return _cut(rest, tuple(cuts)) if len(cuts) == parts - 1 else None


def _all(rest: str, parts: int) -> list[tuple[str, ...]]:
    """Split at every possible colon, the longest namespaces first."""
    colons = [at for at, char in enumerate(rest) if char == ":"][:_MOST_COLONS]
    if parts == 2:
        chosen = [(at,) for at in reversed(colons)]
        return [cut for at in chosen if (cut := _cut(rest, at))]
    pairs = [(a, b) for a in reversed(colons) for b in reversed(colons) if a < b]
    return [cut for pair in pairs if (cut := _cut(rest, pair))]


def _cut(rest: str, colons: tuple[int, ...]) -> tuple[str, ...] | None:
    starts = (0, *(at + 1 for at in colons))
    ends = (*colons, len(rest))
    pieces = tuple(rest[start:end] for start, end in zip(starts, ends, strict=True))
    return pieces if all(pieces) else None


def node_id(kind: NodeKind, *parts: str) -> str:
    """Write a node id the way Marquez does, colons and all."""
    return ":".join((kind, *parts))


def encoded_node_id(kind: NodeKind, *parts: str) -> str:
    """Write a node id with its parts percent-encoded, so that it reads in one way only."""
    return ":".join((kind, *(quote(part, safe="", errors="surrogateescape") for part in parts)))
