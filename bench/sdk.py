"""What the SDK costs: its import over bare Python, an event, the lineage of a statement."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from bench._sdk_server import LineageServer, lineage_server, outbox
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
RUNS: Final = 10_000
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
    return [*_import(), *_overhead(), *_delivery(), _event(), *_walker()]


def _import() -> list[dict[str, Any]]:
    bare = min(_process("pass") for _ in range(ROUNDS))
    with_sdk = min(_process("import headwater.sdk") for _ in range(ROUNDS))
    with_job = min(_process("from headwater.sdk import openlineage_job") for _ in range(ROUNDS))
    theirs = min(_process("import openlineage.client") for _ in range(3))
    return [
        {
            "name": "import headwater.sdk over bare Python",
            "value": with_sdk - bare,
            "unit": "s",
            "floor": 0.15,
            "aim": 0.08,
            "peer": f"bare Python: {bare:.3f} s",
        },
        {
            "name": "from headwater.sdk import openlineage_job",
            "value": with_job - bare,
            "unit": "s",
            "peer": f"openlineage.client: {theirs - bare:.3f} s",
        },
    ]


def _overhead() -> list[dict[str, Any]]:
    """Measure what a decorated call costs its caller, beside the same told by hand."""
    away = "http://127.0.0.1:9"
    queued = _pipeline("overhead", "ours", away, "1000")
    with lineage_server() as url:
        served = _pipeline("overhead", "ours", url, "1000")
        waits = _pipeline("overhead", "theirs", url, "100")
        asynchronous = _pipeline("overhead", "theirs", f"async {url}", "200")
    beside = f"openlineage-python: {waits['wall']:,.0f} µs, async {asynchronous['wall']:,.0f} µs"
    return [
        {
            "name": "decorator overhead a run, events queued",
            "value": queued["wall"],
            "unit": "µs",
            "floor": 150,
            "aim": 60,
            "peer": beside,
        },
        {
            "name": "the same in processor time, sender included",
            "value": queued["processor"],
            "unit": "µs",
            "peer": f"openlineage-python: {waits['processor']:,.0f} µs",
        },
        {
            "name": "decorator overhead a run, while a server takes them",
            "value": served["wall"],
            "unit": "µs",
            "peer": beside,
        },
    ]


def _delivery() -> list[dict[str, Any]]:
    """Measure runs a second until the last is acknowledged, and kill the server in the middle."""
    with lineage_server() as url:
        calm = _pipeline("emit", url, str(RUNS))
    kept = _emit_while_killed()
    return [
        {
            "name": "runs/s through batches to a local server",
            "value": RUNS / calm["seconds"],
            "unit": "runs/s",
            "floor": 1000,
            "aim": 3000,
            "peer": f"calls alone: {RUNS / calm['called']:,.0f} runs/s",
        },
        {
            "name": "runs lost when it is killed and restarted meanwhile",
            "value": RUNS - kept,
            "unit": "runs",
            "peer": f"{kept} of {RUNS} arrived",
        },
    ]


def _emit_while_killed() -> int:
    with tempfile.TemporaryDirectory() as folder, outbox() as environment:
        server = LineageServer(Path(folder))
        server.start()
        command = [sys.executable, "-m", "bench._sdk_pipeline", "emit", server.url, str(RUNS)]
        with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as emitting:
            while server.count() < RUNS // 20:
                time.sleep(0.05)
            server.stop(signal.SIGKILL)
            time.sleep(0.5)
            server.start()
            emitting.wait(180)
        found = server.count()
        server.stop(signal.SIGTERM)
        return found


def _pipeline(*arguments: str) -> dict[str, float]:
    with outbox() as environment:
        done = subprocess.run(
            [sys.executable, "-m", "bench._sdk_pipeline", *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=True,
            timeout=240,
        )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


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
