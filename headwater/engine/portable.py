"""The portable subset of SQL: what DuckDB and Spark agree on, and a linter for the rest.

It is an allow-list: a function that is not known to mean the same on both is refused, for
translation alone does not show it. Approximate percentiles, for instance, look exact here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import sqlglot
from sqlglot import exp

from headwater.errors import Unprocessable

_ALLOWED: Final[frozenset[type]] = frozenset(
    {
        exp.Abs,
        exp.And,
        exp.Array,
        exp.Avg,
        exp.Case,
        exp.Cast,
        exp.Ceil,
        exp.Coalesce,
        exp.Count,
        exp.DateDiff,
        exp.Floor,
        exp.Greatest,
        exp.If,
        exp.Least,
        exp.Lower,
        exp.Map,
        exp.Max,
        exp.Min,
        exp.Nullif,
        exp.Or,
        exp.RowNumber,
        exp.Struct,
        exp.Sum,
        exp.TimestampTrunc,
        exp.DateTrunc,
        exp.Trim,
        exp.Upper,
    }
)

_UNLIKE: Final[dict[type, str]] = {
    exp.Pivot: "PIVOT is not understood by lineage",
    exp.Columns: "COLUMNS(…) is not understood by lineage",
    exp.ILike: "ILIKE follows another collation",
    exp.SimilarTo: "SIMILAR TO is another dialect of patterns",
    exp.Qualify: "QUALIFY is missing before Spark 4; filter an outer SELECT",
    exp.TableSample: "a sample is different each time",
}


def portability_flaws(sql: str) -> tuple[str, ...]:
    """Return what in a statement is not portable, each once, in order of appearance."""
    try:
        statements = sqlglot.parse(sql, dialect="duckdb")
    except sqlglot.ParseError as error:
        raise Unprocessable(f"the statement does not parse: {error}") from error
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        return ("a set step is one SELECT",)
    return tuple(dict.fromkeys(_flaws(statements[0])))


def _flaws(statement: Any) -> Iterator[str]:
    for node in statement.walk():
        kind = type(node)
        if kind in _UNLIKE:
            yield _UNLIKE[kind]
        elif isinstance(node, exp.Star):
            yield from _star_flaws(node)
        elif isinstance(node, exp.Anonymous | exp.AnonymousAggFunc):
            yield f"the function {node.name} is not known to be portable"
        elif isinstance(node, exp.Func) and kind not in _ALLOWED:
            yield f"the function {node.sql_name()} is not known to be portable"
        elif isinstance(node, exp.Sum | exp.Avg) and not _is_exact(node):
            yield f"{node.sql(dialect='duckdb')} adds floats: cast to DECIMAL first"
        elif isinstance(node, exp.Div) and _is_literal(node.expression):
            yield f"{node.sql(dialect='duckdb')} divides by a literal: cast it to DOUBLE"


def _star_flaws(star: Any) -> Iterator[str]:
    if any(star.args.get(name) for name in ("except", "except_", "replace", "rename")):
        yield "SELECT * EXCLUDE or REPLACE fails on Spark 3.5: name the columns"
    elif not isinstance(star.parent, exp.Count):
        yield "SELECT * changes with its table: name the columns"


def _is_exact(total: Any) -> bool:
    """Tell whether what is added is decimal or whole by its own words."""
    value = total.this
    if isinstance(value, exp.Column):
        return str(value.name) in _WHOLE_COLUMNS
    return isinstance(value, exp.Cast) and value.to.this in (
        exp.DataType.Type.DECIMAL,
        exp.DataType.Type.BIGINT,
        exp.DataType.Type.INT,
    )


_WHOLE_COLUMNS: Final = frozenset({"record_bytes"})


def _is_literal(value: Any) -> bool:
    return isinstance(value, exp.Literal) and not value.is_string and "e" not in value.name.lower()
