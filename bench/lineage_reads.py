"""How long lineage answers take on a graph of 100 layers, beside a recursive CTE by hand."""

from __future__ import annotations

import json
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from headwater.api.marquez.column_graph import column_nodes
from headwater.api.marquez.graph_nodes import graph_document, graph_nodes
from headwater.api.marquez.jobs import jobs_json
from headwater.api.marquez.route import answer
from headwater.lineage.contract import Arrival
from headwater.lineage.log import SqlLineage
from headwater.lineage.reading.view import LineageReads
from headwater.model.lineage import Field, Name
from headwater.model.principal import LOCAL
from headwater.query.lineage.columns import ColumnWalk
from headwater.query.lineage.graph import Budget, Vertex
from headwater.query.lineage.tables import TableWalk

LAYERS: Final = 100
WIDTH: Final = 100
COLUMNS: Final = 6
ROUNDS: Final = 30
NOW: Final = datetime(2026, 11, 21, tzinfo=UTC)
BUDGET: Final = Budget(nodes=10_000, band=10_000)

_BY_HAND: Final = """
WITH RECURSIVE up(dataset, depth) AS (
  VALUES (:start, 0)
  UNION
  SELECT i.dataset, up.depth + 1 FROM up
  JOIN edge o ON o.dataset = up.dataset AND o.direction = 1
  JOIN edge i ON i.job = o.job AND i.direction = 0
  WHERE up.depth < :depth
) SELECT DISTINCT dataset FROM up
"""


def run() -> list[dict[str, Any]]:
    """Load the graph once and ask every question of random datasets."""
    with tempfile.TemporaryDirectory() as folder:
        log = SqlLineage.open(Path(folder) / "lineage.db")
        edges = list(_edges())
        _load(log, edges)
        hand = _plain(edges)
        try:
            return list(_results(LineageReads(log.engine), hand))
        finally:
            hand.close()
            log.close()


def _results(reads: LineageReads, hand: sqlite3.Connection) -> Iterator[dict[str, Any]]:
    for depth in (5, 20):
        ours = _p95(lambda layer, d=depth: _directed(reads, layer, d))
        theirs = _p95(lambda layer, d=depth: _recursive(hand, layer, d))
        yield _result(f"directed, depth {depth}", ours, peer=f"recursive CTE {theirs:.1f} ms")
    for depth, floor, aim in ((0, 15, 3), (5, 30, 8), (20, None, None)):
        ours = _p95(lambda layer, d=depth: _marquez(reads, layer, d))
        yield _result(f"Marquez's graph, depth {depth}", ours, floor=floor, aim=aim)
    columns = _p95(lambda layer: _columns(reads, layer, 5))
    yield _result("column lineage, depth 5", columns, floor=60, aim=15)
    yield _result("jobs of a namespace, 100", _p95(lambda _: _jobs(reads)), floor=60, aim=20)


def _result(
    name: str, value: float, *, floor: float | None = None, aim: float | None = None, peer: str = ""
) -> dict[str, Any]:
    found: dict[str, Any] = {"name": f"{name}, p95", "value": round(value, 1), "unit": "ms"}
    if floor is not None and aim is not None:
        found |= {"floor": floor, "aim": aim}
    return found | ({"peer": peer} if peer else {})


def _edges() -> Iterator[tuple[int, list[int], int]]:
    """Yield (job, inputs, output): two neighbours of a layer make one dataset of the next."""
    for job in range((LAYERS - 1) * WIDTH):
        layer, place = divmod(job, WIDTH)
        inputs = [layer * WIDTH + place, layer * WIDTH + (place + 1) % WIDTH]
        yield job, inputs, (layer + 1) * WIDTH + place


def _load(log: SqlLineage, edges: list[tuple[int, list[int], int]]) -> None:
    for start in range(0, len(edges), 500):
        portion = edges[start : start + 500]
        arrivals = [Arrival(body=_event(*e), principal=LOCAL, received_at=NOW) for e in portion]
        log.apply(arrivals)


def _event(job: int, inputs: list[int], output: int) -> bytes:
    schema = {"fields": [{"name": f"c{n}", "type": "BIGINT"} for n in range(COLUMNS)]}
    made = {
        f"c{n}": {"inputFields": [{**_dataset(i), "field": f"c{n}"} for i in inputs]}
        for n in range(COLUMNS)
    }
    facets = {"schema": schema, "columnLineage": {"fields": made}}
    event = {
        "eventType": "COMPLETE",
        "eventTime": f"2026-03-01T{job // 3600 % 24:02d}:{job // 60 % 60:02d}:{job % 60:02d}Z",
        "producer": "urn:bench",
        "run": {"runId": f"00000000-0000-4000-8000-{job:012d}"},
        "job": {"namespace": "bench", "name": f"job_{job}"},
        "inputs": [{**_dataset(i), "facets": {"schema": schema}} for i in inputs],
        "outputs": [{**_dataset(output), "facets": facets}],
    }
    return json.dumps(event).encode()


def _dataset(number: int) -> dict[str, str]:
    return {"namespace": "s3://lake", "name": f"table_{number}"}


def _plain(edges: list[tuple[int, list[int], int]]) -> sqlite3.Connection:
    """Make what somebody would keep by hand: one table of edges."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE edge (job, direction, dataset)")
    rows = [(job, 0, i) for job, inputs, _ in edges for i in inputs]
    rows += [(job, 1, output) for job, _, output in edges]
    connection.executemany("INSERT INTO edge VALUES (?, ?, ?)", rows)
    connection.execute("CREATE INDEX by_dataset ON edge (dataset, direction, job)")
    connection.execute("CREATE INDEX by_job ON edge (job, direction, dataset)")
    return connection


def _p95(ask: Callable[[int], object]) -> float:
    choose = random.Random(11)
    times = []
    for _ in range(ROUNDS):
        dataset = choose.randrange(LAYERS // 2 * WIDTH, LAYERS * WIDTH)
        started = time.perf_counter()
        ask(dataset)
        times.append((time.perf_counter() - started) * 1000)
    return statistics.quantiles(times, n=20)[-1]


def _recursive(hand: sqlite3.Connection, dataset: int, depth: int) -> object:
    return hand.execute(_BY_HAND, {"start": dataset, "depth": depth}).fetchall()


def _vertex(dataset: int) -> Vertex:
    return Vertex(Name("s3://lake", f"table_{dataset}"), "", "dataset")


def _directed(reads: LineageReads, dataset: int, depth: int) -> object:
    vertex = _vertex(dataset)
    with reads.view() as view:
        key = view.names.find("dataset", vertex.name)
        assert key is not None
        return TableWalk(view, BUDGET).directed(vertex, key, sides=("up",), depth=depth)


def _marquez(reads: LineageReads, dataset: int, depth: int) -> object:
    vertex = _vertex(dataset)
    with reads.view() as view:
        key = view.names.find("dataset", vertex.name)
        assert key is not None
        graph = TableWalk(view, BUDGET).around(vertex, key, depth=depth)
        return graph_document(graph_nodes(view, graph), graph.reason)


def _columns(reads: LineageReads, dataset: int, depth: int) -> object:
    with reads.view() as view:
        key = view.names.find("dataset", _vertex(dataset).name)
        assert key is not None
        start = [Field(key, f"c{n}") for n in range(COLUMNS)]
        graph = ColumnWalk(view, BUDGET).directed(start, sides=("up",), depth=depth)
        return answer({"graph": column_nodes(view, graph)})


def _jobs(reads: LineageReads) -> object:
    with reads.view() as view:
        namespace = view.names.namespace("bench")
        keys = view.jobs.page(namespace=namespace, last_states=(), limit=100, offset=0)
        return answer({"jobs": jobs_json(view, keys)})
