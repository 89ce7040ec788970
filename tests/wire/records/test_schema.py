"""JSON Schemas of sources: what is one, which columns follow, what may change."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.errors import Unprocessable
from headwater.wire.records.evolution import changes_between
from headwater.wire.records.inference import Inference, extend
from headwater.wire.records.schema import RecordValidator, columns_of, read_schema
from headwater.wire.records.values import decode

ROUNDS = int(os.environ.get("HEADWATER_TEST_ROUNDS", "20"))


def of(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        (5, ""),
        ([], ""),
        ({"type": "objekt"}, "/type"),
        ({"id": 1, "name": "a record and no schema"}, ""),
        ({"properties": 5}, "/properties"),
        (of(x={"type": "text"}), "/properties/x/type"),
        (of(x={"pattern": "("}), "/properties/x/pattern"),
        ({"type": "array"}, "/type"),
        (of(x={"$ref": "http://example.com/x"}), ""),
        (of(x={"$ref": "file:///etc/passwd"}), ""),
        (of(**{"": {}}), "/properties/"),
        (of(**{"a\nb": {}}), "/properties/a\nb"),
        (of(a={}, A={}), "/properties/A"),
        (of(id={}, data_id={}), "/properties/data_id"),
        ({**of(x={}), "x-event-time": "y"}, "/x-event-time"),
        ({**of(x={"type": "boolean"}), "x-event-time": "x"}, "/x-event-time"),
        ({**of(x={}), "x-key": ["x", "y"]}, "/x-key/1"),
        ({**of(x={}), "x-key": 5}, "/x-key"),
        ({**of(x={}), "x-key": [["x"]]}, "/x-key/0"),
        (of(x={"maximum": float("nan")}), ""),
        (of(x={"$ref": "#", "$id": "y"}), ""),
        (of(x={"$ref": "#nowhere"}), ""),
        ({**of(x={}), "x-dedupe": "all"}, "/x-dedupe"),
        ({**of(x={}), "x-dedupe": "key"}, "/x-key"),
        (of(**{f"f{n}": {} for n in range(1001)}), "/properties"),
    ],
)
def test_what_is_no_schema_is_refused_with_its_path(schema: Any, path: str) -> None:
    with pytest.raises(Unprocessable) as caught:
        read_schema(schema)
    assert caught.value.path == path


@pytest.mark.parametrize(
    ("definition", "type_"),
    [
        ({"type": "integer"}, "long"),
        ({"type": "integer", "format": "int32"}, "int"),
        ({"type": "number"}, "double"),
        ({"type": ["integer", "number"]}, "double"),
        ({"type": "number", "format": "float"}, "float"),
        ({"type": "boolean"}, "boolean"),
        ({"type": "string"}, "string"),
        ({"type": ["null", "string"], "format": "date-time"}, "timestamp"),
        ({"type": "string", "format": "date"}, "date"),
        ({"type": "string", "format": "email"}, "string"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "long"),
        ({"$ref": "#/$defs/a~1b"}, "boolean"),
        ({"enum": ["a", "b"]}, "string"),
        ({"const": 5}, "long"),
        ({"type": ["string", "integer"]}, "json"),
        ({"type": "object"}, "json"),
        ({"type": "array"}, "json"),
        ({}, "json"),
        (True, "json"),
    ],
)
def test_type_of_a_field_follows_from_its_definition(definition: Any, type_: str) -> None:
    schema = {**of(x=definition), "$defs": {"a/b": {"type": "boolean"}}}
    assert columns_of(schema)[0].type == type_


def test_reading_tells_time_key_and_dedupe() -> None:
    schema = {
        **of(at={"type": "string", "format": "date-time"}, id={"type": "string"}),
        "required": ["at", "id"],
        "x-event-time": "at",
        "x-key": "id",
        "x-dedupe": "key",
    }
    reading = read_schema(schema)
    assert (reading.event_time, reading.key, reading.dedupe) == ("at", ("id",), "key")
    assert [(c.field, c.name, c.required) for c in reading.columns] == [
        ("at", "at", True),
        ("id", "data_id", True),
    ]


def test_columns_keep_their_order_and_later_ones_are_optional() -> None:
    before = columns_of({**of(b={"type": "string"}, a={}), "required": ["b"]})
    after = columns_of({**of(c={}, a={}, b={"type": "string"}), "required": ["b", "c"]}, before)
    assert [(c.name, c.required) for c in after] == [("b", True), ("a", False), ("c", False)]


def test_validator_names_path_and_reason() -> None:
    validator = RecordValidator(
        {**of(a={"type": "array", "items": {"minimum": 0}}), "required": ["a"]}
    )
    assert validator.flaw({"a": [1]}) is None
    path, reason = validator.flaw({"a": [1, -1]}) or ("", "")
    assert (path, "-1" in reason) == ("/a/1", True)
    assert (validator.flaw({}) or ("x", ""))[0] == ""
    assert validator.flaw({"a": [decode(b"1e400")]}) is None
    assert validator.flaw({"a": [2**63]}) is None
    assert validator.flaw({"a": [decode(b"-1e400")]}) is not None


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (of(), of(x={}), "is added"),
        (of(x={"type": "integer", "format": "int32"}), of(x={"type": "integer"}), "widens"),
        (of(x={"type": "number", "format": "float"}), of(x={"type": "number"}), "widens"),
        ({**of(x={}), "required": ["x"]}, of(x={}), "no longer required"),
        (of(x={"type": "string"}), of(x={"type": ["string", "null"]}), "allows null"),
        (of(x={"minimum": 1}), of(x={"minimum": 0}), "changes minimum"),
        (of(x={"enum": ["a"]}), of(x={"enum": ["a", "b"]}), "changes enum"),
        (
            of(x={"type": "object", "properties": {}}),
            of(x={"type": "object", "properties": {"y": {}}}),
            "is added",
        ),
    ],
)
def test_compatible_changes(old: Any, new: Any, what: str) -> None:
    changes = changes_between(old, new)
    assert all(change.is_compatible for change in changes)
    assert any(what in change.what for change in changes)


@pytest.mark.parametrize(
    ("old", "new", "path", "what"),
    [
        (of(x={}), of(), "/x", "is removed"),
        (of(x={"type": "integer"}), of(x={"type": "number"}), "/x", "from long to double"),
        (
            of(x={"type": "integer"}),
            of(x={"type": "integer", "format": "int32"}),
            "/x",
            "long to int",
        ),
        (of(x={"type": "string"}), of(x={"type": "string", "format": "date"}), "/x", "to date"),
        (of(x={}), {**of(x={}), "required": ["x"]}, "/x", "becomes required"),
        (of(), {**of(x={}), "required": ["x"]}, "/x", "added as required"),
        (of(x={"type": ["string", "null"]}), of(x={"type": "string"}), "/x", "null"),
        (of(x={}), of(x={"minimum": 1}), "/x", "sets minimum"),
        (of(x={"maximum": 2}), of(x={"maximum": 1}), "/x", "changes maximum"),
        (of(x={"enum": ["a", "b"]}), of(x={"enum": ["a"]}), "/x", "changes enum"),
        (of(), {**of(), "additionalProperties": False}, "", "additionalProperties"),
        ({**of(x={}), "x-key": ["x"]}, of(x={}), "/x-key", "x-key changes"),
        (of(x={"type": ["object", "array"]}), of(x={"type": "object"}), "/x", "fewer types"),
        (
            of(x={"type": "array", "items": {"type": "integer"}}),
            of(x={"type": "array", "items": {"type": "string"}}),
            "/x/*",
            "from long",
        ),
    ],
)
def test_other_changes_are_refused_by_name(old: Any, new: Any, path: str, what: str) -> None:
    refused = [c for c in changes_between(old, new) if not c.is_compatible]
    assert any(c.path == path and what in c.what for c in refused)


def test_titles_and_descriptions_change_nothing() -> None:
    assert changes_between(of(x={"title": "a"}), {**of(x={"description": "b"}), "title": "c"}) == ()


def inferred(*records: Any) -> dict[str, Any]:
    inference = Inference()
    inference.add(records)
    properties: dict[str, Any] = inference.schema()["properties"]
    return properties


def test_inference_knows_types_apart() -> None:
    found = inferred(
        {"i": 1, "n": 1, "s": "x", "b": True, "t": "2013-01-01T05:00:00Z", "d": "2013-01-01"},
        {"i": 2, "n": 1.5, "s": None, "b": False, "t": None, "d": "2013-01-02"},
    )
    assert found == {
        "i": {"type": "integer"},
        "n": {"type": "number"},
        "s": {"type": "string"},
        "b": {"type": "boolean"},
        "t": {"type": "string", "format": "date-time"},
        "d": {"type": "string", "format": "date"},
    }


def test_inference_leaves_out_what_it_cannot_name_or_type() -> None:
    assert inferred({"null": None, "": 1, "A": 1, "a": 2, "x\ny": 1, "big": 2**63}, 5, None) == {
        "A": {"type": "integer"},
        "big": {"type": "number"},
    }
    assert inferred({"x": 1}, {"x": "a"}, {"y": {}}, {"z": [1]}) == {"x": {}, "y": {}, "z": {}}


def test_days_that_do_not_exist_are_text() -> None:
    assert inferred({"d": "2013-02-30", "t": "2013-01-01T25:00:00Z"}) == {
        "d": {"type": "string"},
        "t": {"type": "string"},
    }


def test_a_late_value_still_changes_a_date() -> None:
    assert inferred(*[{"d": "2013-01-01"}] * 50, {"d": "unknown"}) == {"d": {"type": "string"}}


def test_proposals_are_extended_without_clashes() -> None:
    proposed = of(a={"type": "integer"})
    assert extend(proposed, of(A={}, a={"type": "string"}, b={}))["properties"] == {
        "a": {"type": "integer"},
        "b": {},
    }


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(-1e9, 1e9)
    | st.text(max_size=3)
    | st.sampled_from(["2013-01-01", "2013-01-01T00:00:00Z", "2013-13-45", "2013-01-01T25:00:00Z"]),
    lambda inner: st.lists(inner, max_size=2),
    max_leaves=3,
)
records = st.lists(st.dictionaries(st.sampled_from("abAB"), values), max_size=8)


@settings(max_examples=ROUNDS * 10)
@given(records)
def test_inferred_schema_is_one_and_can_always_be_registered(found: list[Any]) -> None:
    schema = {"type": "object", "properties": inferred(*found)}
    reading = read_schema(schema)
    assert len({c.name.lower() for c in reading.columns}) == len(reading.columns)
    assert changes_between(schema, extend(schema, of(new={}))) != ()


def doubling(steps: int, **last: Any) -> dict[str, Any]:
    twice = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(steps)}
    return {"$ref": "#/$defs/d0", "$defs": {**twice, f"d{steps}": last or {"type": "object"}}}


@pytest.mark.parametrize(
    "schema",
    [
        doubling(40),
        {"properties": {"x": {"allOf": [{"$ref": "#"}, {"$ref": "#"}]}}},
        {"additionalProperties": {"anyOf": [{"$ref": "#"}, {"not": {"$ref": "#"}}]}},
    ],
)
def test_references_that_multiply_the_work_are_refused(schema: dict[str, Any]) -> None:
    with pytest.raises(Unprocessable, match="multiply the work"):
        read_schema(schema)


@pytest.mark.parametrize(
    "schema",
    [
        doubling(5),
        {"$ref": "#"},
        {"allOf": [{"$ref": "#"}]},
        {"properties": {"left": {"$ref": "#"}, "right": {"$ref": "#"}, "n": {"type": "number"}}},
        {"properties": {"at": {"$ref": "#spot"}}, "$defs": {"a": {"$anchor": "spot"}}},
        {"properties": {"$ref": {"type": "string"}, "$id": {"type": "string"}}},
    ],
)
def test_ordinary_references_are_taken(schema: dict[str, Any]) -> None:
    read_schema(schema)
    assert RecordValidator(schema).flaw({"left": {"right": {}}, "n": 1}) is None


def test_pattern_that_backtracks_gives_up_and_the_value_does_not_match() -> None:
    validator = RecordValidator(of(x={"pattern": r"(?<!x)(a*)*(b*)*c\1"}))
    assert validator.flaw({"x": "a" * 10_000}) is not None
    assert validator.flaw({"x": "ac"}) is None


def test_proposal_has_no_more_columns_than_a_job_can_write() -> None:
    seen = Inference()
    seen.add([{f"f{n}": n for n in range(10_000)}])
    assert len(seen.schema()["properties"]) == 250
