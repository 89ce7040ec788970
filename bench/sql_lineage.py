"""How true column lineage of SQL is: every claim held against DuckDB, beside openlineage-sql.

Truth is by perturbation: each input column is changed in turn, and the outputs are looked at.
The statements are the corpus of the tests, and what dbt, Spark and Airflow really sent.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Final

from headwater.sdk.sql import SqlLineage, lineage_of

if TYPE_CHECKING:
    from tests.sdk.perturbation import Column, Verdict

FOLDER: Final = Path(__file__).parent.parent / "tests" / "sdk"
_PACKAGE: Final = "headwater_corpus"

Result = dict[str, object]
Claims = dict[str, "set[Column]"]
Tell = Callable[[str, SqlLineage], Claims]


def run() -> list[Result]:
    """Judge all statements by every teller."""
    package = ModuleType(_PACKAGE)
    package.__path__ = [str(FOLDER)]
    sys.modules[_PACKAGE] = package
    statements = importlib.import_module(f"{_PACKAGE}.statements")
    captured = importlib.import_module(f"{_PACKAGE}.captured")
    corpora = {
        "the corpus": (statements.CORPUS, statements.SCHEMA),
        "captured SQL": (captured.captured(), captured.TABLES),
    }
    return [
        one
        for name, (corpus, schema) in corpora.items()
        for one in _of_corpus(name, corpus, schema, statements)
    ]


def _of_corpus(
    name: str, corpus: Mapping[str, str], schema: Mapping[str, Mapping[str, str]], kit: ModuleType
) -> Iterator[Result]:
    def all_ways(_sql: str, lineage: SqlLineage) -> Claims:
        found: Claims = kit.claims_of(lineage)
        return found

    ours = _verdict(corpus, schema, kit, tell=all_ways)
    theirs = _verdict(corpus, schema, kit, tell=_peer)
    # The peer sets out to tell where values flow; what it is right about counts as such.
    values = (ours.confirmed & _direct(corpus, schema)) | theirs.confirmed
    shares = (
        ("recall", ours.recall, theirs.recall),
        ("precision", ours.precision, theirs.precision),
        ("recall of values alone", _share(ours, values), _share(theirs, values)),
    )
    for what, mine, other in shares:
        yield {
            "name": f"{what} on {len(corpus)} statements of {name}",
            "value": round(mine * 100, 1),
            "unit": "%",
            "floor": 90,
            "aim": 98,
            "peer": f"openlineage-sql {other * 100:.1f} %",
        }


def _verdict(
    corpus: Mapping[str, str],
    schema: Mapping[str, Mapping[str, str]],
    kit: ModuleType,
    *,
    tell: Tell,
) -> Verdict:
    judging = importlib.import_module(f"{_PACKAGE}.perturbation")
    total: Verdict = judging.Verdict()
    for name, sql in corpus.items():
        lineage = lineage_of(sql, schema=schema)
        bases = [
            {table: data for table, data in made.items() if table in lineage.inputs}
            for made in (kit.data_set(seed, schema=schema) for seed in (1, 2, 3))
        ]
        with kit.database(schema) as connection:
            statement = kit.Statement(connection, sql, lineage, schema)
            verdict = judging.judge(statement.run, bases, tell(sql, lineage), fresh=kit.fresh)
        total.add(verdict, name)
    return total


def _direct(
    corpus: Mapping[str, str], schema: Mapping[str, Mapping[str, str]]
) -> set[tuple[Column, str]]:
    """Return the claims that a value flows."""
    return {
        ((f"{name}:{use.table}", use.column), output)
        for name, sql in corpus.items()
        for output, uses in lineage_of(sql, schema=schema).columns.items()
        for use in uses
        if use.type == "DIRECT"
    }


def _peer(sql: str, lineage: SqlLineage) -> Claims:
    """Return what openlineage-sql claims of the output columns, by name and in any case."""
    from openlineage_sql import parse

    claims: Claims = {name: set() for name in lineage.columns}
    places = {name.lower(): name for name in claims}
    tables = {table.rpartition(".")[2].lower(): table for table in lineage.inputs}
    for dialect in ("duckdb", "ansi"):
        found = parse([sql], dialect, None)
        if found is not None and not found.errors:
            break
    for one in found.column_lineage if found is not None else ():
        output = places.get(one.descendant.name.lower())
        for source in one.lineage if output is not None else ():
            table = None if source.origin is None else tables.get(source.origin.name.lower())
            if table is not None:
                claims[str(output)].add((table, source.name))
    return claims


def _share(verdict: Verdict, whole: set[tuple[Column, str]]) -> float:
    return len(verdict.confirmed & whole) / len(whole) if whole else 1.0
