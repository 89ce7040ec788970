"""Columns while they grow: attributes as maps, and what stands once for many rows."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeAlias, cast

import pyarrow as pa
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

TIME: Final = pa.timestamp("ns")
MAP: Final = pa.map_(pa.string(), pa.string())
LATEST_NANOSECONDS: Final = 2**63 - 1
"""2262-04-11, the last moment that a column of nanoseconds can hold."""

# What pyarrow calls them takes type parameters that mixed columns do not have.
Array: TypeAlias = "pa.Array[Any]"
Table: TypeAlias = pa.Table
DataType: TypeAlias = pa.DataType

Value = dict[str, "Value"] | list["Value"] | str | int | float | bool | None


def text_of(value: AnyValue) -> str:
    """Return a value as the text that the map columns hold; lists and objects as JSON."""
    kind = value.WhichOneof("value")
    if kind == "string_value":
        return value.string_value
    if kind == "bool_value":
        return "true" if value.bool_value else "false"
    if kind == "int_value":
        return str(value.int_value)
    plain = _plain(value)
    if plain is None:
        return ""
    return plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)


def _plain(value: AnyValue) -> Value:
    match value.WhichOneof("value"):
        case "string_value":
            return value.string_value
        case "bool_value":
            return value.bool_value
        case "int_value":
            return value.int_value
        case "double_value":
            return value.double_value
        case "bytes_value":
            return b64encode(value.bytes_value).decode()
        case "array_value":
            return [_plain(one) for one in value.array_value.values]
        case "kvlist_value":
            return {one.key: _plain(one.value) for one in value.kvlist_value.values}
        case _:
            return None


class Maps:
    """A column of attribute maps; of a key that comes twice in one the first counts."""

    def __init__(self) -> None:
        self._offsets = [0]
        self._keys: list[str] = []
        self._values: list[str] = []

    def add(self, attributes: Iterable[KeyValue]) -> None:
        """Add a row."""
        row: dict[str, str] = {}
        for attribute in attributes:
            value = attribute.value
            key = attribute.key
            if key in row:
                continue
            # Most values are text or a count: asking which they are costs more than reading it.
            text = value.string_value
            if not text:
                number = value.int_value
                text = str(number) if number else text_of(value)
            row[key] = text
        self._keys += row
        self._values += row.values()
        self._offsets.append(len(self._keys))

    def array(self) -> Array:
        """Return the column."""
        offsets = cast("pa.Int64Array", pa.array(self._offsets, pa.int32()))  # stubs err
        keys, values = pa.array(self._keys, pa.string()), pa.array(self._values, pa.string())
        maps: Array = pa.MapArray.from_arrays(offsets, keys, values)
        return maps


class Shared:
    """Values that stand once for many rows: those of a resource, or of a scope.

    `rows` holds, for each row, the place of its value.
    """

    def __init__(self) -> None:
        self.attributes = Maps()
        self.texts: list[tuple[str, ...]] = []
        self.rows: list[int] = []

    def begin(self, attributes: Iterable[KeyValue], *texts: str) -> int:
        """Add a value, and return its place."""
        self.attributes.add(attributes)
        self.texts.append(texts)
        return len(self.texts) - 1

    def maps(self) -> Array:
        """Return the attributes, spread over the rows."""
        return self.attributes.array().take(pa.array(self.rows, pa.int32()))

    def column(self, index: int) -> Array:
        """Return one of the texts, spread over the rows."""
        once = pa.array([texts[index] for texts in self.texts], pa.string())
        return once.take(pa.array(self.rows, pa.int32()))


class Lists:
    """A column of lists of records: one growing column for each member, offsets for all."""

    def __init__(self) -> None:
        self._offsets = [0]

    def end_row(self, length: int) -> None:
        """End a row after so many members in all rows."""
        self._offsets.append(length)

    def array(self, members: Array) -> Array:
        """Return the column of lists over its members."""
        return pa.ListArray.from_arrays(pa.array(self._offsets, pa.int32()), members)


def times(nanoseconds: Sequence[int]) -> Array:
    """Return a column of times from Unix nanoseconds."""
    return pa.array(nanoseconds, pa.int64()).view(TIME)


def service_of(attributes: Iterable[KeyValue]) -> str:
    """Return the name of the service that a resource is."""
    for attribute in attributes:
        if attribute.key == "service.name":
            return text_of(attribute.value)
    return ""
