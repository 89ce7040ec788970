"""What changes between two versions of a source's schema, and whether a table can follow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from headwater.wire.records.schema import allows_null, field_type

_WIDER: Final = frozenset((("int", "long"), ("float", "double")))
_COMPARED_APART: Final = frozenset(("type", "properties", "required", "items"))
_ANNOTATIONS: Final = _COMPARED_APART | {
    "title",
    "description",
    "default",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "definitions",
    "$comment",
    "$defs",
    "$id",
    "$schema",
}
_LOWER_BOUNDS: Final = frozenset(
    ["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains"]
)
_UPPER_BOUNDS: Final = frozenset(
    ["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains"]
)
_DECLARATIONS: Final = ("x-event-time", "x-key", "x-dedupe")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference, named by the path of its field; incompatible ones are refused."""

    path: str
    what: str
    is_compatible: bool


def changes_between(
    old: Mapping[str, Any], new: Mapping[str, Any], *, only_columns: bool = False
) -> tuple[Change, ...]:
    """Compare two schemas, field by field.

    Compatible: a field is added, a type widens (int32 to integer, float to number), null is
    allowed, a field is no longer required, a constraint goes or is relaxed. All else is not.
    With `only_columns` just types and removals count, for an old version that was proposed and
    never enforced.
    """
    comparison = _Comparison(old, new, only_columns)
    return tuple(comparison.run())


class _Comparison:
    """Two schemas side by side; references are resolved in the one they stand in."""

    def __init__(self, old: Mapping[str, Any], new: Mapping[str, Any], only_columns: bool) -> None:
        self._old = old
        self._new = new
        self._only_columns = only_columns

    def run(self) -> Iterator[Change]:
        yield from self._fields(self._old, self._new, "")
        if self._only_columns:
            return
        yield from self._constraints(self._old, self._new, "")
        for name in _DECLARATIONS:
            if self._old.get(name) != self._new.get(name):
                yield _refused(f"/{name}", f"{name} changes")

    def _fields(
        self, old: Mapping[str, Any], new: Mapping[str, Any], path: str
    ) -> Iterator[Change]:
        before, after = _properties(old), _properties(new)
        was, becomes = set(old.get("required", ())), set(new.get("required", ()))
        for field, definition in before.items():
            place = f"{path}/{field}"
            if field not in after:
                yield _refused(place, "is removed")
                continue
            yield from self._field(definition, after[field], place)
            if self._only_columns:
                continue
            if field in becomes - was:
                yield _refused(place, "becomes required")
            elif field in was - becomes:
                yield _allowed(place, "is no longer required")
        for field in after.keys() - before.keys():
            if field in becomes and not self._only_columns:
                yield _refused(f"{path}/{field}", "is added as required")
            else:
                yield _allowed(f"{path}/{field}", "is added")

    def _field(self, old: Any, new: Any, path: str) -> Iterator[Change]:
        was, becomes = field_type(self._old, old), field_type(self._new, new)
        if (was, becomes) in _WIDER:
            yield _allowed(path, f"widens from {was} to {becomes}")
        elif was != becomes:
            yield _refused(path, f"changes from {was} to {becomes}")
            return
        if self._only_columns:
            return
        had_null, has_null = allows_null(self._old, old), allows_null(self._new, new)
        if had_null and not has_null:
            yield _refused(path, "no longer allows null")
        elif has_null and not had_null:
            yield _allowed(path, "allows null")
        if not isinstance(old, Mapping) or not isinstance(new, Mapping):
            if old != new:
                yield _refused(path, "changes its definition")
            return
        yield from self._fields(old, new, path)
        if was == "json" and set(_kinds(old)) - set(_kinds(new)):
            yield _refused(path, "allows fewer types")
        if "items" in old and old.get("items") != new.get("items"):
            yield from self._field(old["items"], new.get("items", True), f"{path}/*")
        elif "items" in new and "items" not in old:
            yield _refused(path, "sets items")
        yield from self._constraints(old, new, path, ignored=("format",) if was != becomes else ())

    def _constraints(
        self,
        old: Mapping[str, Any],
        new: Mapping[str, Any],
        path: str,
        *,
        ignored: tuple[str, ...] = (),
    ) -> Iterator[Change]:
        for name, value in new.items():
            if name in _ANNOTATIONS or name in ignored or name.startswith("x-"):
                continue
            if name not in old:
                if value is not True:
                    yield _refused(path, f"sets {name}")
            elif value != old[name]:
                change = _allowed if _is_relaxed(name, old[name], value) else _refused
                yield change(path, f"changes {name}")


def _is_relaxed(name: str, old: Any, new: Any) -> bool:
    if name in _LOWER_BOUNDS:
        return bool(new < old)
    if name in _UPPER_BOUNDS:
        return bool(new > old)
    if name == "enum":
        return all(value in new for value in old)
    return name == "additionalProperties" and new is True


def _properties(definition: Mapping[str, Any]) -> Mapping[str, Any]:
    found = definition.get("properties", {})
    return found if isinstance(found, Mapping) else {}


def _kinds(definition: Mapping[str, Any]) -> tuple[str, ...]:
    every = ("array", "boolean", "integer", "null", "number", "object", "string")
    kinds = definition.get("type", every)
    return (kinds,) if isinstance(kinds, str) else tuple(kinds)


def _refused(path: str, what: str) -> Change:
    return Change(path=path, what=what, is_compatible=False)


def _allowed(path: str, what: str) -> Change:
    return Change(path=path, what=what, is_compatible=True)
