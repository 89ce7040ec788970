"""What the confined query process costs beside DuckDB by hand over the same files."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from headwater import duck
from headwater.clock import SystemClock
from headwater.lake.contract import Change, TableDeclaration
from headwater.lake.iceberg import IcebergCommits
from headwater.lake.lake_database import close_lake_database, open_lake_database
from headwater.lake.manifest import SqlManifest
from headwater.lake.metadata import MetadataTables
from headwater.lake.reading import scan_sql
from headwater.lake.usage import Usage
from headwater.lake.writing import write_parquet
from headwater.model.columns import Column
from headwater.model.principal import LOCAL
from headwater.query.settings import QuerySettings
from headwater.query.sql.session import Question, SqlSession

ROWS: Final = 1_000_000
TABLE: Final = TableDeclaration(
    zone="processed",
    name="flights",
    columns=(
        Column(field="id", name="id", type="string"),
        Column(field="carrier", name="carrier", type="string"),
        Column(field="delay", name="delay", type="double"),
    ),
)
QUESTION: Final = "SELECT carrier, count(*), avg(delay) FROM {} GROUP BY carrier ORDER BY carrier"


def run() -> list[dict[str, Any]]:
    """Measure the first statement, the warm ones, those from the cache, and DuckDB by hand."""
    with ExitStack() as stack:
        lake = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "lake"
        commits = stack.enter_context(closing(IcebergCommits(lake)))
        _fill(commits)
        engine = open_lake_database(lake / "lake.db")
        stack.callback(close_lake_database, engine)
        session = SqlSession(
            lake,
            tables=MetadataTables(lake),
            manifest=SqlManifest(engine),
            usage=Usage(engine),
            settings=QuerySettings(cache_bytes=0),
            clock=SystemClock(),
        )
        cached = SqlSession(
            lake,
            tables=MetadataTables(lake),
            manifest=SqlManifest(engine),
            usage=Usage(engine),
            settings=QuerySettings(),
            clock=SystemClock(),
        )
        stack.callback(session.close)
        stack.callback(cached.close)
        question = Question(sql=QUESTION.format("processed.flights"))
        first = _best(lambda: session.run(question, LOCAL), rounds=1)
        warm = _best(lambda: session.run(question, LOCAL))
        cached.run(question, LOCAL)
        kept = _best(lambda: cached.run(question, LOCAL))
        by_hand = stack.enter_context(closing(duck.connect(threads=2)))
        sql = QUESTION.format(f"({scan_sql(commits, 'processed', 'flights').sql})")
        peer = _best(lambda: by_hand.execute(sql).fetchall())
    return [
        {"name": "first statement, process started", "value": first * 1000, "unit": "ms"},
        {
            "name": "group 1M rows, warm",
            "value": warm * 1000,
            "unit": "ms",
            "peer": f"DuckDB by hand: {peer * 1000:.1f} ms",
        },
        {"name": "group 1M rows, warm ÷ DuckDB by hand", "value": warm / peer, "unit": "×"},
        {"name": "the same from the cache", "value": kept * 1000, "unit": "ms"},
    ]


def _fill(commits: IcebergCommits) -> None:
    commits.ensure(TABLE)
    rows = pa.table(
        {
            "id": [f"r{i}" for i in range(ROWS)],
            "carrier": [f"C{i % 16}" for i in range(ROWS)],
            "delay": [float(i % 997) for i in range(ROWS)],
        }
    )
    location = Path(commits.tables.get("processed", "flights").location)
    schema = commits.arrow_schema("processed", "flights")
    paths = write_parquet(rows, schema, location, day_of=None)
    commits.commit("processed", "flights", Change(add=paths, summary={}))


def _best(work: Callable[[], object], *, rounds: int = 7) -> float:
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best
