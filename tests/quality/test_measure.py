"""One pass finds what a row-by-row count finds."""

from __future__ import annotations

import math
import os
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.duck import connect
from headwater.model.columns import Column
from headwater.quality.expectations import (
    AcceptedValues,
    InRange,
    Matches,
    NotNull,
    RowCountBetween,
    Unique,
)
from headwater.quality.metrics import EXACT_DISTINCT_ROWS, QualityReport, measure, metrics_sql
from headwater.sdk import Dataset, DatasetEvent, to_json

ROUNDS = int(os.environ.get("HEADWATER_TEST_ROUNDS", "20"))
COLUMNS = (
    Column(field="n", name="n", type="long"),
    Column(field="x", name="x", type="double"),
    Column(field="s", name="s", type="string"),
)


def report(
    rows: list[tuple[Any, Any, Any]], *expectations: Any, known: int | None = None
) -> QualityReport:
    names = ("n", "x", "s")
    types = (pa.int64(), pa.float64(), pa.string())
    table = pa.table(
        {name: pa.array([row[i] for row in rows], types[i]) for i, name in enumerate(names)}
    )
    connection = connect(threads=1)
    try:
        connection.register("given", table)
        return measure(connection, "given", COLUMNS, expectations, known_rows=known)
    finally:
        connection.close()


@settings(max_examples=ROUNDS, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.none() | st.integers(-(2**63), 2**63 - 1),
            st.none() | st.floats(),
            st.none() | st.text(max_size=3).filter(lambda t: "\0" not in t and t.isprintable()),
        ),
        max_size=12,
    )
)
def test_metrics_equal_those_counted_row_by_row(rows: list[tuple[Any, Any, Any]]) -> None:
    found = report(rows, known=len(rows))
    assert found.row_count == len(rows)
    whole = [row[0] for row in rows if row[0] is not None]
    finite = [row[1] for row in rows if row[1] is not None and math.isfinite(row[1])]
    assert found.columns["n"].get("sum") == (sum(whole) if whole else None)
    assert found.columns["n"].get("min") == (min(whole) if whole else None)
    assert found.columns["n"]["distinctCount"] == len(set(whole))
    assert found.columns["x"].get("max") == (max(finite) if finite else None)
    assert found.columns["s"]["nullCount"] == sum(row[2] is None for row in rows)
    to_json(
        DatasetEvent(
            time=datetime.now(UTC), dataset=Dataset(namespace="n", name="d", facets=found.facets())
        )
    )


@settings(max_examples=ROUNDS, deadline=None)
@given(
    st.lists(
        st.tuples(st.none() | st.integers(0, 3), st.just(0.5), st.none() | st.sampled_from("ab")),
        max_size=8,
    )
)
def test_uniqueness_counts_the_rows_that_repeat(rows: list[tuple[Any, Any, Any]]) -> None:
    single, pair = report(rows, Unique(("n",)), Unique(("n", "s"))).assertions
    values = Counter(row[0] for row in rows if row[0] is not None)
    pairs = Counter((row[0], row[2]) for row in rows if None not in (row[0], row[2]))
    assert single.success == (max(values.values(), default=1) == 1)
    assert pair.actual == f"{sum(pairs.values()) - len(pairs)} rows break it"


ROWS: list[tuple[Any, Any, Any]] = [
    (1, 0.5, "a1"),
    (2, 9.0, "b2"),
    (None, None, None),
    (2, 3.0, "zz"),
]


@pytest.mark.parametrize(
    ("expectation", "success"),
    [
        (NotNull("n"), False),
        (Unique(("x",)), True),
        (InRange(column="x", minimum=0, maximum=9), True),
        (InRange(column="x", minimum=0.6), False),
        (InRange(column="x"), True),
        (AcceptedValues("n", (1, 2)), True),
        (AcceptedValues("n", ()), False),
        (Matches("s", "[a-z][0-9]"), False),
        (Matches("s", "[a-z][0-9a-z]"), True),
        (RowCountBetween(minimum=4, maximum=4), True),
        (RowCountBetween(minimum=5), False),
    ],
)
def test_expectation_holds_or_not(expectation: Any, success: bool) -> None:
    (outcome,) = report(ROWS, expectation).assertions
    assert outcome.success is success
    assert outcome.expected
    assert outcome.actual


def test_only_errors_that_do_not_hold_are_failures() -> None:
    found = report(ROWS, NotNull("n", "warn"), NotNull("s"), RowCountBetween(minimum=1))
    assert [(each.assertion, each.column) for each in found.failures] == [("not_null", "s")]


def test_distinct_values_are_left_out_where_counting_them_is_dear() -> None:
    assert "distinctCount" not in report(ROWS).columns["n"]
    assert "distinctCount" not in report(ROWS, known=EXACT_DISTINCT_ROWS + 1).columns["n"]


def test_measuring_is_one_query_with_quoted_names() -> None:
    odd = (Column(field='a"b', name='a"b', type="json"),)
    assert metrics_sql("t", odd) == 'SELECT count(*), count("a""b") FROM t'


def test_an_empty_relation_has_counts_and_no_extremes() -> None:
    found = report([], NotNull("n"), known=0)
    assert found.columns["n"] == {"count": 0, "nullCount": 0, "distinctCount": 0}
    assert found.assertions[0].success
