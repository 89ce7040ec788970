"""The same load on another server that speaks Marquez's API: `make bench PEER_URL=http://...`.

Both take the same new events and are then asked the same questions, one after the other, by the
same client. PEER_EVENTS says how many events (1,000 by default: Marquez takes about 40 a second).
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

from bench._lineage_events import events
from bench._lineage_load import Sent, send
from bench.startup import free_port, up, wait_for_health

PEER: Final = os.environ.get("PEER_URL", "").rstrip("/")
EVENTS: Final = int(os.environ.get("PEER_EVENTS", "1000"))
JOBS: Final = 200
ROUNDS: Final = 20
QUESTION_SECONDS: Final = 10.0
_WRITES: Final = ((1, 0.2), (16, 0.8))
"""Connections, and the share of the events that they send."""

_NODE: Final = quote("dataset:s3://lake:processed/table_{n}", safe="{}")
_DATASETS: Final = f"/api/v1/namespaces/{quote('s3://lake', safe='')}/datasets"
_JOBS: Final = "/api/v1/namespaces/spark/jobs"
_QUESTIONS: Final = {
    "lineage, depth 1": f"/api/v1/lineage?nodeId={_NODE}&depth=1",
    "lineage, depth 5": f"/api/v1/lineage?nodeId={_NODE}&depth=5",
    "lineage, depth 20": f"/api/v1/lineage?nodeId={_NODE}&depth=20",
    "column lineage, depth 5": f"/api/v1/column-lineage?nodeId={_NODE}&depth=5",
    "jobs of a namespace, 100": f"{_JOBS}?limit=100",
    "a job": _JOBS + "/job_{n}",
    "runs of a job, 100": _JOBS + "/job_{n}/runs?limit=100",
    "datasets of a namespace, 100": f"{_DATASETS}?limit=100",
    "a dataset": _DATASETS + "/" + quote("processed/table_{n}", safe="{}"),
    "versions of a dataset, 100": (
        _DATASETS + "/" + quote("processed/table_{n}", safe="{}") + "/versions?limit=100"
    ),
    "search, 100": "/api/v1/search?q=table_1&limit=100",
    "events, 100": "/api/v1/events/lineage?limit=100",
}


def run() -> list[dict[str, object]]:
    """Load this server and the one at PEER_URL, and compare."""
    if not PEER:
        print("PEER_URL is not set: nothing to compare with", file=sys.stderr)
        return []
    port = free_port()
    with tempfile.TemporaryDirectory() as folder, up(Path(folder) / "data", port):
        wait_for_health(port)
        ours = f"http://127.0.0.1:{port}"
        return [*_writes(ours), *_reads(ours)]


def _writes(ours: str) -> Iterator[dict[str, object]]:
    pool = list(events(EVENTS // 2, jobs=JOBS))
    start = 0
    for connections, share in _WRITES:
        part = pool[start : start + int(len(pool) * share)]
        start += len(part)
        mine, theirs = (_sent(url, part, connections) for url in (ours, PEER))
        yield {
            "name": f"durable events, {connections} connections",
            "value": round(mine.per_second),
            "unit": "events/s",
            "peer": (
                f"peer {theirs.per_second:,.0f}/s, ratio {mine.per_second / theirs.per_second:.1f},"
                f" p99 {mine.percentile(0.99):.1f} and {theirs.percentile(0.99):.1f} ms"
            ),
        }


def _sent(url: str, bodies: list[bytes], connections: int) -> Sent:
    sent = send(url, "/api/v1/lineage", iter(bodies), connections=connections, seconds=600)
    if sent.failures or len(sent.latencies) < len(bodies):
        raise RuntimeError(
            f"{url} answered {len(sent.latencies)} of {len(bodies)} events, {sent.failures} badly"
        )
    return sent


def _reads(ours: str) -> Iterator[dict[str, object]]:
    for name, question in _QUESTIONS.items():
        mine, theirs = (_asked(url, question) for url in (ours, PEER))
        ratio = statistics.median(theirs) / statistics.median(mine)
        yield {
            "name": name,
            "value": round(statistics.median(mine), 2),
            "unit": "ms",
            "peer": (
                f"peer {statistics.median(theirs):,.1f} ms, ratio {ratio:.1f},"
                f" p95 {_p95(mine):.1f} and {_p95(theirs):.1f} ms"
            ),
        }


def _asked(url: str, question: str) -> list[float]:
    """Ask about one thing after the other; return milliseconds."""
    at = urlsplit(url)
    connection = HTTPConnection(at.hostname or "", at.port, timeout=300)
    try:
        _get(connection, question.format(n=0))
        return list(_timed(lambda n: _get(connection, question.format(n=n * 7 % JOBS))))
    finally:
        connection.close()


def _timed(ask: Callable[[int], None]) -> Iterator[float]:
    until = time.perf_counter() + QUESTION_SECONDS
    for number in range(ROUNDS):
        started = time.perf_counter()
        ask(number)
        yield (time.perf_counter() - started) * 1000
        if time.perf_counter() > until:
            return


def _get(connection: HTTPConnection, path: str) -> None:
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path} was answered {answer.status}: {body[:200]!r}")


def _p95(milliseconds: list[float]) -> float:
    return sorted(milliseconds)[int(len(milliseconds) * 0.95)]
