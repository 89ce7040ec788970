"""The SQL walker on what dbt, Spark and Airflow really ran, held against DuckDB."""

from __future__ import annotations

import pytest

from headwater.sdk.sql import lineage_of

from .captured import TABLES, captured
from .perturbation import Verdict, judge
from .statements import Statement, claims_of, data_set, database, fresh


@pytest.mark.timeout(1800)
def test_no_effect_of_a_captured_statement_goes_unnamed(
    record_property: pytest.RecordProperty,
) -> None:
    total = Verdict()
    for name, sql in captured().items():
        lineage = lineage_of(sql, schema=TABLES)
        assert lineage.unknown == (), sql
        bases = [
            {table: data for table, data in data_set(seed, schema=TABLES).items()
             if table in lineage.inputs}
            for seed in (1, 2, 3)
        ]  # fmt: skip
        with database(TABLES) as connection:
            run = Statement(connection, sql, lineage, TABLES).run
            total.add(judge(run, bases, claims_of(lineage), fresh=fresh), name)
    figures = (
        f"{len(captured())} statements, {len(total.confirmed)} true claims:"
        f" recall {total.recall:.2%}, precision {total.precision:.2%}"
    )
    print(figures)
    record_property("lineage", figures)
    assert len(captured()) >= 30
    assert total.missed == set()
    assert total.precision >= 0.9, total.unconfirmed


def test_statements_of_each_producer_are_there() -> None:
    assert {name.split()[0] for name in captured()} == {
        "airflow",
        "dbt",
        "dbt-structured",
        "spark35",
        "spark35-rich",
    }
    assert any(sql.startswith("MERGE") for sql in captured().values())
