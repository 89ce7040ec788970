"""What a stored event names, without the bodies of its facets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from headwater.lineage.deflate import EVENT
from headwater.wire.openlineage.canonical import decode


@dataclass(frozen=True, slots=True)
class Named:
    """A dataset that an event names: 0 as an input, 1 as an output; facets by row id."""

    direction: int
    namespace: str
    name: str
    facets: Mapping[str, int]


def named_in(stored: bytes) -> tuple[list[Named], Mapping[str, int]]:
    """Return the datasets that a stored event names, and the facets of its job."""
    tree = decode(EVENT.unpack(stored))
    found = [
        Named(direction, item["namespace"], item["name"], _references(item))
        for member, direction in (("inputs", 0), ("outputs", 1))
        for item in (tree.get(member) if isinstance(tree.get(member), list) else ())
        if isinstance(item, dict) and isinstance(item.get("namespace"), str)
        if isinstance(item.get("name"), str)
    ]
    job = tree.get("job")
    return found, _references(job) if isinstance(job, dict) else {}


def _references(owner: Mapping[str, object]) -> Mapping[str, int]:
    facets = owner.get("facets")
    return (
        {name: int(bytes(id_)) for name, id_ in facets.items()} if isinstance(facets, dict) else {}
    )
