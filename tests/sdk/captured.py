"""Statements that real producers sent in `sql` facets, as DuckDB runs them.

Taken out of `tests/payloads`: dbt's and Airflow's as sent, Spark's transpiled. Catalogues and
schemas in front of tables are dropped, statements that only define or remove tables left out.
"""

from __future__ import annotations

import gzip
import json
import re
from functools import cache
from pathlib import Path

import sqlglot
from sqlglot import exp

from .statements import Schema

PRODUCERS = Path(__file__).parents[1] / "payloads" / "producers"

_DIALECTS = {
    "airflow.ndjson": "postgres",
    "dbt.ndjson": "duckdb",
    "dbt-structured.ndjson.gz": "duckdb",
    "spark35.ndjson": "spark",
    "spark35-rich.ndjson.gz": "spark",
}

_NEARER = {"100": "10", "50": "5", "150": "5", "DE": "d"}
"""Constants that small tables can lie on both sides of, in place of those that were sent."""

_OTHER = re.compile(r"\s*(?:/\*.*?\*/)?\s*(?:copy|alter|drop|truncate|describe)\b", re.I | re.S)

TABLES: Schema = {
    "raw_customers": {
        "id": "INT", "first_name": "TEXT", "last_name": "TEXT", "email": "TEXT",
        "updated_at": "TIMESTAMP",
    },
    "raw_orders": {
        "id": "INT", "customer_id": "INT", "amount": "INT", "status": "TEXT",
        "ordered_at": "TIMESTAMP",
    },
    "stg_customers": {
        "customer_id": "INT", "first_name": "TEXT", "last_name": "TEXT", "email_hash": "TEXT",
        "updated_at": "TIMESTAMP",
    },
    "stg_orders": {
        "order_id": "INT", "customer_id": "INT", "amount": "INT", "status": "TEXT",
        "ordered_at": "TIMESTAMP",
    },
    "customer_orders": {
        "customer_id": "INT", "email_hash": "TEXT", "total": "INT", "n": "INT",
        "last_at": "TIMESTAMP",
    },
    "daily_sales": {"day": "TIMESTAMP", "total": "INT"},
    "c": {"id": "INT", "name": "TEXT", "email": "TEXT", "country": "TEXT"},
    "o": {"customer_id": "INT", "amount": "INT"},
    "customers": {"id": "INT", "name": "TEXT", "email": "TEXT", "country": "TEXT"},
    "vip": {"id": "INT", "name": "TEXT", "total": "INT", "tier": "TEXT"},
    "hh": {"id": "INT", "name": "TEXT"},
    "orders": {"id": "INT", "customer_id": "INT", "amount": "INT"},
    "totals": {"customer_id": "INT", "total": "INT"},
    "u": {"src": "INT", "dst": "INT"},
}  # fmt: skip
"""What the statements read and write, integers for their numbers so that values meet."""


@cache
def captured() -> dict[str, str]:
    """Return the statements that read or write known tables, by producer and number."""
    found: dict[str, str] = {}
    for file, dialect in _DIALECTS.items():
        for sql in _queries(file):
            for text in _for_duckdb(sql, dialect):
                if text not in found.values():
                    number = sum(name.startswith(f"{file.partition('.')[0]} ") for name in found)
                    found[f"{file.partition('.')[0]} {number + 1}"] = text
    return found


def _queries(file: str) -> list[str]:
    body = (PRODUCERS / file).read_bytes()
    lines = (gzip.decompress(body) if file.endswith(".gz") else body).splitlines()
    queries: dict[str, None] = {}
    for line in lines:
        sent = json.loads(line)
        if not sent["path"].endswith("/lineage"):
            continue
        event = json.loads(sent["body"])
        facet = event.get("job", {}).get("facets", {}).get("sql", {})
        if isinstance(facet.get("query"), str):
            queries[facet["query"]] = None
    return list(queries)


def _for_duckdb(sql: str, dialect: str) -> list[str]:
    """Return the statements in a text that change or ask for rows of known tables."""
    if _OTHER.match(sql):
        return []
    try:
        parsed = sqlglot.parse(sql, read=dialect)
    except sqlglot.ParseError:
        return []
    return [text for node in parsed if node is not None and (text := _one(node)) is not None]


def _one(node: exp.Expression) -> str | None:
    kinds = (exp.Query, exp.Insert, exp.Update, exp.Merge, exp.Create)
    if not isinstance(node, kinds) or (isinstance(node, exp.Create) and node.expression is None):
        return None
    names = {alias.alias for alias in node.find_all(exp.CTE)}
    tables = [table for table in node.find_all(exp.Table) if table.name not in names]
    written = None if not isinstance(node, exp.Create) else node.find(exp.Table)
    read = [table for table in tables if table is not written]
    if not read or any(table.name not in TABLES for table in read) or _is_odd(node):
        return None
    for table in tables:
        table.set("db", None)
        table.set("catalog", None)
    if isinstance(node, exp.Create):
        node.set("properties", None)
        node.this.set("this", exp.to_identifier("made"))
    if isinstance(node, exp.Insert):
        node.set("overwrite", False)
    for literal in node.find_all(exp.Literal):
        literal.set("this", _NEARER.get(literal.name, literal.name))
    for when in node.find_all(exp.When):
        _unqualify(when.args["then"])
    return node.sql("duckdb", comments=False)


def _unqualify(action: exp.Expression) -> None:
    """Drop the table in front of the columns that a branch of MERGE sets."""
    for each in action.expressions if isinstance(action, exp.Update) else ():
        each.this.set("table", None)


def _is_odd(node: exp.Expression) -> bool:
    """Tell whether DuckDB cannot run it: a column that never was, `INSERT *`, a conflict."""
    columns = {name for table in TABLES.values() for name in table} | {"x", "g", "day"}
    unknown = {c.name for c in node.find_all(exp.Column) if c.name and c.name not in columns}
    aliases = {alias.alias for alias in node.find_all(exp.Alias)}
    return bool(unknown - aliases - {"*"}) or bool(node.args.get("conflict"))
