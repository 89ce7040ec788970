"""What the SDK costs: its import over bare Python, an event, the lineage of a statement."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from headwater.sdk import (
    Job,
    OutputDataset,
    Run,
    RunEvent,
    SchemaField,
    facets,
    lineage_of,
    new_run_id,
    to_json,
)

ROUNDS: Final = 15
SCHEMA: Final = {
    "orders": {"id": "INT", "customer": "INT", "product": "TEXT", "price": "INT", "at": "DATE"},
    "customers": {"id": "INT", "name": "TEXT", "region": "TEXT"},
}
STATEMENT: Final = """
WITH paid AS (SELECT customer, product, sum(price) AS total, max(at) AS latest
              FROM orders WHERE price > 0 GROUP BY customer, product),
     ranked AS (SELECT *, row_number() OVER (PARTITION BY customer ORDER BY total DESC) AS place
                FROM paid)
SELECT c.region, c.name, r.product, r.total, r.latest,
       CASE WHEN r.total > 100 THEN 'large' ELSE 'small' END AS size
FROM ranked r JOIN customers c ON c.id = r.customer WHERE r.place = 1
"""


def run() -> list[dict[str, Any]]:
    """Measure each beside what a user would do by hand, in the same run."""
    return [*_import(), _event(), *_walker()]


def _import() -> list[dict[str, Any]]:
    bare = min(_process("pass") for _ in range(ROUNDS))
    with_sdk = min(_process("import headwater.sdk") for _ in range(ROUNDS))
    return [
        {
            "name": "import headwater.sdk over bare Python",
            "value": with_sdk - bare,
            "unit": "s",
            "floor": 0.15,
            "aim": 0.08,
            "peer": f"bare Python: {bare:.3f} s",
        }
    ]


def _process(code: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - started


def _event() -> dict[str, Any]:
    fields = [SchemaField(name=f"column_{number}", type="string") for number in range(50)]

    def make() -> None:
        output = OutputDataset(namespace="n", name="out", facets=(facets.schema(fields),))
        run = Run(id=new_run_id())
        job = Job(namespace="n", name="job")
        now = datetime.now(UTC)
        to_json(RunEvent(time=now, type="COMPLETE", run=run, job=job, outputs=(output,)))

    seconds = _best(make, times=200)
    return {"name": "an event with 50 columns, to bytes", "value": seconds * 1e6, "unit": "µs"}


def _walker() -> list[dict[str, Any]]:
    import sqlglot
    from sqlglot.lineage import lineage
    from sqlglot.optimizer.qualify import qualify

    def by_hand() -> None:
        tree = sqlglot.parse_one(STATEMENT, dialect="duckdb")
        qualified: Any = qualify(tree, schema=SCHEMA, dialect="duckdb")
        for name in qualified.named_selects:
            lineage(name, qualified, schema=SCHEMA, dialect="duckdb")

    ours = _best(lambda: lineage_of(STATEMENT, schema=SCHEMA), times=20)
    parsing = _best(lambda: sqlglot.parse_one(STATEMENT, dialect="duckdb"), times=20)
    theirs = _best(by_hand, times=5)
    return [
        {
            "name": "column lineage of a statement, direct and indirect",
            "value": ours * 1000,
            "unit": "ms",
            "peer": f"parsing alone {parsing * 1000:.2f} ms",
        },
        {
            "name": "the same, times faster than sqlglot.lineage by hand, which is direct only",
            "value": theirs / ours,
            "unit": "x",
            "peer": f"{theirs * 1000:.1f} ms",
        },
    ]


def _best(work: Callable[[], object], *, times: int) -> float:
    best = float("inf")
    for _ in range(5):
        started = time.perf_counter()
        for _ in range(times):
            work()
        best = min(best, (time.perf_counter() - started) / times)
    return best
