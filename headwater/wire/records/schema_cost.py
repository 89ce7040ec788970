"""How much work a JSON Schema can make of one record: references may multiply it without end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import unquote

from headwater.errors import Unprocessable

MOST_STEPS: Final = 100_000
_DEEPEST: Final = 64
_HINT: Final = 'refer to a place in the same schema, such as "#/$defs/place"'
_SAME_VALUE: Final = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas")
_ONE_PART_EACH: Final = (
    "properties",
    "items",
    "prefixItems",
    "additionalProperties",
    "additionalItems",
)
_NAMED: Final = frozenset(("properties", "patternProperties", "dependentSchemas"))
_REFERENCES: Final = ("$ref", "$dynamicRef", "$recursiveRef")
_ANY_PART: Final = (
    "patternProperties",
    "contains",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
)


def refuse_explosion(schema: Mapping[str, object]) -> None:
    """Raise `Unprocessable` when one value could be looked at more than `MOST_STEPS` times.

    Schemas that refer to each other twice double the work with each step; twenty lines of them
    would hold the door for years.
    """
    if any(name in place for place in _places(schema) for name in _REFERENCES):
        _Cost(schema).of(schema, _DEEPEST)


class _Cost:
    """Counts how often a path of a value is looked at, down to a depth."""

    def __init__(self, root: Mapping[str, object]) -> None:
        self._root = root
        self._anchors = {
            place[name]: place
            for place in _places(root)
            for name in ("$anchor", "$dynamicAnchor")
            if isinstance(place.get(name), str)
        }
        if any(isinstance(place.get("$id"), str) and place is not root for place in _places(root)):
            raise Unprocessable(
                "a schema inside another has an $id of its own", path="", hint=_HINT
            )
        self._known: dict[tuple[int, int], int] = {}

    def of(self, node: object, depth: int) -> int:
        """Return the steps for the value at a node and for the parts of it below."""
        if not isinstance(node, Mapping) or depth == 0:
            return 1
        key = (id(node), depth)
        if key in self._known:
            return self._known[key]
        self._known[key] = 0  # a reference to itself at the same value is followed once
        steps = 1 + sum(self.of(other, depth) for other in self._same_value(node))
        parts = (other for name in _ONE_PART_EACH for other in _schemas(node, name))
        steps += max((self.of(other, depth - 1) for other in parts), default=0)
        others = (other for name in _ANY_PART for other in _schemas(node, name))
        steps += sum(self.of(other, depth - 1) for other in others)
        if steps > MOST_STEPS:
            raise Unprocessable(
                "references in the schema multiply the work for one record without bound",
                path="",
                hint="refer to each definition from one place on a way through the schema",
            )
        self._known[key] = steps
        return steps

    def _same_value(self, node: Mapping[str, object]) -> Iterator[object]:
        for name in _SAME_VALUE:
            yield from _schemas(node, name)
        for name in _REFERENCES:
            if name in node:
                yield self._target(node[name])

    def _target(self, reference: object) -> object:
        if isinstance(reference, str) and reference[:1] == "#" and reference[1:] in self._anchors:
            return self._anchors[reference[1:]]
        if not isinstance(reference, str) or not (reference == "#" or reference.startswith("#/")):
            raise Unprocessable(
                f"the reference {reference!r} may not leave the schema", path="", hint=_HINT
            )
        found: object = self._root
        for part in unquote(reference[2:]).split("/") if reference != "#" else ():
            name = part.replace("~1", "/").replace("~0", "~")
            if isinstance(found, list):
                found = found[int(name)] if name.isdecimal() and int(name) < len(found) else None
            else:
                found = found.get(name) if isinstance(found, Mapping) else None
        return found


def _schemas(node: Mapping[str, object], keyword: str) -> Iterator[object]:
    """Yield the schemas under a keyword: one, an array of them, or an object of them."""
    value = node.get(keyword)
    if isinstance(value, list):
        yield from value
    elif keyword in _NAMED and isinstance(value, Mapping):
        yield from value.values()
    else:
        yield value


def _places(node: object) -> Iterator[Mapping[str, object]]:
    """Yield each object inside a value."""
    waiting = [node]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            yield value
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
