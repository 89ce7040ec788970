"""Statements nested at random: whatever they do to each other, no effect goes unnamed."""

from __future__ import annotations

import os
import random

import pytest

from headwater.sdk.sql import lineage_of

from .perturbation import judge
from .statements import SCHEMA, Statement, claims_of, data_set, database, fresh

ROUNDS = int(os.environ.get("HEADWATER_TEST_ROUNDS", "20"))

LEAVES = (
    "SELECT id AS k, quantity AS x, price AS y FROM orders",
    "SELECT customer AS k, price AS x, quantity AS y FROM orders WHERE status = 'paid'",
    "SELECT id AS k, boss AS x, salary AS y FROM staff",
)
SHAPES = (
    "SELECT k, x, y FROM ({a}) q WHERE x > 2",
    "SELECT k, max(x) AS x, count(y) AS y FROM ({a}) q GROUP BY k",
    "SELECT k, sum(x) AS x, min(y) AS y FROM ({a}) q GROUP BY ALL HAVING count(*) > 1",
    "SELECT DISTINCT k, x, y FROM ({a}) q",
    "SELECT DISTINCT ON (k) k, x, y FROM ({a}) q ORDER BY k, x, y",
    "SELECT DISTINCT ON (k % 2) k, x, y FROM ({a}) q ORDER BY k % 2, y, x, k",
    "({a}) UNION ALL ({b})",
    "({a}) UNION ({b})",
    "({a}) EXCEPT ({b})",
    "({a}) INTERSECT ({b})",
    "SELECT a.k, a.x, b.y FROM ({a}) a JOIN ({b}) b ON a.k = b.k",
    "SELECT a.k, a.x, b.y FROM ({a}) a LEFT JOIN ({b}) b ON a.k = b.k",
    "SELECT a.k, a.x, b.y FROM ({a}) a LEFT JOIN ({b}) b ON a.k = b.k AND b.x > 2",
    "SELECT a.k, a.x, b.y FROM ({a}) a LEFT JOIN ({b}) b USING (k)",
    "SELECT k, a.x, b.y FROM ({a}) a FULL JOIN ({b}) b USING (k)",
    "SELECT b.k, a.x, b.y FROM ({a}) a RIGHT JOIN ({b}) b ON a.x = b.x",
    "SELECT k, x, y FROM (SELECT *, row_number() OVER (PARTITION BY k ORDER BY y, x) AS n "
    "FROM ({a}) q) z WHERE n = 1",
    "SELECT k, x, y FROM (SELECT *, row_number() OVER (PARTITION BY k ORDER BY y, x) AS n "
    "FROM ({a}) q) z WHERE n = 1 AND x > 2",
    "SELECT k, x, y FROM ({a}) q QUALIFY row_number() OVER (PARTITION BY x ORDER BY y, k) = 1",
    "SELECT k, x, row_number() OVER (PARTITION BY x ORDER BY y, k) AS y FROM ({a}) q",
    "SELECT k, sum(x) OVER (PARTITION BY y) AS x, y FROM ({a}) q",
    "SELECT k, x, y FROM ({a}) q ORDER BY y, x, k LIMIT 4",
    "SELECT a.k, a.x, m.top AS y FROM ({a}) a, (SELECT max(y) AS top FROM ({b}) b WHERE x > 2) m",
    "SELECT a.k, a.x, (SELECT max(y) FROM ({b}) b WHERE b.k = a.k) AS y FROM ({a}) a",
    "SELECT k, x, y FROM ({a}) a WHERE EXISTS (SELECT 1 FROM ({b}) b WHERE b.k = a.k)",
    "SELECT k, x, y FROM ({a}) a WHERE k IN (SELECT k FROM ({b}) b)",
    "SELECT k, CASE WHEN x > 2 THEN y END AS x, y FROM ({a}) a",
    "WITH c AS ({a}) SELECT c.k, c.x, d.y FROM c LEFT JOIN (SELECT k, max(y) AS y FROM c "
    "GROUP BY k) d ON c.k = d.k",
    "SELECT o.k, o.x, l.y FROM ({a}) o LEFT JOIN LATERAL (SELECT y FROM ({b}) b WHERE b.k = "
    "o.k ORDER BY b.x, b.y LIMIT 1) l ON true",
    "SELECT max(k) AS k, count(x) AS x, min(y) AS y FROM ({a}) a",
    "SELECT k, max(x) AS x, max(y) AS y FROM ({a}) a GROUP BY ROLLUP (k)",
)
"""Queries over the queries {a} and {b}; each yields the columns k, x and y."""


def nested(rng: random.Random, depth: int) -> str:
    if depth == 0:
        return rng.choice(LEAVES)
    return rng.choice(SHAPES).format(a=nested(rng, depth - 1), b=nested(rng, depth - 1))


@pytest.mark.parametrize("seed", range(max(1, ROUNDS // 2)))
def test_no_effect_is_missed_however_statements_are_nested(seed: int) -> None:
    rng = random.Random(seed)
    sql = nested(rng, rng.choice([1, 2, 2]))
    lineage = lineage_of(sql, schema=SCHEMA)
    assert lineage.unknown == ()
    tables = {name: data for name, data in data_set(seed).items() if name in lineage.inputs}
    with database() as connection:
        run = Statement(connection, sql, lineage).run
        assert judge(run, [tables], claims_of(lineage), fresh=fresh, cells=2).missed == set(), sql
