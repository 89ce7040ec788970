from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.query.lineage.column_types import width_of_change
from headwater.query.lineage.schema_changes import schema_changes
from headwater.wire.openlineage.descriptions import DeclaredColumn, columns_in


def columns(*declared: str) -> list[DeclaredColumn]:
    """Read `name type[!]`; the mark says that it takes no null."""
    found = []
    for one in declared:
        name, _, type_ = one.partition(" ")
        nullable = not type_.endswith("!")
        found.append(DeclaredColumn(path=name, type=type_.rstrip("!"), is_nullable=nullable))
    return found


def kinds(before: list[DeclaredColumn], after: list[DeclaredColumn]) -> list[tuple[str, str, bool]]:
    return [(one.kind, one.column, one.is_breaking) for one in schema_changes(before, after)]


@pytest.mark.parametrize(
    ("before", "after", "width"),
    [
        ("int", "bigint", "wider"),
        ("BIGINT", "INTEGER", "narrower"),
        ("INT", "integer", None),
        ("float", "double", "wider"),
        ("int", "double", "wider"),
        ("bigint", "double", "narrower"),
        ("double", "int", "narrower"),
        ("int", "string", "other"),
        ("varchar(10)", "varchar(20)", "wider"),
        ("VARCHAR", "varchar(20)", "narrower"),
        ("text", "string", None),
        ("decimal(10,2)", "decimal(12,2)", "wider"),
        ("decimal(10, 2)", "decimal(10,4)", "narrower"),
        ("int", "decimal(10,0)", "wider"),
        ("bigint", "decimal(10,0)", "narrower"),
        ("decimal(10,2)", "double", "narrower"),
        ("date", "timestamp", "wider"),
        ("timestamp", "date", "narrower"),
        ("timestamp", "timestamp with time zone", "other"),
        ("timestamptz", "TIMESTAMP WITH TIME ZONE", None),
        ("array<int>", "array<bigint>", "wider"),
        ("array<string>", "array<int>", "other"),
        ("struct<a:int>", "struct<a:string>", "other"),
        ("boolean", "int", "other"),
        ("", "int", "other"),
    ],
)
def test_a_type_becomes_wider_narrower_or_another_one(before, after, width):
    assert width_of_change(before, after) == width


@given(before=st.text(max_size=30), after=st.text(max_size=30))
def test_any_text_can_be_a_type(before, after):
    assert width_of_change(before, before) is None
    assert width_of_change(before, after) in (None, "wider", "narrower", "other")


def test_each_class_of_change_is_told_apart():
    before = columns(
        "id int!", "total int", "note string", "old string", "day date", "at timestamp"
    )
    after = columns("id int", "total string", "note string!", "day timestamp", "at date", "new int")
    assert kinds(before, after) == [
        ("nullable_loosened", "id", True),
        ("type_changed", "total", True),
        ("nullable_tightened", "note", True),
        ("column_removed", "old", True),
        ("type_widened", "day", False),
        ("type_narrowed", "at", True),
        ("column_added", "new", False),
    ]


def test_a_column_of_the_same_type_in_the_same_place_was_renamed():
    before, after = columns("a int", "b string", "c date"), columns("a int", "beta text", "c date")
    (change,) = schema_changes(before, after)
    assert (change.kind, change.before, change.after) == ("column_renamed", "b", "beta")


def test_a_column_elsewhere_or_of_another_type_was_not_renamed():
    before, after = columns("a int", "b string"), columns("x string", "a int", "y int")
    assert [kind for kind, _, _ in kinds(before, after)] == [
        "column_removed",
        "column_added",
        "column_added",
    ]


def test_a_description_alone_is_told_and_breaks_nothing():
    before = [DeclaredColumn(path="a", description="x")]
    after = [DeclaredColumn(path="a", description="y")]
    assert kinds(before, after) == [("description_changed", "a", False)]


def test_another_order_is_one_change():
    assert kinds(columns("a int", "b int"), columns("b int", "a int")) == [
        ("columns_moved", "", False)
    ]


def test_a_struct_goes_and_comes_as_one():
    fields = [{"name": "a", "fields": [{"name": "b", "fields": [{"name": "c"}]}, {"name": "d"}]}]
    nested = columns_in({"fields": fields})
    assert [column.path for column in nested] == ["a", "a.b", "a.b.c", "a.d"]
    assert kinds(nested, []) == [("column_removed", "a", True)]
    assert kinds([], nested) == [("column_added", "a", False)]
    assert kinds(nested, [one for one in nested if one.path != "a.d"]) == [
        ("column_removed", "a.d", True)
    ]


NAMES = st.sampled_from(["a", "b", "c", "a.x", "a.y", "d"])
TYPES = st.sampled_from([None, "int", "bigint", "string", "date"])
SCHEMAS = st.lists(
    st.builds(DeclaredColumn, path=NAMES, type=TYPES), unique_by=lambda one: one.path, max_size=6
)


@given(before=SCHEMAS, after=SCHEMAS)
def test_no_change_is_left_out_and_none_invented(before, after):
    changes = schema_changes(before, after)
    assert (not changes) == (
        before == after
        or (
            [(c.path) for c in before] == [c.path for c in after]
            and all(
                None in (b.type, a.type) or b.type == a.type
                for b, a in zip(before, after, strict=True)
            )
        )
    )
    gone = {one.path for one in before} - {one.path for one in after}
    told = {one.column for one in changes if one.kind in ("column_removed", "column_renamed")}
    assert told <= gone
    assert all(any(path == t or path.startswith(f"{t}.") for t in told) for path in gone)


@pytest.mark.parametrize("facet", [{}, {"fields": 7}, {"fields": [7, {}, {"name": 7}]}])
def test_what_is_no_schema_has_no_columns(facet):
    assert columns_in(facet) == []
