"""Whether a column's type became wider, narrower or another one, in the words of many engines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

Width = Literal["wider", "narrower", "other"]

_FORM: Final = re.compile(
    r"\s*([a-z_][a-z0-9_ ]*?)\s*(?:[(<](.*)[)>])?\s*(with(?:out)? time zone)?\s*"
)
_INTEGERS: Final = {
    "tinyint": 8, "byte": 8, "int1": 8, "smallint": 16, "short": 16, "int2": 16, "int16": 16,
    "mediumint": 24, "int": 32, "integer": 32, "int4": 32, "int32": 32, "bigint": 64, "long": 64,
    "int8": 64, "int64": 64, "hugeint": 128, "int128": 128,
}  # fmt: skip
_FLOATS: Final = {
    "float16": 16, "half": 16, "real": 32, "float": 32, "float4": 32, "float32": 32,
    "double": 64, "double precision": 64, "float8": 64, "float64": 64,
}  # fmt: skip
_DECIMALS: Final = frozenset({"decimal", "numeric", "number", "bignumeric"})
_TEXTS: Final = frozenset(
    {"string", "text", "varchar", "char", "character", "character varying", "nvarchar", "nchar"}
)
_DIGITS: Final = {8: 3, 16: 5, 24: 7, 32: 10, 64: 19, 128: 39}
_EXACT_IN: Final = {16: 11, 32: 24, 64: 53}
"""Bits of an integer that a float of this width holds exactly."""

_TIMES: Final = {"date": 0, "timestamp": 1, "datetime": 1, "timestamp_ntz": 1, "timestamptz": 2}
_UNLIMITED: Final = 1 << 31


@dataclass(frozen=True, slots=True)
class _Type:
    """A type's word and what stands in its brackets."""

    word: str
    inside: str | None


def width_of_change(before: str, after: str) -> Width | None:
    """Compare two types as text; None where they mean the same."""
    old, new = _read(before), _read(after)
    if old == new:
        return None
    for compare in (_numbers, _texts, _times, _lists):
        found = compare(old, new)
        if found is not None:
            return None if found == "same" else found
    return "other"


def _read(text: str) -> _Type:
    found = _FORM.fullmatch(text.lower())
    if found is None:
        return _Type(" ".join(text.lower().split()), None)
    word, inside, zone = found.groups()
    word = "timestamptz" if zone == "with time zone" else " ".join(word.split())
    return _Type(word, None if inside is None else "".join(inside.split()))


Found = Literal["same", "wider", "narrower", "other"]


def _by(before: int, after: int) -> Found:
    return "same" if before == after else "wider" if after > before else "narrower"


def _numbers(old: _Type, new: _Type) -> Found | None:
    if old.word in _INTEGERS and new.word in _INTEGERS:
        return _by(_INTEGERS[old.word], _INTEGERS[new.word])
    if old.word in _FLOATS and new.word in _FLOATS:
        return _by(_FLOATS[old.word], _FLOATS[new.word])
    if old.word in _INTEGERS and new.word in _FLOATS:
        return "wider" if _INTEGERS[old.word] <= _EXACT_IN[_FLOATS[new.word]] else "narrower"
    if new.word in _INTEGERS and (old.word in _FLOATS):
        return "narrower"
    if old.word in _DECIMALS or new.word in _DECIMALS:
        return _decimals(old, new)
    return None


def _decimals(old: _Type, new: _Type) -> Found | None:
    before, after = _digits(old), _digits(new)
    if before is None or after is None:
        is_number = old.word in _FLOATS or new.word in _FLOATS
        return "narrower" if is_number else None
    whole, scale = after[0] - before[0], after[1] - before[1]
    if new.word in _INTEGERS:
        return "narrower"
    if whole == scale == 0 and old.word in _DECIMALS:
        return "same"
    return "wider" if whole >= 0 and scale >= 0 else "narrower"


def _digits(one: _Type) -> tuple[int, int] | None:
    """Return how many digits stand before and behind the point."""
    if one.word in _INTEGERS:
        return _DIGITS[_INTEGERS[one.word]], 0
    if one.word not in _DECIMALS:
        return None
    numbers = [int(part) for part in (one.inside or "38,9").split(",") if part.isdecimal()]
    if not numbers:
        return None
    scale = numbers[1] if len(numbers) > 1 else 0
    return numbers[0] - scale, scale


def _texts(old: _Type, new: _Type) -> Found | None:
    if old.word not in _TEXTS or new.word not in _TEXTS:
        return None
    return _by(_length(old), _length(new))


def _length(one: _Type) -> int:
    return int(one.inside) if one.inside is not None and one.inside.isdecimal() else _UNLIMITED


def _times(old: _Type, new: _Type) -> Found | None:
    if old.word not in _TIMES or new.word not in _TIMES:
        return None
    if "timestamptz" in (old.word, new.word) and "date" not in (old.word, new.word):
        return "same" if old.word == new.word else "other"
    return _by(_TIMES[old.word], _TIMES[new.word])


def _lists(old: _Type, new: _Type) -> Found | None:
    if old.word != new.word or old.word not in ("array", "list"):
        return None
    if old.inside is None or new.inside is None:
        return None
    return width_of_change(old.inside, new.inside) or "same"
