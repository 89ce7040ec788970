"""Durable ingest over HTTP, against an fsync per request and against only reading the body."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Final

from bench.load import load

SECONDS: Final = 3.0
BATCH: Final = 100
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
    """Measure single records, and batches of 100, at 64 connections."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        one, many = _bodies(folder)
        with _server(folder / "data") as port:
            load(port, "/ingest", one, seconds=1.0)  # warms up
            read = load(port, "/read", one, seconds=SECONDS)
            group = load(port, "/ingest", one, seconds=SECONDS)
            each = load(port, "/each", one, seconds=SECONDS)
            batches = load(port, "/ingest", many, connections=8, seconds=SECONDS)
    return [
        {
            "name": "durable single-record ingest over an fsync per request",
            "value": round(group["per_second"] / each["per_second"], 2),
            "unit": "x",
            "floor": 4,
            "aim": 6,
            "peer": f"{each['per_second']:.0f}/s, p99 {each['p99_ms']:.1f} ms",
        },
        {
            "name": "only reading the body over durable single-record ingest",
            "value": round(read["per_second"] / group["per_second"], 2),
            "unit": "x",
            "floor": 1.7,
            "aim": 1.3,
            "peer": f"{read['per_second']:.0f}/s, p99 {read['p99_ms']:.1f} ms",
        },
        {
            "name": "durable single-record ingest",
            "value": round(group["per_second"]),
            "unit": "records/s",
            "peer": f"p50 {group['p50_ms']:.1f} ms, p99 {group['p99_ms']:.1f} ms",
        },
        {
            "name": f"durable ingest in batches of {BATCH}",
            "value": round(batches["per_second"] * BATCH),
            "unit": "records/s",
            "floor": 80_000,
            "aim": 150_000,
            "peer": f"p99 {batches['p99_ms']:.1f} ms",
        },
    ]


def latency_under(
    port: int, work: Callable[[], AbstractContextManager[Any]] = nullcontext
) -> float:
    """Return the p99 in milliseconds of steady single-record ingest while `work` runs."""
    with tempfile.TemporaryDirectory() as name:
        one, _ = _bodies(Path(name))
        with work():
            measured = load(port, "/ingest", one, connections=8, seconds=SECONDS)
    return float(measured["p99_ms"])


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
