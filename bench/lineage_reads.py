"""How long lineage answers take, JSON included: the first time around a dataset, and again.

In CPU time of the thread that answers, which is all that it takes in an idle machine.
Beside the directed walk stands a recursive CTE over one table of edges in memory, by hand.
"""

from __future__ import annotations

import gc
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from bench._lineage_graphs import Edge, layer_event, layers, load, shared
from headwater.api.lineage_graph import graph_json
from headwater.api.marquez.column_graph import column_nodes
from headwater.api.marquez.graph_nodes import graph_document, graph_nodes
from headwater.api.marquez.route import json_bytes
from headwater.lineage.log import SqlLineage
from headwater.lineage.reading.view import LineageReads
from headwater.model.lineage import Field, Name
from headwater.query.lineage.columns import ColumnWalk
from headwater.query.lineage.graph import Budget, Vertex
from headwater.query.lineage.nodes import encoded_node_id, parse_node
from headwater.query.lineage.states import standings
from headwater.query.lineage.tables import TableWalk
from headwater.query.lineage.walk import LineageGraph, Towards

ROUNDS: Final = 30
COLUMNS: Final = 6
SPACE: Final = "s3://lake"
BUDGET: Final = Budget(nodes=5_000, edges=50_000, band=5_000)

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

Ask = Callable[[LineageReads, str], object]


def run() -> list[dict[str, Any]]:
    """Load three graphs and ask every question of random datasets."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)  # as the server does
    return [*_shared(), *_layers(), *_many()]


def _shared() -> Iterator[dict[str, Any]]:
    """1,000 jobs over 1,800 tables, 12,000 events."""
    names = [f"processed/table_{(n * 7 + 1) % 2_000}" for n in range(1_000)]
    with _store(shared(6_000)) as log:
        for depth, floor, aim in ((1, 15, 4), (5, 30, 10), (20, 300, 80)):
            yield from _twice(
                f"1,800 datasets, Marquez's graph, depth {depth}",
                LineageReads(log.engine),
                names,
                partial(_marquez, depth=depth),
                marks=(floor, aim),
            )


def _layers() -> Iterator[dict[str, Any]]:
    """10,000 datasets and 9,900 jobs in 100 layers."""
    edges = list(layers(100, 100))
    names = [f"table_{n}" for n in range(5_000, 10_000)]
    asks: tuple[tuple[str, Ask, tuple[float, float]], ...] = (
        ("Marquez's graph, depth 0", partial(_marquez, depth=0), (15, 3)),
        ("Marquez's graph, depth 5", partial(_marquez, depth=5), (30, 8)),
        ("Marquez's column lineage, depth 5", partial(_columns, depth=5), (60, 15)),
    )
    with _store(layer_event(edge, has_columns=True) for edge in edges) as log:
        for what, ask, marks in asks:
            reads = LineageReads(log.engine)
            yield from _twice(f"10,000 datasets, {what}", reads, names, ask, marks=marks)


def _many() -> Iterator[dict[str, Any]]:
    """100,000 datasets and 99,000 jobs."""
    edges = list(layers(100, 1_000, is_random=True))
    names = [f"table_{n}" for n in range(50_000, 100_000)]
    hand = _plain(edges)
    with _store(layer_event(edge, has_columns=False) for edge in edges) as log:
        theirs = _p95(lambda name: _recursive(hand, name, 5), names)
        yield from _twice(
            "100,000 datasets, up, depth 5",
            LineageReads(log.engine),
            names,
            partial(_own, towards="up", depth=5),
            marks=(20, 5),
            peer=f"recursive CTE {theirs:.1f} ms",
        )
        yield from _twice(
            "100,000 datasets, 2,000 nodes",
            LineageReads(log.engine),
            names,
            partial(_own, towards="both", depth=100),
            marks=(150, 60),
        )


@contextmanager
def _store(bodies: Iterable[bytes]) -> Iterator[SqlLineage]:
    """Yield a store in a temporary folder that holds these events."""
    with tempfile.TemporaryDirectory() as folder:
        log = SqlLineage.open(Path(folder) / "lineage.db")
        load(log, bodies)
        try:
            yield log
        finally:
            log.close()


def _twice(
    what: str,
    reads: LineageReads,
    names: list[str],
    ask: Ask,
    *,
    marks: tuple[float, float],
    peer: str = "",
) -> Iterator[dict[str, Any]]:
    """Ask about the same random datasets twice; what the first time read is remembered."""
    for time_ in ("first", "again"):
        value = _p95(lambda name: ask(reads, name), names)
        found = {"name": f"{what}, {time_}, p95", "value": round(value, 1), "unit": "ms"}
        yield {**found, "floor": marks[0], "aim": marks[1], "peer": peer}


def _p95(ask: Callable[[str], object], names: list[str]) -> float:
    choose = random.Random(11)
    times = []
    for _ in range(ROUNDS):
        name = choose.choice(names)
        started = time.thread_time()
        ask(name)
        times.append((time.thread_time() - started) * 1000)
    return statistics.quantiles(times, n=20)[-1]


def _marquez(reads: LineageReads, name: str, depth: int) -> object:
    vertex = Vertex(Name(SPACE, name), "", "dataset")
    with reads.view() as view:
        key = view.names.find("dataset", vertex.name)
        assert key is not None
        graph = TableWalk(view, BUDGET).around(vertex, key, depth=depth)
        return graph_document(graph_nodes(view, graph), graph.reason)


def _columns(reads: LineageReads, name: str, depth: int) -> object:
    with reads.view() as view:
        key = view.names.find("dataset", Name(SPACE, name))
        assert key is not None
        start = [Field(key, f"c{n}") for n in range(COLUMNS)]
        graph = ColumnWalk(view, BUDGET).directed(start, sides=("up",), depth=depth)
        return graph_document(map(json_bytes, column_nodes(view, graph)), graph.reason)


def _own(reads: LineageReads, name: str, towards: Towards, depth: int) -> object:
    node = parse_node(encoded_node_id("dataset", SPACE, name))
    budget = Budget(nodes=2_000, band=1_000)
    graph = LineageGraph(reads).walk(node, towards=towards, depth=depth, budget=budget)
    with reads.view() as view:
        return json_bytes(graph_json(graph, standings(view, graph)))


def _plain(edges: Iterable[Edge]) -> sqlite3.Connection:
    """Make what somebody would keep by hand: one table of edges."""
    held = list(edges)
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE edge (job, direction, dataset)")
    rows = [(job, 0, i) for job, inputs, _ in held for i in inputs]
    rows += [(job, 1, output) for job, _, output in held]
    connection.executemany("INSERT INTO edge VALUES (?, ?, ?)", rows)
    connection.execute("CREATE INDEX by_dataset ON edge (dataset, direction, job)")
    connection.execute("CREATE INDEX by_job ON edge (job, direction, dataset)")
    return connection


def _recursive(hand: sqlite3.Connection, name: str, depth: int) -> object:
    start = int(name.rpartition("_")[2])
    return hand.execute(_BY_HAND, {"start": start, "depth": depth}).fetchall()
