"""Set steps stay in what DuckDB and Spark agree on."""

from __future__ import annotations

import pytest
import sqlglot

from headwater.engine.portable import portability_flaws
from headwater.engine.settings import JoinSettings
from headwater.jobs.curated_sql import SourceTable
from headwater.jobs.curated_tables import GROUPED
from headwater.jobs.join_sql import join_sql
from headwater.model.columns import ENVELOPE

SOURCES = (
    SourceTable(
        source="sales",
        columns={**dict(ENVELOPE), "amount": "double", "count": "long", "user": "string"},
        key=("user", "count"),
        schema_version=2,
        has_rejected=True,
    ),
    SourceTable(
        source="web",
        columns={**dict(ENVELOPE), "page": "string"},
        key=(),
        schema_version=1,
        has_rejected=False,
    ),
)
JOIN = JoinSettings(
    name="both", left="sales", right="web", on={"user": "page"}, columns=("page",), prefix="web_"
)
SHIPPED = [*(table.to_sql(SOURCES) for table in GROUPED), join_sql(JOIN, SOURCES[0].columns)]


@pytest.mark.parametrize("sql", SHIPPED, ids=[*(t.name for t in GROUPED), "join"])
def test_shipped_set_steps_are_portable(sql: str) -> None:
    assert portability_flaws(sql) == ()
    for dialect in ("spark", "athena"):
        assert sqlglot.transpile(sql, read="duckdb", write=dialect)


@pytest.mark.parametrize(
    ("sql", "flaw"),
    [
        ("SELECT * EXCLUDE (a) FROM t", "EXCLUDE"),
        ("SELECT * FROM t", "name the columns"),
        ("SELECT quantile_cont(x, 0.5) FROM t", "not known to be portable"),
        ("SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x) FROM t", "not known"),
        ("SELECT approx_count_distinct(x) FROM t", "not known"),
        ("SELECT string_agg(x, ',') FROM t", "not known"),
        ("SELECT frobnicate(x) FROM t", "not known"),
        ("SELECT SUM(x) AS s FROM t", "adds floats"),
        ("SELECT x / 5.0 FROM t", "divides by a literal"),
        ("SELECT x FROM t QUALIFY row_number() OVER (ORDER BY x) = 1", "QUALIFY"),
        ("DELETE FROM t", "one SELECT"),
    ],
)
def test_what_engines_disagree_on_is_refused(sql: str, flaw: str) -> None:
    assert any(flaw in found for found in portability_flaws(sql))
