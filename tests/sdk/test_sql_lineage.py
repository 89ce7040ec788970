"""Subtypes, masking, names, unknowns: what a perturbation cannot tell."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.sdk import ExtraMissing, InvalidStatement, lineage_of
from headwater.sdk.sql import InputColumn, SqlLineage

ROUNDS = int(os.environ.get("HEADWATER_TEST_ROUNDS", "20"))
SCHEMA = {
    "raw.t": {"id": "INT", "a": "INT", "b": "INT", "s": "TEXT", "p": "JSON"},
    "u": {"id": "INT", "v": "INT", "k": "INT"},
}


def lineage(sql: str, **options: Any) -> SqlLineage:
    return lineage_of(sql, schema=SCHEMA, **options)


def how(uses: tuple[InputColumn, ...]) -> dict[str, str]:
    """Return what each input column does, with a star where it is masked."""
    return {use.column: use.subtype + "*" * use.masking for use in uses}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("a", {"a": "IDENTITY"}),
        ("(a)", {"a": "IDENTITY"}),
        ("a + b", {"a": "TRANSFORMATION", "b": "TRANSFORMATION"}),
        ("CAST(a AS TEXT)", {"a": "TRANSFORMATION"}),
        ("md5(s)", {"s": "TRANSFORMATION*"}),
        ("sha256(s || 'salt')", {"s": "TRANSFORMATION*"}),
        ("hash(s)", {"s": "TRANSFORMATION*"}),
        ("upper(md5(s))", {"s": "TRANSFORMATION*"}),
        ("CASE WHEN a > 1 THEN b END", {"a": "CONDITIONAL", "b": "TRANSFORMATION"}),
        ("if(a > 1, b, 0)", {"a": "CONDITIONAL", "b": "TRANSFORMATION"}),
        ("lag(a) OVER (ORDER BY b)", {"a": "TRANSFORMATION", "b": "WINDOW"}),
        ("rank() OVER (PARTITION BY a ORDER BY b)", {"a": "WINDOW", "b": "WINDOW"}),
        ("sum(a) OVER (PARTITION BY b)", {"a": "AGGREGATION", "b": "WINDOW"}),
        ("p->>'$.x'", {"p": "TRANSFORMATION"}),
        ("my_function(a, b)", {"a": "TRANSFORMATION", "b": "TRANSFORMATION"}),
        ("(SELECT max(v) FROM u WHERE k = a)", {"v": "AGGREGATION", "k": "FILTER", "a": "FILTER"}),
        ("EXISTS (SELECT 1 FROM u WHERE k = a)", {"k": "FILTER", "a": "FILTER"}),
        ("1", {}),
    ],
)
def test_subtype_and_masking_of_a_value(expression: str, expected: dict[str, str]) -> None:
    found = lineage(f"SELECT {expression} AS x FROM raw.t")
    assert how(found.columns["x"]) == expected
    assert found.unknown == ()


@pytest.mark.parametrize(
    ("aggregate", "expected"),
    [
        ("sum(a)", {"a": "AGGREGATION"}),
        ("sum(a) + 1", {"a": "AGGREGATION"}),
        ("sum(a + b)", {"a": "AGGREGATION", "b": "AGGREGATION"}),
        ("count(a)", {"a": "AGGREGATION*"}),
        ("count(DISTINCT a)", {"a": "AGGREGATION*"}),
        ("approx_count_distinct(a)", {"a": "AGGREGATION*"}),
        ("count(*)", {}),
        ("sum(a) FILTER (WHERE b > 1)", {"a": "AGGREGATION", "b": "FILTER"}),
        ("list(a ORDER BY b)", {"a": "AGGREGATION", "b": "SORT"}),
        ("arg_max(a, b)", {"a": "AGGREGATION", "b": "CONDITIONAL"}),
        ("percentile_cont(0.5) WITHIN GROUP (ORDER BY a)", {"a": "AGGREGATION"}),
        ("histogram(a)", {"a": "AGGREGATION"}),
    ],
)
def test_subtype_of_an_aggregate(aggregate: str, expected: dict[str, str]) -> None:
    assert how(lineage(f"SELECT {aggregate} AS x FROM raw.t").columns["x"]) == expected


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT a FROM raw.t WHERE b > 1", {"b": "FILTER"}),
        ("SELECT a FROM raw.t GROUP BY a", {"a": "GROUP_BY"}),
        ("SELECT DISTINCT a FROM raw.t", {"a": "GROUP_BY"}),
        ("SELECT a FROM raw.t GROUP BY a HAVING max(b) > 1", {"a": "GROUP_BY", "b": "FILTER"}),
        ("SELECT v FROM raw.t JOIN u ON a = k", {"a": "JOIN", "k": "JOIN"}),
        ("SELECT a FROM raw.t ORDER BY b", {}),
    ],
)
def test_what_decides_the_rows(sql: str, expected: dict[str, str]) -> None:
    assert how(lineage(sql).indirect) == expected


def test_an_order_acts_on_columns_where_rows_are_cut_off() -> None:
    found = lineage("SELECT a FROM raw.t ORDER BY b LIMIT 3")
    assert how(found.columns["a"]) == {"a": "IDENTITY", "b": "SORT"}


def test_subtypes_compose_through_common_table_expressions() -> None:
    found = lineage(
        "WITH x AS (SELECT k, sum(v) AS s FROM u GROUP BY k), y AS (SELECT k, s + 1 AS s FROM x)"
        " SELECT md5(CAST(s AS TEXT)) AS h, k FROM y"
    )
    assert how(found.columns["h"]) == {"v": "AGGREGATION*"}
    assert how(found.columns["k"]) == {"k": "IDENTITY"}
    assert how(found.indirect) == {"k": "GROUP_BY"}


def test_members_of_a_struct_stay_apart() -> None:
    found = lineage("WITH x AS (SELECT {'m': a, 'n': b} AS o FROM raw.t) SELECT o.m AS y FROM x")
    assert how(found.columns["y"]) == {"a": "IDENTITY"}


def test_tables_are_named_as_in_the_schema() -> None:
    found = lineage('SELECT T.A, "U".v FROM RAW.T AS T, main.u AS "U"')
    assert found.inputs == ("raw.t", "u")
    assert how(found.columns["A"]) == {"a": "IDENTITY"}
    assert found.unknown == ()


def test_columns_with_one_name_are_told_apart() -> None:
    assert list(lineage("SELECT a, b AS a, id AS a FROM raw.t").columns) == ["a", "a_1", "a_2"]


@pytest.mark.parametrize(
    ("sql", "unknown"),
    [
        ("SELECT nope FROM raw.t", ("nope",)),
        ("SELECT a + nope AS x, b FROM raw.t", ("x",)),
        ("SELECT * FROM elsewhere", ("*",)),
        ("SELECT e.x, f.y, z FROM elsewhere e, further f", ("z",)),
        ("SELECT a FROM raw.t WHERE nope > 1", ("*",)),
        ("SELECT x FROM read_parquet('f.parquet')", ("x", "*")),
        ("PIVOT raw.t ON a USING sum(b)", ("*",)),
        ("SELECT t.a, q.x FROM raw.t t, strange_function(t.a) q", ("x", "*")),
    ],
)
def test_what_cannot_be_told_is_unknown_and_never_nothing(
    sql: str, unknown: tuple[str, ...]
) -> None:
    assert lineage(sql).unknown == unknown


def test_the_columns_of_a_single_table_without_schema_are_its_own() -> None:
    found = lineage("SELECT x + 1 AS y FROM other.place WHERE z")
    assert found.inputs == ("other.place",)
    assert how(found.columns["y"]) == {"x": "TRANSFORMATION"}
    assert how(found.indirect) == {"z": "FILTER"}
    assert found.unknown == ()


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("INSERT INTO raw.t (b, a) SELECT v, k FROM u", {"b": "v", "a": "k"}),
        ("INSERT INTO raw.t BY NAME SELECT v AS a, k AS b FROM u", {"a": "v", "b": "k"}),
        ("CREATE TABLE raw.t AS SELECT v AS x FROM u", {"x": "v"}),
        ("CREATE OR REPLACE VIEW raw.t(z) AS SELECT v FROM u", {"z": "v"}),
        ("WITH w AS (SELECT v FROM u) INSERT INTO raw.t (a) SELECT v FROM w", {"a": "v"}),
        ("INSERT INTO raw.t (a) WITH w AS (SELECT v FROM u) SELECT v FROM w", {"a": "v"}),
    ],
)
def test_what_is_written_gets_the_names_of_the_target(sql: str, columns: dict[str, str]) -> None:
    found = lineage(sql)
    assert found.outputs == ("raw.t",)
    assert {name: "".join(how(uses)) for name, uses in found.columns.items()} == columns


def test_update_keeps_the_old_value_where_its_condition_does_not_hold() -> None:
    found = lineage("UPDATE raw.t SET a = u.v FROM u WHERE u.id = raw.t.id")
    assert found.outputs == ("raw.t",)
    assert {(use.table, use.column, use.subtype) for use in found.columns["a"]} == {
        ("u", "v", "IDENTITY"),
        ("raw.t", "a", "IDENTITY"),
        ("u", "id", "FILTER"),
        ("raw.t", "id", "FILTER"),
    }


def test_merge_unites_its_branches() -> None:
    found = lineage(
        "MERGE INTO raw.t USING u ON raw.t.id = u.id"
        " WHEN MATCHED AND u.k > 1 THEN UPDATE SET a = u.v"
        " WHEN NOT MATCHED THEN INSERT (id, a) VALUES (u.id, u.k)"
    )
    assert found.outputs == ("raw.t",)
    assert {(u.table, u.column) for u in found.columns["a"] if u.type == "DIRECT"} == {
        ("raw.t", "a"),
        ("u", "v"),
        ("u", "k"),
    }
    assert {(u.table, u.column) for u in found.columns["id"] if u.type == "DIRECT"} == {
        ("raw.t", "id"),
        ("u", "id"),
    }
    assert found.unknown == ()


def test_delete_has_no_columns_but_what_decides_its_rows() -> None:
    found = lineage("DELETE FROM raw.t USING u WHERE raw.t.a = u.k")
    assert found.outputs == ("raw.t",)
    assert found.columns == {}
    assert how(found.indirect) == {"a": "FILTER", "k": "FILTER"}


@pytest.mark.parametrize(
    "sql", ["SELEC 1", "", "SELECT 1; SELECT 2", "SELECT (", "DROP TABLE raw.t", "SET x = 1"]
)
def test_what_is_no_single_statement_with_a_lineage_is_refused(sql: str) -> None:
    with pytest.raises(InvalidStatement):
        lineage(sql)


def test_an_unknown_dialect_is_refused() -> None:
    with pytest.raises(InvalidStatement, match="klingon"):
        lineage("SELECT 1", dialect="klingon")


def test_other_dialects_are_understood() -> None:
    found = lineage(
        "SELECT `a` FROM raw.t LATERAL VIEW explode(split(s, ',')) e AS w", dialect="spark"
    )
    assert how(found.columns["a"]) == {"a": "IDENTITY"}


def test_without_sqlglot_the_error_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['sqlglot'] = None\n"
        "from headwater.sdk import lineage_of\n"
        "try: lineage_of('SELECT 1', schema={})\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(ExtraMissing.__name__)
    assert 'pip install "headwater[sql]"' in done.stdout


@settings(max_examples=ROUNDS, deadline=None)
@given(st.text(alphabet=" (),*.=<>'\"abtu1SELECTFROMWHERGUPBYJINOWTH\n;", max_size=60))
def test_any_text_is_answered_or_refused(text: str) -> None:
    with contextlib.suppress(InvalidStatement):
        lineage(text)


@st.composite
def queries(draw: st.DrawFn, depth: int = 2) -> str:
    """Draw a query that yields the columns x and y."""
    if depth == 0:
        return draw(
            st.sampled_from(["SELECT a AS x, b AS y FROM raw.t", "SELECT v AS x, k AS y FROM u"])
        )
    inner, other = draw(queries(depth - 1)), draw(queries(depth - 1))
    return draw(
        st.sampled_from(
            [
                f"SELECT x, y FROM ({inner}) q WHERE y > 1",
                f"SELECT max(x) AS x, y FROM ({inner}) q GROUP BY y",
                f"SELECT x + y AS x, y FROM ({inner}) q",
                f"({inner}) UNION ALL ({other})",
                f"WITH c AS ({inner}) SELECT c.x, d.y FROM c JOIN ({other}) d ON c.y = d.y",
                f"SELECT x, row_number() OVER (ORDER BY y) AS y FROM ({inner}) q",
            ]
        )
    )


@settings(max_examples=ROUNDS, deadline=None)
@given(queries(depth=3))
def test_nested_queries_are_known_to_the_base_tables(sql: str) -> None:
    found = lineage(sql)
    assert list(found.columns) == ["x", "y"]
    assert found.unknown == ()
    assert {use.table for uses in found.columns.values() for use in uses} <= {"raw.t", "u"}
    assert set(found.inputs) <= {"raw.t", "u"}
