"""How long pages of jobs, datasets and runs take, and search, among many of them.

`HEADWATER_BENCH_RUNS=1000000` measures at full size, which takes minutes to write;
`HEADWATER_BENCH_LINEAGE=FILE` keeps the database there, or takes the one that is there.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from bench._lineage_many import fill, job_name, namespace_of
from headwater.api.application import create_application
from headwater.api.lineage import lineage_router
from headwater.api.marquez.router import marquez_router
from headwater.app.inside import inside_exchange
from headwater.app.server import spare_collector
from headwater.identity.access import OwnerAccess
from headwater.lineage.log import SqlLineage
from headwater.lineage.reading.view import LineageReads

RUNS_A_JOB: Final = 10
ROUNDS: Final = 40
MARKS: Final = {"floor": 50, "aim": 15}

Get = Callable[[str], Any]


def run() -> list[dict[str, Any]]:
    """Write the runs unless they are there, then ask for pages of all kinds."""
    runs = int(os.environ.get("HEADWATER_BENCH_RUNS", "50000"))
    kept = os.environ.get("HEADWATER_BENCH_LINEAGE")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(kept) if kept else Path(folder) / "lineage.db"
        is_there = path.exists()
        log = SqlLineage.open(path)
        try:
            results = [] if is_there else [_filled(log, runs)]
            return [*results, *_pages(log)]
        finally:
            log.close()


def _filled(log: SqlLineage, runs: int) -> dict[str, Any]:
    started = time.perf_counter()
    fill(log, jobs=max(1, runs // RUNS_A_JOB), runs=runs)
    rate = runs / (time.perf_counter() - started)
    return {"name": f"{runs:,} runs written in batches", "value": round(rate), "unit": "events/s"}


def _pages(log: SqlLineage) -> Iterator[dict[str, Any]]:
    get = _getter(log)
    jobs = get("/api/v1/jobs?limit=0")["totalCount"]
    runs = get("/api/v1/events/lineage?limit=0")["totalCount"]
    size = f"{jobs:,} jobs, {runs:,} runs"
    choose = random.Random(5)
    spark = {"floor": 60, "aim": 20}
    lake = quote("s3://lake", safe="")

    def space(number: int) -> str:
        return f"/api/v1/namespaces/{namespace_of(number)}/jobs"

    def some(_: int) -> int:
        return choose.randrange(jobs)

    asked: tuple[tuple[str, Callable[[int], str], dict[str, Any]], ...] = (
        ("jobs of a namespace, 100", lambda n: f"{space(n)}?limit=100", spark),
        ("jobs, the last page of 100", lambda _: f"/api/v1/jobs?offset={jobs - 100}", MARKS),
        (
            "jobs that failed last, 25",
            lambda _: "/api/v1/jobs?limit=25&lastRunStates=FAILED",
            MARKS,
        ),
        ("datasets of a namespace, 100", lambda _: f"/api/v1/namespaces/{lake}/datasets", MARKS),
        ("runs of a job, 100", lambda n: _runs_of(some(n)), MARKS),
        ("runs, the first 100", lambda _: "/api/v2/runs?limit=100", MARKS),
        ("runs shown as failed, 100", lambda _: "/api/v2/runs?limit=100&state=FAILED", MARKS),
        ("runs in flight, none", lambda _: "/api/v2/runs?limit=100&state=RUNNING", MARKS),
        ("search, few hits", lambda n: f"/api/v1/search?q=rth_{some(n) // 8}&limit=100", MARKS),
        ("search, many hits", lambda _: "/api/v1/search?q=tide&limit=100", MARKS),
        ("figures of the last day", lambda _: "/api/v1/stats/jobs?period=DAY", MARKS),
    )
    for name, target, marks in asked:
        yield _timed(f"{name} of {size}", _asking(get, target), marks)
    cursors = _cursors(get)
    yield _timed(
        f"runs by cursor, 100 anywhere of {size}",
        lambda _: get(f"/api/v2/runs?limit=100&after={choose.choice(cursors)}"),
        MARKS,
    )


def _asking(get: Get, target: Callable[[int], str]) -> Callable[[int], object]:
    return lambda number: get(target(number))


def _runs_of(job: int) -> str:
    name = quote(job_name(job), safe="")
    return f"/api/v2/runs?limit=100&namespace={namespace_of(job)}&job={name}"


def _cursors(get: Get) -> list[str]:
    """Return the cursors of pages from the first to the last."""
    found: list[str] = []
    after: str | None = ""
    while after is not None and len(found) < 20:
        page = get(f"/api/v2/runs?limit=2500{after and f'&after={after}'}")
        after = page["next"]
        if after is not None:
            found.append(after)
    return found


def _getter(log: SqlLineage) -> Get:
    reads = LineageReads(log.engine)
    routers = [marquez_router(reads), lineage_router(reads)]
    ask = inside_exchange(create_application(access=OwnerAccess(), routers=routers, hot=[]))
    spare_collector()

    def get(target: str) -> Any:
        reply = ask("GET", target, b"", {})
        assert reply.status == 200, (target, reply.body)
        return json.loads(reply.body) if "limit=0" in target or "2500" in target else reply

    return get


def _timed(name: str, ask: Callable[[int], object], marks: dict[str, Any]) -> dict[str, Any]:
    """Measure the wall clock, and beside it the processor's time, which others cannot disturb."""
    walls, works = [], []
    for number in range(ROUNDS):
        wall, work = time.perf_counter(), time.process_time()
        ask(number)
        walls.append((time.perf_counter() - wall) * 1000)
        works.append((time.process_time() - work) * 1000)
    value, worked = (statistics.quantiles(times, n=20)[-1] for times in (walls, works))
    return {
        "name": f"{name}, p95",
        "value": round(value, 1),
        "unit": "ms",
        "peer": f"processor {worked:.1f} ms",
        **marks,
    }
