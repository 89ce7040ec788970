"""Events as the log keeps them, facets taken out, and how they become whole again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from headwater.lineage.deflate import EVENT, FACET
from headwater.model.json import JsonObject
from headwater.wire.openlineage.canonical import decode, encode

_MAPS: Final = ("facets", "inputFacets", "outputFacets")


def facet_ids(stored: bytes) -> set[int]:
    """Return the row ids of the facets that a stored body needs."""
    return {int(bytes(m[name])) for m in _facet_maps(decode(EVENT.unpack(stored))) for name in m}


def unpack(stored: bytes, bodies: Mapping[int, bytes]) -> bytes:
    """Return the whole event as JSON, given the stored bodies of its facets by row id."""
    tree = decode(EVENT.unpack(stored))
    for map_ in _facet_maps(tree):
        for name, reference in map_.items():
            map_[name] = msgspec.Raw(FACET.unpack(bodies[int(bytes(reference))]))
    return encode(tree)


def _facet_maps(tree: JsonObject) -> Iterator[JsonObject]:
    for owner, names in _owners(tree):
        for name in names:
            if isinstance(owner.get(name), dict):
                yield owner[name]


def _owners(tree: JsonObject) -> Iterable[tuple[JsonObject, tuple[str, ...]]]:
    for name, maps in (("run", ("facets",)), ("job", ("facets",)), ("dataset", _MAPS)):
        if isinstance(tree.get(name), dict):
            yield tree[name], maps
    for name in ("inputs", "outputs"):
        if isinstance(tree.get(name), list):
            yield from ((item, _MAPS) for item in tree[name] if isinstance(item, dict))
