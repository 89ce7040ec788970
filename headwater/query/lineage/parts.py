"""Which part of a dataset a run used, from the condition of a `subset` facet to words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

_MOST_DEEP: Final = 32
_MOST_LISTED: Final = 20

_COMPARISONS: Final = {
    "EQUAL": "=",
    "NOT_EQUAL": "<>",
    "GREATER_THAN": ">",
    "GREATER_EQUAL_THAN": ">=",
    "LESS_THAN": "<",
    "LESS_EQUAL_THAN": "<=",
}
"""What the client of OpenLineage calls them; other words stay as they are."""


def part_in_words(condition: object) -> str | None:
    """Return a condition as one would write it; None for what is none, or nested beyond reason.

    A part of it that cannot be read is `?`, so that what is left never says less than was sent.
    """
    words = _condition(condition, 0)
    return None if words == "?" else words


def _condition(value: object, depth: int) -> str:
    if not isinstance(value, dict) or depth > _MOST_DEEP:
        return "?"
    if isinstance(value.get("locations"), list):
        return _listed([_text(one) for one in value["locations"]], ", ")
    if isinstance(value.get("partitions"), list):
        return _listed([_partition(one) for one in value["partitions"]], " OR ")
    left, right = value.get("left"), value.get("right")
    if "comparison" in value:
        name = _text(value["comparison"])
        return f"{_operand(left)} {_COMPARISONS.get(name.upper(), name)} {_operand(right)}"
    if "operator" in value:
        sides = f" {_text(value['operator']).upper()} ".join(
            _condition(side, depth + 1) for side in (left, right)
        )
        return f"({sides})" if depth else sides
    return "?"


def _partition(value: object) -> str:
    dimensions = value.get("dimensions") if isinstance(value, dict) else None
    if isinstance(dimensions, dict) and dimensions:
        return " AND ".join(f"{name} = {_quoted(said)}" for name, said in dimensions.items())
    return _text(value["identifier"]) if isinstance(value, dict) and "identifier" in value else "?"


def _operand(value: object) -> str:
    if isinstance(value, dict) and "field" in value:
        return _text(value["field"])
    return _quoted(value.get("value")) if isinstance(value, dict) and "value" in value else "?"


def _quoted(value: object) -> str:
    """Return a literal; numbers stay as they were sent."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return _text(value)


def _text(value: object) -> str:
    if isinstance(value, msgspec.Raw):
        return bytes(value).decode()
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) and value else "?"


def _listed(items: list[str], between: str) -> str:
    return between.join(_shown(items)) or "?"


def _shown(items: list[str]) -> Iterator[str]:
    yield from items[:_MOST_LISTED]
    if len(items) > _MOST_LISTED:
        yield f"{len(items) - _MOST_LISTED:,} more"
