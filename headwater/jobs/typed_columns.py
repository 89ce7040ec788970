"""Values of JSON fields as Arrow arrays of declared types, with a reason for each that is not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute

from headwater.model.columns import ColumnType
from headwater.wire.records.canonical import canonical

pc: Final[Any] = pyarrow.compute  # its stubs know fewer types than it takes

TIMESTAMP: Final[Any] = pa.timestamp("us", "UTC")

ARROW: Final[Mapping[ColumnType, Any]] = {
    "boolean": pa.bool_(),
    "int": pa.int32(),
    "long": pa.int64(),
    "float": pa.float32(),
    "double": pa.float64(),
    "string": pa.string(),
    "date": pa.date32(),
    "timestamp": TIMESTAMP,
    "json": pa.string(),
}

_PLAIN: Final[Mapping[ColumnType, frozenset[type]]] = {
    "boolean": frozenset({bool, type(None)}),
    "int": frozenset({int, type(None)}),
    "long": frozenset({int, type(None)}),
    "float": frozenset({float, type(None)}),
    "double": frozenset({float, int, type(None)}),
    "string": frozenset({str, type(None)}),
    "date": frozenset({str, type(None)}),
    "timestamp": frozenset({str, type(None)}),
}
"""Python types that Arrow turns into the column type exactly; others go value by value."""

_FLOAT_MAX: Final = 3.4028234663852886e38
_INTEGERS: Final[Mapping[ColumnType, int]] = {"int": 1 << 31, "long": 1 << 63}

Reasons = dict[int, str]


def to_array(values: Sequence[Any], type_: ColumnType) -> tuple[pa.Array[Any], Reasons]:
    """Return the column, and by position the reason of each value that the type cannot hold.

    Such a value is NULL in the column. All at once when Arrow takes the values as they are,
    else one by one.
    """
    plain = _PLAIN.get(type_)
    if plain is not None and set(map(type, values)) <= plain:
        try:
            return _bulk(values, type_), {}
        except (pa.ArrowException, OverflowError):
            pass  # one of them does not fit: find it
    return _one_by_one(values, type_)


def _bulk(values: Sequence[Any], type_: ColumnType) -> Any:
    if type_ in ("date", "timestamp"):
        times: Any = pa.array(values, pa.string())
        return times.cast(ARROW[type_])
    if type_ not in ("float", "double"):
        return pa.array(values, ARROW[type_])
    array: Any = pa.array(values, pa.float64()).cast(ARROW[type_])
    if pc.is_finite(array).fill_null(True).true_count != len(array):
        raise pa.ArrowInvalid(f"beyond the type {type_}")
    return array


def _one_by_one(values: Sequence[Any], type_: ColumnType) -> tuple[pa.Array[Any], Reasons]:
    convert = _CONVERT[type_]
    found: list[Any] = []
    reasons: Reasons = {}
    for position, value in enumerate(values):
        if value is None:
            found.append(None)
            continue
        try:
            found.append(convert(value))
        except (ValueError, TypeError, ArithmeticError) as error:
            found.append(None)
            reasons[position] = str(error)
    return pa.array(found, ARROW[type_]), reasons


def _integer(type_: ColumnType) -> Callable[[Any], int]:
    bound = _INTEGERS[type_]

    def convert(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            raise TypeError(f"{_shown(value)} is not an integer")
        if value != value // 1:
            raise ValueError(f"{_shown(value)} is not an integer")
        if value < -bound or value >= bound:
            raise ValueError(f"{_shown(value)} is beyond the type {type_}")
        return int(value)

    return convert


def _real(type_: ColumnType, most: float) -> Callable[[Any], float]:
    def convert(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            raise TypeError(f"{_shown(value)} is not a number")
        if not -most <= value <= most:
            raise ValueError(f"{_shown(value)} is beyond the type {type_}")
        return float(value)

    return convert


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{_shown(value)} is not a boolean")
    return value


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{_shown(value)} is not a string")
    return value


def _date(value: Any) -> date:
    try:
        return date.fromisoformat(_string(value))
    except (ValueError, TypeError) as error:
        raise ValueError(f"{_shown(value)} is not a date") from error


def to_timestamp(value: Any) -> datetime:
    """Return the time that ISO 8601 text names, in UTC; without an offset it is UTC."""
    try:
        found = datetime.fromisoformat(_string(value))
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, TypeError, OverflowError) as error:
        raise ValueError(f"{_shown(value)} is not a date and time") from error


def _json(value: Any) -> str:
    return canonical(value).decode()


_CONVERT: Final[Mapping[ColumnType, Callable[[Any], Any]]] = {
    "boolean": _boolean,
    "int": _integer("int"),
    "long": _integer("long"),
    "float": _real("float", _FLOAT_MAX),
    "double": _real("double", 1.7976931348623157e308),
    "string": _string,
    "date": _date,
    "timestamp": to_timestamp,
    "json": _json,
}


def _shown(value: Any) -> str:
    text = repr(value) if not isinstance(value, Decimal | int) else str(value)[:40]
    return text if len(text) <= 80 else f"{text[:77]}..."
