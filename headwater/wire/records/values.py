"""The value of a record's JSON text, with every number kept exactly or as the nearest double."""

from __future__ import annotations

import json
from decimal import Decimal, DecimalException
from typing import Any, Final

import msgspec

from headwater.errors import Malformed

_DECODER: Final = msgspec.json.Decoder()
_MOST_INTEGER_DIGITS: Final = 1000


def decode(raw: bytes) -> Any:
    """Return the value of one JSON text.

    Integers are exact. Other numbers are doubles; one beyond the range of doubles is a `Decimal`,
    and so is an integer of more than a thousand digits. Raises `Malformed`.
    """
    try:
        return _DECODER.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _decode_exactly(raw)


def _decode_exactly(raw: bytes) -> Any:
    try:
        return json.loads(
            raw, parse_int=_integer, parse_float=_number, parse_constant=_refuse_constant
        )
    except json.JSONDecodeError as error:
        raise Malformed(f"not JSON: {error.msg}", offset=error.pos) from error
    except UnicodeDecodeError as error:
        raise Malformed("not UTF-8", offset=error.start) from error
    except RecursionError as error:
        raise Malformed("nested too deeply") from error


def _integer(lexeme: str) -> int | Decimal:
    return int(lexeme) if len(lexeme) <= _MOST_INTEGER_DIGITS else Decimal(lexeme)


def _number(lexeme: str) -> float | Decimal:
    value = float(lexeme)
    if value not in (float("inf"), float("-inf")):
        return value
    try:
        sign, digits, exponent = Decimal(lexeme).as_tuple()
    except DecimalException as error:
        raise Malformed(f"the exponent of {lexeme[:40]} is too large") from error
    kept = len(digits)
    while kept > 1 and digits[kept - 1] == 0:
        kept -= 1
    assert isinstance(exponent, int)
    return Decimal((sign, digits[:kept], exponent + len(digits) - kept))


def _refuse_constant(name: str) -> Any:
    raise Malformed(f"{name} is not a JSON number")
