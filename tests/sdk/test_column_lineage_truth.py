"""The SQL walker against DuckDB itself: every claim and every effect of a hundred statements."""

from __future__ import annotations

import pytest

from headwater.sdk.sql import lineage_of

from .perturbation import Verdict, judge
from .statements import CORPUS, SCHEMA, Statement, claims_of, data_set, database, fresh


def truth_of(sql: str) -> Verdict:
    lineage = lineage_of(sql, schema=SCHEMA)
    assert lineage.unknown == ()
    bases = [
        {name: data for name, data in data_set(seed).items() if name in lineage.inputs}
        for seed in (1, 2, 3)
    ]
    with database() as connection:
        statement = Statement(connection, sql, lineage)
        return judge(statement.run, bases, claims_of(lineage), fresh=fresh)


@pytest.mark.timeout(1800)
def test_lineage_names_every_effect_and_hardly_anything_else(
    record_property: pytest.RecordProperty,
) -> None:
    total = Verdict()
    for name, sql in CORPUS.items():
        total.add(truth_of(sql), name)
    figures = (
        f"{len(CORPUS)} statements, {len(total.confirmed)} true claims:"
        f" recall {total.recall:.2%}, precision {total.precision:.2%}"
    )
    print(figures)
    record_property("lineage", figures)
    assert len(CORPUS) >= 60
    assert total.missed == set()
    assert total.precision >= 0.98, total.unconfirmed


@pytest.mark.parametrize("name", ["inner_join", "qualify", "correlated_scalar", "insert_select"])
def test_a_lineage_without_one_of_its_columns_is_found_out(name: str) -> None:
    lineage = lineage_of(CORPUS[name], schema=SCHEMA)
    claims = claims_of(lineage)
    removed = sorted(set.union(*claims.values()))[0]
    poorer = {output: inputs - {removed} for output, inputs in claims.items()}
    tables = {table: data for table, data in data_set(1).items() if table in lineage.inputs}
    with database() as connection:
        statement = Statement(connection, CORPUS[name], lineage)
        verdict = judge(statement.run, [tables], poorer, fresh=fresh)
    assert removed in {column for column, _ in verdict.missed}


def test_a_claim_too_many_is_found_out() -> None:
    sql = CORPUS["identity"]
    lineage = lineage_of(sql, schema=SCHEMA)
    claims = {
        output: inputs | {("orders", "price")} for output, inputs in claims_of(lineage).items()
    }
    with database() as connection:
        statement = Statement(connection, sql, lineage)
        verdict = judge(statement.run, [{"orders": data_set(1)["orders"]}], claims, fresh=fresh)
    assert verdict.unconfirmed == {(("orders", "price"), "id"), (("orders", "price"), "product")}
