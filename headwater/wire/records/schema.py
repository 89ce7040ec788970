"""A source's JSON Schema: is it one, which columns follow from it, does a record satisfy it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

import jsonschema_rs

from headwater.errors import Unprocessable
from headwater.model.columns import Column, ColumnType, column_name
from headwater.wire.records.schema_cost import refuse_explosion
from headwater.wire.records.tolerant import pointer

MOST_FIELDS: Final = 1000
_MOST_BACKTRACKS: Final = 10_000
"""So often a pattern may try again; a value that needs more does not match. About 1 ms."""

DEDUPES: Final = ("hash", "key", "none")
_EVENT_TIME_TYPES: Final = frozenset(("timestamp", "date", "string"))
_LARGEST_DOUBLE: Final = 1.7976931348623157e308


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaReading:
    """What the platform reads out of a JSON Schema."""

    columns: tuple[Column, ...]
    dedupe: str
    key: tuple[str, ...]
    event_time: str | None


_WORD_OF_JSON_SCHEMA: Final = re.compile(
    r"\$\w+|definitions|type|enum|const|title|description|default|examples|deprecated|format"
    r"|(read|write)Only|allOf|anyOf|oneOf|not|if|then|else|required|propertyNames"
    r"|properties|(pattern|additional|unevaluated|min|max)Properties"
    r"|dependent(Required|Schemas)|dependencies|contains|(min|max)Contains|uniqueItems"
    r"|items|(prefix|additional|unevaluated|min|max)Items|multipleOf|minimum|maximum"
    r"|exclusive(Min|Max)imum|(min|max)Length|pattern|content(Encoding|MediaType|Schema)"
)


class RecordValidator:
    """A compiled schema; says what is wrong with a record first."""

    __slots__ = ("_validator",)

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._validator = compile_schema(schema)

    def flaw(self, value: Any) -> tuple[str, str] | None:
        """Return the path and the reason, or None for a valid record."""
        try:
            if self._validator.is_valid(value):
                return None
        except ValueError:
            value = _within_doubles(value)
        for error in self._validator.iter_errors(_within_doubles(value)):
            return pointer(tuple(error.instance_path)), error.message
        return None


def compile_schema(schema: Mapping[str, Any]) -> Any:
    """Compile a schema; raises `Unprocessable` for what is none, with the path inside it.

    References are followed inside the schema only: a schema makes nobody read a file or a URL.
    """
    if not isinstance(schema, Mapping):
        raise Unprocessable(f"a schema is an object, not {type(schema).__name__}", path="")
    try:
        json.dumps(schema, allow_nan=False)
        refuse_explosion(schema)
        return jsonschema_rs.validator_for(
            dict(schema),
            validate_formats=True,
            retriever=_refuse_reference,
            pattern_options=jsonschema_rs.FancyRegexOptions(backtrack_limit=_MOST_BACKTRACKS),
        )
    except jsonschema_rs.ValidationError as error:
        raise Unprocessable(
            f"not a JSON Schema: {error.message}", path=pointer(tuple(error.instance_path))
        ) from error
    except RecursionError as error:
        raise Unprocessable("the schema is nested too deep", path="") from error
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        raise Unprocessable(f"not a JSON Schema: {error}", path="") from error


def _refuse_data(schema: Mapping[str, object]) -> None:
    """Raise `Unprocessable` for an object that says nothing as a schema, such as a record."""
    if schema and not any(_WORD_OF_JSON_SCHEMA.fullmatch(name) for name in schema):
        given = ", ".join(repr(name[:40]) for name in [*schema][:5])
        raise Unprocessable(
            f"not a JSON Schema: none of its members is a word of JSON Schema ({given})",
            path="",
            hint='say {"type": "object", "properties": {"FIELD": {"type": …}}}; without a schema'
            " one is proposed from the records",
        )


def columns_of(schema: Mapping[str, Any], before: Sequence[Column] = ()) -> tuple[Column, ...]:
    """Return the columns of a schema, those of `before` first and in their order.

    A column that was not there from the start is optional, for the table has rows without it.
    """
    properties = _object(schema, "properties")
    if len(properties) > MOST_FIELDS:
        raise Unprocessable(
            f"{len(properties)} fields are more than {MOST_FIELDS}",
            path="/properties",
            hint="gather them in an object; it becomes one json column",
        )
    required = schema.get("required", ())
    found = {
        field: _column(schema, field, definition, is_required=field in required)
        for field, definition in properties.items()
    }
    _refuse_clashes(tuple(found.values()))
    known = [
        replace(found.pop(c.field), required=c.required and c.field in required)
        if c.field in found
        else replace(c, required=False)
        for c in before
    ]
    added = [replace(c, required=False) for c in found.values()] if before else found.values()
    return (*known, *added)


def read_schema(schema: Mapping[str, Any], before: Sequence[Column] = ()) -> SchemaReading:
    """Check a schema and read all that the platform needs out of it."""
    compile_schema(schema)
    _refuse_data(schema)
    kinds = _types(schema)
    if kinds and "object" not in kinds:
        raise Unprocessable("a record is an object, the schema allows none", path="/type")
    columns = columns_of(schema, before)
    by_field = {column.field: column for column in columns}
    event_time = schema.get("x-event-time")
    if event_time is not None:
        column = by_field.get(event_time) if isinstance(event_time, str) else None
        if column is None or column.type not in _EVENT_TIME_TYPES:
            raise Unprocessable(
                f"x-event-time names {event_time!r}, which is not a field with a time",
                path="/x-event-time",
                hint='declare the field with "type": "string", "format": "date-time"',
            )
    key = _key(schema, by_field)
    dedupe = schema.get("x-dedupe", "hash")
    if dedupe not in DEDUPES:
        raise Unprocessable(
            f"x-dedupe is {dedupe!r}, not one of {', '.join(DEDUPES)}", path="/x-dedupe"
        )
    if dedupe == "key" and not key:
        raise Unprocessable("x-dedupe is key, and x-key names no field", path="/x-key")
    return SchemaReading(columns=columns, dedupe=dedupe, key=key, event_time=event_time)


def _key(schema: Mapping[str, Any], fields: Mapping[str, Column]) -> tuple[str, ...]:
    names = schema.get("x-key", [])
    names = [names] if isinstance(names, str) else names
    if not isinstance(names, list | tuple):
        raise Unprocessable("x-key is neither a field nor an array of fields", path="/x-key")
    for index, name in enumerate(names):
        if not isinstance(name, str) or name not in fields:
            raise Unprocessable(f"x-key names {name!r}, which is no field", path=f"/x-key/{index}")
    return tuple(names)


def field_type(schema: Mapping[str, Any], definition: Any) -> ColumnType:
    """Return the column type of one property."""
    definition = _resolved(schema, definition)
    kinds = _types(definition) - {"null"}
    form = definition.get("format")
    if kinds == {"string"}:
        return {"date-time": "timestamp", "date": "date"}.get(form, "string")  # type: ignore[return-value]
    if kinds == {"integer"}:
        return "int" if form == "int32" else "long"
    if kinds in ({"number"}, {"integer", "number"}):
        return "float" if form == "float" else "double"
    if kinds == {"boolean"}:
        return "boolean"
    return "json"


def allows_null(schema: Mapping[str, Any], definition: Any) -> bool:
    """Tell whether a property may be null."""
    if not isinstance(definition, Mapping):
        return definition is not False
    options = definition.get("anyOf", definition.get("oneOf"))
    if isinstance(options, list):
        return any(allows_null(schema, option) for option in options)
    kinds = _types(_resolved(schema, definition))
    return not kinds or "null" in kinds


def _column(schema: Mapping[str, Any], field: str, definition: Any, *, is_required: bool) -> Column:
    if not field or not field.isprintable():
        raise Unprocessable(
            f"a field cannot be named {field!r}", path=pointer(("properties", field))
        )
    description = definition.get("description") if isinstance(definition, Mapping) else None
    return Column(
        field=field,
        name=column_name(field),
        type=field_type(schema, definition),
        required=is_required and not allows_null(schema, definition),
        description=description if isinstance(description, str) else None,
    )


def _refuse_clashes(columns: Sequence[Column]) -> None:
    seen: dict[str, str] = {}
    for column in columns:
        other = seen.setdefault(column.name.lower(), column.field)
        if other != column.field:
            raise Unprocessable(
                f"the fields {other!r} and {column.field!r} would be the same column",
                path=pointer(("properties", column.field)),
                hint="SQL does not tell capital from small letters; rename one",
            )


def _resolved(schema: Mapping[str, Any], definition: Any) -> Mapping[str, Any]:
    """Follow a local reference, and `anyOf` of one type and null."""
    for _ in range(8):
        if not isinstance(definition, Mapping):
            return {}
        reference = definition.get("$ref")
        options = definition.get("anyOf", definition.get("oneOf"))
        if isinstance(reference, str) and reference.startswith("#/"):
            definition = _at(schema, reference[2:].split("/"))
        elif isinstance(options, list) and "type" not in definition:
            real = [o for o in options if not (isinstance(o, Mapping) and _types(o) == {"null"})]
            if len(real) != 1:
                return {}
            definition = real[0]
        else:
            return definition
    return {}


def _at(schema: Mapping[str, Any], parts: Sequence[str]) -> Any:
    node: Any = schema
    for part in parts:
        name = part.replace("~1", "/").replace("~0", "~")
        node = node.get(name) if isinstance(node, Mapping) else None
    return node


def _types(definition: Mapping[str, Any]) -> set[str]:
    kinds = definition.get("type")
    if kinds is None:
        return _types_of_values(definition)
    return {kinds} if isinstance(kinds, str) else set(kinds)


def _types_of_values(definition: Mapping[str, Any]) -> set[str]:
    values = [definition["const"]] if "const" in definition else definition.get("enum", ())
    names = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}
    return {names.get(type(value), "object") for value in values}


def _object(schema: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = schema.get(name, {})
    if not isinstance(value, Mapping):
        raise Unprocessable(f"{name} is not an object", path=f"/{name}")
    return value


def _within_doubles(value: Any) -> Any:
    """Put numbers that no engine holds back to the largest that one does."""
    if isinstance(value, Decimal):
        return -_LARGEST_DOUBLE if value.is_signed() else _LARGEST_DOUBLE
    if isinstance(value, dict):
        return {key: _within_doubles(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_within_doubles(inner) for inner in value]
    return value


def _refuse_reference(uri: str) -> Any:
    raise ValueError(f"a reference may not leave the schema: {uri}")
