"""What passes in and out of a job describes its datasets, and nothing of it is computed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from headwater.sdk import capture_events, openlineage_job
from headwater.sdk.values import shape_of, shapes_in

ARROW = pa.table({"a": [1, 2], "b": ["x", None]})


@pytest.mark.parametrize(
    ("value", "types", "rows"),
    [
        (pd.DataFrame({"a": [1, 2], "b": [0.5, 1]}), ["int64", "float64"], 2),
        (pl.DataFrame({"a": [1, 2], "b": ["x", "y"]}), ["Int64", "String"], 2),
        (ARROW, ["int64", "string"], 2),
        (ARROW.to_batches()[0], ["int64", "string"], 2),
        (ARROW.to_reader(), ["int64", "string"], None),
        (duckdb.sql("SELECT 1 AS a, 'x' AS b"), ["INTEGER", "VARCHAR"], None),
        ([{"a": 1, "b": "x"}, {"a": 2, "b": "y"}], ["integer", "string"], 2),
    ],
    ids=lambda value: type(value).__name__,
)
def test_tables_of_every_library_have_columns_and_rows(
    value: object, types: list[str], rows: int | None
) -> None:
    shape = shape_of(value)
    assert shape is not None
    assert [field.name for field in shape.fields] == ["a", "b"]
    assert [field.type for field in shape.fields] == types
    assert shape.rows == rows


def test_structs_have_fields() -> None:
    shape = shape_of(pa.table({"s": [{"x": 1, "t": {"y": "z"}}]}))
    assert shape is not None
    (field,) = shape.fields
    assert [inner.name for inner in field.fields] == ["x", "t"]
    assert field.fields[1].fields[0].type == "string"


class Heir(pd.DataFrame):
    pass


def test_heirs_of_a_table_are_tables() -> None:
    assert shape_of(Heir({"a": [1]})) == shape_of(pd.DataFrame({"a": [1]}))


@pytest.mark.parametrize(
    "value",
    [
        None,
        5,
        ({"a": 1}, {"a": 2}),
        "text",
        b"x",
        {},
        [],
        [1],
        ["a"],
        [{1: 2}],
        (),
        object(),
        pd.Series([1]),
    ],
)
def test_other_values_are_none(value: object) -> None:
    assert shape_of(value) is None


def test_tables_in_a_tuple_are_found_in_order() -> None:
    found = shapes_in((pd.DataFrame({"a": [1]}), 5, ARROW))
    assert [shape.rows for shape in found] == [1, 2]


def test_no_library_is_imported_to_look_at_values() -> None:
    code = (
        "import sys; from headwater.sdk.values import shape_of; shape_of([{'a': 1}]); shape_of(5)\n"
        "print([name for name in ('pandas', 'polars', 'pyarrow', 'duckdb') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def described(events: Any, side: str) -> dict[str, int | None]:
    key = {"inputs": "inputStatistics", "outputs": "outputStatistics"}[side]
    facets = {"inputs": "inputFacets", "outputs": "outputFacets"}[side]
    return {
        each["name"]: each.get(facets, {}).get(key, {}).get("rowCount") for each in events[-1][side]
    }


def table(rows: int) -> pd.DataFrame:
    return pd.DataFrame({"a": range(rows)})


def test_result_describes_the_only_output_and_the_first_table_the_only_input() -> None:
    @openlineage_job("j", inputs=["in"], outputs=["out"])
    def job(first: int, data: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
        return data

    with capture_events() as events:
        job(1, table(3), more=table(5))
    assert described(events, "inputs") == {"in": 3}
    assert described(events, "outputs") == {"out": 3}
    assert described([events[0]], "inputs") == {"in": 3}  # known when it begins


def test_several_are_described_by_position_if_the_counts_match() -> None:
    @openlineage_job("j", inputs=["a", "b"], outputs=["x", "y"])
    def job(*tables: pd.DataFrame) -> tuple[pd.DataFrame, ...]:
        return tables

    with capture_events() as events:
        job(table(1), table(2))
    assert described(events, "inputs") == {"a": 1, "b": 2}
    assert described(events, "outputs") == {"x": 1, "y": 2}
    with capture_events() as events:
        job(table(1), table(2), table(3))
    assert described(events, "inputs") == {"a": None, "b": None}
    assert described(events, "outputs") == {"x": None, "y": None}


def test_several_results_describe_no_single_output() -> None:
    with capture_events() as events:
        openlineage_job("j", outputs=["x"])(lambda: (table(1), table(2)))()
    assert described(events, "outputs") == {"x": None}


def test_table_with_no_declared_dataset_is_not_told() -> None:
    with capture_events() as events:
        openlineage_job("j")(lambda data: data)(table(1))
    assert (events[-1]["inputs"], events[-1]["outputs"]) == ([], [])


def test_declared_schema_is_kept() -> None:
    from headwater.sdk import DatasetInfo

    declared = DatasetInfo(name="x", schema={"declared": "int"})
    with capture_events() as events:
        openlineage_job("j", outputs=[declared])(lambda: table(4))()
    (output,) = events[-1]["outputs"]
    assert output["facets"]["schema"]["fields"] == [{"name": "declared", "type": "int"}]
    assert described(events, "outputs") == {"x": 4}


def test_values_need_not_be_looked_at() -> None:
    with capture_events() as events:
        openlineage_job("j", outputs=["x"], capture_values=False)(lambda: table(4))()
    assert described(events, "outputs") == {"x": None}


class Broken(pd.DataFrame):
    @property
    def dtypes(self) -> Any:
        raise RuntimeError("cannot be looked at")


def test_value_that_cannot_be_looked_at_harms_nothing(caplog: pytest.LogCaptureFixture) -> None:
    @openlineage_job("j", inputs=["in"], outputs=["x"])
    def job(data: object) -> object:
        return data

    broken = Broken({"a": [1]})
    with capture_events() as events:
        assert job(broken) is broken
    assert events.types() == ["START", "COMPLETE"]
    assert "cannot be looked at" in caplog.text


def test_batches_of_a_generator_are_counted_together() -> None:
    @openlineage_job("j", outputs=["x"])
    def batches() -> Iterator[pd.DataFrame]:
        yield table(2)
        yield table(3)

    with capture_events() as events:
        assert len(list(batches())) == 2
    assert described(events, "outputs") == {"x": 5}
