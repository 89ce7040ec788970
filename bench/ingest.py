"""Durable ingest over HTTP, against an fsync per request and against only reading the body."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from bench._ingest_job import make_job_input, run_job
from bench.load import GENERATOR, load

SECONDS: Final = 3.0
ROUNDS: Final = 3
ROUND_SECONDS: Final = 2.0
PATHS: Final = ("/read", "/ingest", "/each")
BATCH: Final = 100
JOB_RECORDS: Final = 500_000
JOB_STARTS_SECONDS: Final = 1.5
"""So long the runner takes before it is at its records."""
Round = dict[str, dict[str, Any]]
"""What was measured of each path, one after the other."""
DATA: Final = {
    "year": 2013,
    "month": 1,
    "day": 1,
    "dep_time": 517,
    "sched_dep_time": 515,
    "dep_delay": 2.0,
    "arr_delay": 11.0,
    "carrier": "UA",
    "flight": 1545,
    "tailnum": "N14228",
    "origin": "EWR",
    "dest": "IAH",
    "air_time": 227.0,
    "distance": 1400,
    "time_hour": "2013-01-01T10:00:00Z",
}


def run() -> list[dict[str, Any]]:
    """Measure single records at 64 connections, and batches of 100."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        one, many = _bodies(folder)
        with _server(folder / "data") as port:
            load(port, "/ingest", one, seconds=1.0)  # warms up
            rounds = [_round(port, one) for _ in range(ROUNDS)]
            batches = load(port, "/ingest", many, connections=8, seconds=SECONDS)
            make_job_input(folder / "data", JOB_RECORDS)
            latency = _latency_under_a_job(folder / "data", port, one)
    group = _middle(rounds, lambda each: each["/ingest"]["per_second"])
    over_each = _middle(rounds, lambda each: _ratio(each, "/ingest", "/each"))
    under_read = _middle(rounds, lambda each: _ratio(each, "/read", "/ingest"))
    return [
        {
            "name": "durable single-record ingest over an fsync per request",
            "value": round(_ratio(over_each, "/ingest", "/each"), 2),
            "unit": "x",
            "floor": 4,
            "aim": 6,
            "peer": _told(over_each["/each"]),
        },
        {
            "name": "only reading the body over durable single-record ingest",
            "value": round(_ratio(under_read, "/read", "/ingest"), 2),
            "unit": "x",
            "floor": 1.7,
            "aim": 1.3,
            "peer": _told(under_read["/read"]),
        },
        {
            "name": "durable single-record ingest",
            "value": round(group["/ingest"]["per_second"]),
            "unit": "records/s",
            "peer": f"p50 {group['/ingest']['p50_ms']:.1f} ms, {_told(group['/ingest'])}",
        },
        {
            "name": f"durable ingest in batches of {BATCH}",
            "value": round(batches["per_second"] * BATCH),
            "unit": "records/s",
            "floor": 80_000,
            "aim": 150_000,
            "peer": f"p99 {batches['p99_ms']:.1f} ms, load by {GENERATOR}",
        },
        latency,
    ]


def _round(port: int, one: Path) -> Round:
    return {path: load(port, path, one, seconds=ROUND_SECONDS) for path in PATHS}


def _ratio(each: Round, path: str, other: str) -> float:
    return float(each[path]["per_second"] / each[other]["per_second"])


def _middle(rounds: list[Round], by: Callable[[Round], float]) -> Round:
    """Return the round whose figure is the median: a machine that others share has bad seconds."""
    return sorted(rounds, key=by)[len(rounds) // 2]


def _told(measured: dict[str, Any]) -> str:
    return f"{measured['per_second']:.0f}/s, p99 {measured['p99_ms']:.1f} ms"


def _latency_under_a_job(folder: Path, port: int, body: Path) -> dict[str, Any]:
    """Compare the p99 of steady single records while a job runs with that of an idle machine."""
    idle = load(port, "/ingest", body, connections=8, seconds=SECONDS)
    with ThreadPoolExecutor(1) as thread:
        job = thread.submit(run_job, folder)
        time.sleep(JOB_STARTS_SECONDS)
        busy = load(port, "/ingest", body, connections=8, seconds=SECONDS)
        has_lasted = not job.done()
        job.result()
    during = "all" if has_lasted else "a part"
    return {
        "name": "ingest p99 while raw_to_processed runs over idle",
        "value": round(busy["p99_ms"] / idle["p99_ms"], 2),
        "unit": "x",
        "floor": 3,
        "aim": 1.5,
        "peer": f"idle {idle['p99_ms']:.1f} ms, {idle['per_second']:.0f}/s; with the job during"
        f" {during} of it {busy['p99_ms']:.1f} ms, {busy['per_second']:.0f}/s",
    }


def _bodies(folder: Path) -> tuple[Path, Path]:
    record = {"source": "flights", "data": DATA}
    one, many = folder / "one.json", folder / "many.json"
    one.write_text(json.dumps(record, separators=(",", ":")))
    many.write_text(json.dumps([record] * BATCH, separators=(",", ":")))
    return one, many


@contextmanager
def _server(data: Path) -> Iterator[int]:
    command = [sys.executable, "-m", "bench.ingest_server", str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield int(server.stdout.readline())
        finally:
            server.terminate()


if __name__ == "__main__":
    for result in run():
        print(result)
