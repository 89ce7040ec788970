"""Rows of an answer as JSON, exactly: no number loses a digit, no time its zone.

64-bit and larger integers and decimals are JSON numbers with all their digits; NaN and the
infinities are the strings "NaN", "Infinity" and "-Infinity"; times are ISO 8601, in UTC with Z
where they are instants; bytes are base64; a map is an object if its keys are strings, else pairs.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Final

import msgspec
import pyarrow as pa

from headwater.errors import Unprocessable
from headwater.query.sql.far_times import spell_times

_encode: Final = msgspec.json.Encoder(decimal_format="number").encode

Plain = Callable[[Any], Any]


def encode_rows(batch: pa.RecordBatch) -> list[bytes]:
    """Return each row of a batch as a JSON array."""
    columns = [_plain_column(column) for column in batch.columns]
    if not columns:
        return [b"[]"] * batch.num_rows
    return [_encode(row) for row in zip(*columns, strict=True)]


def describe(schema: pa.Schema, types: list[str]) -> list[dict[str, str]]:
    """Return the columns as name and DuckDB type."""
    return [{"name": field.name, "type": kind} for field, kind in zip(schema, types, strict=True)]


def _plain_column(column: Any) -> list[Any]:
    try:
        values: list[Any] = column.to_pylist()
    except (OverflowError, ValueError) as error:
        if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
            return spell_times(column)
        raise Unprocessable(
            f"a value of type {column.type} cannot be written as JSON: {error}",
            path="/sql",
            hint="cast it: value::VARCHAR",
        ) from error
    convert = _converter(column.type)
    if convert is None:
        return values
    return [None if value is None else convert(value) for value in values]


def _converter(kind: pa.DataType) -> Plain | None:
    """Return what makes a value of this type plain, None when it is already."""
    if pa.types.is_floating(kind):
        return _plain_float
    if pa.types.is_timestamp(kind):
        return _plain_instant if kind.tz is not None else _plain_local
    if pa.types.is_date(kind) or pa.types.is_time(kind):
        return date.isoformat if pa.types.is_date(kind) else time.isoformat
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return lambda value: base64.b64encode(value).decode()
    if pa.types.is_map(kind):
        return _map_converter(kind)
    if pa.types.is_struct(kind):
        return _struct_converter(kind)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return _list_converter(kind)
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_string(kind):
        return None
    return _plain_any


def _plain_float(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _plain_instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _plain_local(value: datetime) -> str:
    return value.isoformat()


def _plain_any(value: Any) -> Any:
    """Keep decimals, spell everything else that JSON does not know."""
    if isinstance(value, Decimal | int | str | bool):
        return value
    if isinstance(value, pa.MonthDayNano):
        return _duration(value)
    return str(value)


def _duration(value: pa.MonthDayNano) -> str:
    """Write an interval as an ISO 8601 duration."""
    seconds = Decimal(value.nanoseconds) / 1_000_000_000
    parts = f"{value.months}M" * bool(value.months) + f"{value.days}D" * bool(value.days)
    if seconds or not parts:
        parts += f"T{seconds.normalize():f}S"
    return "P" + parts


def _inner(kind: pa.DataType) -> Plain:
    convert = _converter(kind)
    if convert is None:
        return lambda value: value
    return lambda value: None if value is None else convert(value)


def _list_converter(kind: Any) -> Plain:
    inner = _inner(kind.value_type)
    return lambda value: [inner(one) for one in value]


def _struct_converter(kind: Any) -> Plain:
    fields = [(field.name, _inner(field.type)) for field in kind]
    return lambda value: {name: inner(value[name]) for name, inner in fields}


def _map_converter(kind: Any) -> Plain:
    key, item = _inner(kind.key_type), _inner(kind.item_type)
    if pa.types.is_string(kind.key_type):
        return lambda value: {key(k): item(v) for k, v in value}
    return lambda value: [[key(k), item(v)] for k, v in value]


def split_batches(reader: Any) -> Iterator[list[bytes]]:
    """Yield the encoded rows of each batch of a reader."""
    for batch in reader:
        yield encode_rows(batch)
