"""What a server remembers between requests is what a server that remembers nothing answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from headwater.api.marquez.full_names import full_names
from headwater.api.marquez.graph_nodes import graph_document, graph_nodes
from headwater.lineage.commands import Command
from headwater.lineage.contract import Applied, Arrival
from headwater.lineage.reading.memory import Memory
from headwater.lineage.reading.view import LineageReads, LineageView
from headwater.model.principal import LOCAL
from headwater.query.lineage.graph import Budget, Vertex
from headwater.query.lineage.tables import TableWalk
from tests.api.marquez.conftest import NOW

PRODUCERS = Path(__file__).parents[2] / "payloads" / "producers"
BUDGET = Budget(nodes=5_000, edges=50_000, band=5_000)


def captured(file: str) -> Iterator[bytes]:
    for line in (PRODUCERS / file).read_bytes().splitlines():
        sent = json.loads(line)
        if sent["method"] == "POST" and sent["path"].endswith("/lineage"):
            body = sent["body"].encode("utf-8", "surrogatepass")
            if body[:1] == b"{":
                yield body


def answers(view: LineageView) -> list[Any]:
    """Return the whole graph around every dataset, twice over, and its columns."""
    found: list[Any] = []
    keys = view.listing.page("dataset", namespace=None, limit=10_000, offset=0)
    for key, name in sorted(view.names.of("dataset", keys).items(), key=lambda one: one[1]):
        graph = TableWalk(view, BUDGET).around(Vertex(name, "", "dataset"), key, depth=2)
        found.append(graph_document(graph_nodes(view, graph), graph.reason))
        jobs = [graph.keys[vertex] for vertex in graph.distances if vertex.kind == "job"]
        found.append(sorted((one.namespace, one.name) for one in full_names(view, jobs).values()))
        fields = view.columns.described(key)
        found.append((name, fields))
    return found


def assert_same(reads: LineageReads, log: Any) -> None:
    with reads.view() as remembering:
        before = answers(remembering)
    with LineageReads(log.engine).view() as fresh:
        assert before == answers(fresh)


@pytest.mark.parametrize("file", ["airflow.ndjson", "spark35.ndjson", "dbt.ndjson"])
def test_every_event_changes_what_is_remembered(server: Any, file: str) -> None:
    bodies = list(captured(file))[:24]
    reads = LineageReads(server.log.engine)
    for start in range(0, len(bodies), 3):
        arrivals = [
            Arrival(body=body, principal=LOCAL, received_at=NOW)
            for body in reversed(bodies[start : start + 3])
        ]
        server.log.apply(arrivals)
        assert_same(reads, server.log)


def test_commands_rebuilds_and_late_events_do_too(server: Any, event: Any) -> None:
    reads = LineageReads(server.log.engine)
    server.post(
        event(job="w", run=1, at="2026-03-01T08:10:00Z", outputs=("a",)),
        event(job="r", run=2, at="2026-03-01T08:30:00Z", inputs=("a",), outputs=("b",)),
    )
    assert_same(reads, server.log)
    server.post(event(job="w", run=3, at="2026-03-01T08:20:00Z", outputs=("a",)))
    assert_same(reads, server.log)
    body = Command(verb="delete", entity="dataset", namespace="ns", name="a").to_bytes()
    arrival = Arrival(body=body, principal=LOCAL, received_at=NOW, is_command=True)
    assert isinstance(server.log.apply([arrival])[0], Applied)
    assert_same(reads, server.log)
    server.log.rebuild()
    assert_same(reads, server.log)


def test_memory_that_is_too_small_forgets_and_is_right(server: Any, event: Any) -> None:
    reads = LineageReads(server.log.engine)
    reads._memory = Memory(most=4)
    for number in range(12):
        server.post(event(job=f"j{number}", run=number, inputs=(f"d{number}",), outputs=("hub",)))
        assert_same(reads, server.log)
