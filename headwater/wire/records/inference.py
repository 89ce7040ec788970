"""What a schema of records looks like, for a source that nobody declared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from headwater.model.columns import column_name
from headwater.model.json import JsonObject

_TIME: Final = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
MOST_PROPOSED: Final = 250
"""A table of more columns needs more memory than a job has unless told otherwise; declare it."""

_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOST_SHAPES: Final = 100_000
_LONG: Final = range(-(2**63), 2**63)

_Definition = Mapping[str, str]
_BOOLEAN: Final[_Definition] = {"type": "boolean"}
_INTEGER: Final[_Definition] = {"type": "integer"}
_NUMBER: Final[_Definition] = {"type": "number"}
_STRING: Final[_Definition] = {"type": "string"}
_DATE_TIME: Final[_Definition] = {"type": "string", "format": "date-time"}
_DATE: Final[_Definition] = {"type": "string", "format": "date"}
_ANYTHING: Final[_Definition] = {}


class Inference:
    """Looks at records and proposes a schema that all of them satisfy.

    Every field is optional. A field that was only ever null is left out until it holds
    something; one whose values are of several types, or nested, may hold anything.
    """

    def __init__(self) -> None:
        self._fields: dict[str, _Definition | None] = {}
        self._names: set[str] = set()
        self._settled: set[tuple[tuple[str, ...], tuple[type, ...]]] = set()

    def add(self, records: Iterable[Any]) -> None:
        """Look at more records; what is not an object is passed over."""
        for record in records:
            if type(record) is not dict:
                continue
            shape = (tuple(record), tuple(map(type, record.values())))
            if shape in self._settled:
                continue
            is_settled = True
            for field, value in record.items():
                is_settled &= self._see(field, value)
            if is_settled and len(self._settled) < _MOST_SHAPES:
                self._settled.add(shape)

    def schema(self) -> JsonObject:
        """Return the proposal."""
        properties = {f: dict(d) for f, d in self._fields.items() if d is not None}
        return {"type": "object", "properties": properties}

    def _see(self, field: str, value: Any) -> bool:
        """Widen a field's definition; return whether more values of the type cannot change it."""
        if field not in self._fields:
            name = column_name(field).lower()
            is_usable = bool(field) and field.isprintable() and name not in self._names
            if not is_usable or len(self._fields) >= MOST_PROPOSED:
                return False
            self._names.add(name)
            self._fields[field] = None
        if value is None:
            return True
        before = self._fields[field]
        seen = _definition(value)
        after = seen if before is None else _union(before, seen)
        self._fields[field] = after
        return after in (_NUMBER, _STRING, _BOOLEAN, _ANYTHING)


def _definition(value: Any) -> _Definition:
    if type(value) is str:
        if _TIME.fullmatch(value):
            return _DATE_TIME if _exists(value) else _STRING
        return _DATE if _DAY.fullmatch(value) and _exists(value) else _STRING
    if type(value) is bool:
        return _BOOLEAN
    if type(value) is int:
        return _INTEGER if value in _LONG else _NUMBER
    if type(value) is float:
        return _NUMBER
    return _ANYTHING


def _exists(time: str) -> bool:
    try:
        datetime.fromisoformat(time.upper())
    except ValueError:
        return False
    return True


def _union(a: _Definition, b: _Definition) -> _Definition:
    if a == b:
        return a
    kinds = {a.get("type"), b.get("type")}
    if kinds == {"string"}:
        return _STRING
    if kinds == {"integer", "number"}:
        return _NUMBER
    return _ANYTHING


def extend(proposed: Mapping[str, Any], seen: Mapping[str, Any]) -> JsonObject:
    """Add to a proposal the fields that it lacks; those it has stay as they are."""
    properties = dict(proposed.get("properties", {}))
    names = {column_name(field).lower() for field in properties}
    for field, definition in seen.get("properties", {}).items():
        if field not in properties and column_name(field).lower() not in names:
            if len(properties) >= MOST_PROPOSED:
                break
            properties[field] = definition
            names.add(column_name(field).lower())
    return {**proposed, "properties": properties}
