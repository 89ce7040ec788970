"""Spans a second through HTTP until they are committed, their size, and how fast they are found.

`HEADWATER_BENCH_SPANS=1000000` asks the questions at full size, which takes minutes to write.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Final, get_args
from uuid import UUID

from bench._lineage_load import LineageServer, Sent, lineage_server, send
from bench._telemetry_spans import DAYS, END, SPANS_OF_TRACE, bodies, requests
from headwater.clock import SystemClock
from headwater.lineage.contract import Arrival
from headwater.lineage.log import SqlLineage
from headwater.lineage.reading.view import LineageReads
from headwater.model.intervals import Intervals
from headwater.model.principal import LOCAL
from headwater.model.telemetry import TraceQuery
from headwater.query.panels import Panel, Panels
from headwater.telemetry.contract import Batch
from headwater.telemetry.duckdb.measures import DuckMeasures
from headwater.telemetry.duckdb.runs import DuckPipelineRuns
from headwater.telemetry.duckdb.store import DuckTelemetry
from headwater.telemetry.duckdb.traces import DuckTraces
from headwater.wire.otlp.spans import span_table
from headwater.worker.pipeline_runs import PipelineRunsFollower

SPANS: Final = int(os.environ.get("HEADWATER_BENCH_SPANS", "200000"))
"""So many spans are there when questions are asked."""

SECONDS: Final = 4.0
SUSTAINED_SECONDS: Final = 12.0
ROUNDS: Final = 40
PATH: Final = "/v1/traces"
_BIG: Final = 500
_SMALL: Final = 50
_SENT: Final = 120_000
_MOST_RUNS: Final = 20_000
_FILE: Final = "telemetry.duckdb"
_SERVER: Final = "bench._telemetry_server"

Result = dict[str, object]


def run() -> list[Result]:
    """Measure the way in through HTTP, then the questions in this process."""
    return [*_way_in(), *_answers()]


def _way_in() -> Iterator[Result]:
    pool = bodies(_SENT, _BIG)
    with (
        tempfile.TemporaryDirectory() as folder,
        lineage_server(Path(folder), module=_SERVER) as server,
    ):
        _load(server, iter(pool[:20]), connections=4)
        sent, used = _load(server, iter(pool[20:]), connections=4)
        yield {
            "name": f"spans until committed, {_BIG} a request, 4 connections",
            "value": round(sent.per_second * _BIG),
            "unit": "spans/s",
            "floor": 15_000,
            "aim": 30_000,
            "peer": f"{used / len(sent.latencies) / _BIG * 1e6:.1f} us of CPU a span",
        }
        yield from _sustained(server, pool)
        small, used = _load(server, iter(bodies(100_000, _SMALL, seed=4)), connections=4)
        yield {
            "name": f"{_SMALL} spans until durable, 4 connections, p99",
            "value": round(small.percentile(0.99), 1),
            "unit": "ms",
            "floor": 150,
            "aim": 40,
            "peer": f"p50 {small.percentile(0.5):.1f} ms, {small.per_second * _SMALL:,.0f} spans/s",
        }


def _sustained(server: LineageServer, pool: Sequence[bytes]) -> Iterator[Result]:
    """Send for longer; memory is compared between the halves, as caches fill in the first."""
    half = SUSTAINED_SECONDS / 2
    _load(server, cycle(pool), connections=4, seconds=half)
    before = server.memory_bytes()
    sent, _ = _load(server, cycle(pool), connections=4, seconds=half)
    each = sum(map(len, pool)) / len(pool)
    grown = (server.memory_bytes() - before) / 1e6
    yield {
        "name": "OTLP in protobuf, sustained",
        "value": round(sent.per_second * each / 1e6, 1),
        "unit": "MB/s",
        "floor": 5,
        "aim": 10,
        "peer": f"memory {before / 1e6:.0f} MB, {grown:+.0f} MB in the second half",
    }


def _load(
    server: LineageServer,
    supply: Iterator[bytes],
    *,
    connections: int,
    seconds: float = SECONDS,
) -> tuple[Sent, float]:
    """Send, and return what was sent with the processor seconds that the server used."""
    before = server.processor_seconds()
    sent = send(
        server.url,
        PATH,
        supply,
        connections=connections,
        seconds=seconds,
        media_type="application/x-protobuf",
    )
    if sent.failures:
        raise RuntimeError(f"{sent.failures} of {len(sent.latencies)} requests failed")
    return sent, server.processor_seconds() - before


def _answers() -> Iterator[Result]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / _FILE
        with closing(DuckTelemetry.open(path)) as store:
            ids = _fill(store)
        yield {
            "name": "disk, a realistic span",
            "value": round(path.stat().st_size / SPANS),
            "unit": "bytes",
            "floor": 200,
            "aim": 100,
        }
        with closing(DuckTelemetry.open(path)) as store:
            yield from _questions(store, ids)
            yield from _panels(store, Path(folder))


def _fill(store: DuckTelemetry) -> list[str]:
    """Write as the door does, one transaction for a few requests, and return ids of traces."""
    ids: list[str] = []
    now = datetime.fromtimestamp(END / 1e9, UTC)
    waiting: list[Batch] = []
    for request, of_request in requests(SPANS, _BIG):
        rows, _ = span_table(request)
        waiting.append(Batch(tables={"otel_traces": rows}, hash=None, received_at=now))
        ids += [one.hex() for one in of_request]
        if len(waiting) == 4:
            store.write(waiting)
            waiting = []
    store.write(waiting)
    return ids


def _questions(store: DuckTelemetry, ids: list[str]) -> Iterator[Result]:
    traces, chance = DuckTraces(store), random.Random(7)
    end = datetime.fromtimestamp(END / 1e9, UTC)
    day = timedelta(days=1)

    def find(query: TraceQuery) -> object:
        return traces.find(replace(query, limit=20))

    asked: tuple[tuple[str, Callable[[], object], int, int], ...] = (
        ("a trace by its id", lambda: traces.spans([chance.choice(ids)]), 20, 8),
        (
            "search: a service within a day",
            lambda: find(
                TraceQuery(service="orders-pipeline", attributes={}, start=end - day, end=end)
            ),
            150,
            60,
        ),
        (
            "search: an operation, ever",
            lambda: find(TraceQuery(operation="load raw.table_7", attributes={})),
            150,
            60,
        ),
        (
            "search: slow ones of a service, ever",
            lambda: find(TraceQuery(service="web-pipeline", attributes={}, shortest=3_900_000_000)),
            150,
            60,
        ),
        (
            "search: an attribute, ever",
            lambda: find(
                TraceQuery(attributes={"headwater.records.read": str(chance.randrange(100_000))})
            ),
            150,
            60,
        ),
    )
    for name, ask, floor, aim in asked:
        ask()
        waited, used = _p95(ask)
        yield {
            "name": f"{name}, of {SPANS:,} spans, p95",
            "value": round(waited, 1),
            "unit": "ms",
            "floor": floor,
            "aim": aim,
            "peer": f"{used:.1f} ms of CPU",
        }


def _panels(store: DuckTelemetry, folder: Path) -> Iterator[Result]:
    """Ask the panels over all the spans, with a run in lineage for every twentieth of them."""
    end = END // 1_000_000_000 + 1
    window = Intervals(start=end - DAYS * 86_400, end=end, step=DAYS * 86_400 // 60)
    log = SqlLineage.open(folder / "lineage.db")
    try:
        runs = min(SPANS // SPANS_OF_TRACE, _MOST_RUNS)
        _fill_lineage(log, runs, window)
        reads, kept = LineageReads(log.engine), DuckPipelineRuns(store)
        began = time.process_time()
        PipelineRunsFollower(reads, kept, clock=SystemClock()).catch_up(within_seconds=600)
        yield {
            "name": f"runs kept beside telemetry, of {runs:,} in lineage",
            "value": round((time.process_time() - began) / runs * 1e6),
            "unit": "us of CPU a run",
        }
        panels = Panels(reads, measures=lambda: DuckMeasures(store), runs=lambda: kept)
        for name in get_args(Panel):
            answer = panels.show(name, window)
            if not answer.series and name != "resource-utilisation":
                raise RuntimeError(f"the panel {name} is empty")
            waited, used = _p95(partial(panels.show, name, window))
            yield {
                "name": f"panel {name}, of {SPANS:,} spans and {runs:,} runs, p95",
                "value": round(waited, 1),
                "unit": "ms",
                "floor": 200,
                "aim": 80,
                "peer": f"{used:.1f} ms of CPU",
            }
    finally:
        log.close()


def _fill_lineage(log: SqlLineage, runs: int, window: Intervals) -> None:
    now = datetime.fromtimestamp(window.end, UTC)
    waiting = []
    for number in range(runs):
        at = window.start + number * (window.end - window.start) // runs
        statistics = {"outputStatistics": {"rowCount": number % 97}}
        event: dict[str, object] = {
            "run": {"runId": str(UUID(int=number + 1))},
            "job": {"namespace": "prod", "name": f"job_{number % 40}"},
            "outputs": [{"namespace": "db", "name": "t", "outputFacets": statistics}],
        }
        last = "FAIL" if number % 50 == 0 else "COMPLETE"
        for kind, seconds in (("START", at - 30), (last, at)):
            when = {
                "eventType": kind,
                "eventTime": datetime.fromtimestamp(seconds, UTC).isoformat(),
            }
            body = json.dumps(event | when).encode()
            waiting.append(Arrival(body=body, principal=LOCAL, received_at=now))
        if len(waiting) == 500:
            log.apply(waiting)
            waiting = []
    if waiting:
        log.apply(waiting)


def _p95(ask: Callable[[], object]) -> tuple[float, float]:
    """Return milliseconds that an answer took, and how many of all processors' it used."""
    waited, used = [], []
    for _ in range(ROUNDS):
        started, before = time.perf_counter(), time.process_time()
        ask()
        waited.append((time.perf_counter() - started) * 1000)
        used.append((time.process_time() - before) * 1000)
    return statistics.quantiles(waited, n=20)[-1], statistics.quantiles(used, n=20)[-1]
