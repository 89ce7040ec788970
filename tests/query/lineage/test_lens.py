from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.lineage.contract import Applied, Arrival
from headwater.lineage.reading.lens import Lens
from headwater.model.lineage import Moment
from headwater.model.principal import LOCAL
from headwater.query.lineage.graph import Graph
from headwater.query.lineage.nodes import parse_node
from headwater.query.lineage.walk import LineageGraph
from tests.query.lineage.naive import Edge, Said, edges_of, reachable

NOW = datetime(2026, 11, 21, 2, 29, tzinfo=UTC)
START = datetime(2026, 3, 1, tzinfo=UTC)
JOBS = ("j0", "j1", "j2")
DATASETS = ("d0", "d1", "d2", "d3")
TYPES = ("START", "RUNNING", "COMPLETE", "COMPLETE", "FAIL", "ABORT", "OTHER")
MINUTES = 12

some = st.lists(st.sampled_from(DATASETS), max_size=2, unique=True)


def moment(minute: int) -> Moment:
    return Moment(int(START.timestamp()) + minute * 60)


def run_id(number: int) -> str:
    return str(UUID(int=number, version=4))


@st.composite
def event(draw: st.DrawFn) -> dict[str, Any]:
    number = draw(st.integers(0, 5))
    body: dict[str, Any] = {
        "eventTime": f"2026-03-01T00:{draw(st.integers(0, MINUTES)):02d}:00Z",
        "producer": "urn:test",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "job": {"namespace": "ns", "name": JOBS[number % 3]},
        "inputs": [{"namespace": "ns", "name": name} for name in draw(some)],
        "outputs": [{"namespace": "ns", "name": name} for name in draw(some)],
    }
    if draw(st.integers(0, 9)) == 0:
        body["schemaURL"] = body["schemaURL"].replace("RunEvent", "JobEvent")
        return body
    body["run"] = {"runId": run_id(number)}
    body["eventType"] = draw(st.sampled_from(TYPES))
    return body


@st.composite
def lens(draw: st.DrawFn) -> Lens:
    mode = draw(st.sampled_from(("current", "current", "union", "run")))
    minute = st.none() | st.integers(0, MINUTES).map(moment)
    return Lens(
        mode=mode,
        as_of=draw(minute),
        known_at=draw(st.none() | st.integers(0, 12)),
        since=draw(minute) if mode == "union" else None,
        until=draw(minute) if mode == "union" else None,
        run=UUID(run_id(draw(st.integers(0, 5)))) if mode == "run" else None,
    )


def placed(body: dict[str, Any], space: UUID) -> dict[str, Any]:
    """Return an event in a namespace of its own, so that examples can share a store."""
    text = json.dumps(body).replace('"ns"', f'"{space.hex}"')
    for number in range(6):
        text = text.replace(run_id(number), str(run_in(space, number)))
    placed: dict[str, Any] = json.loads(text)
    return placed


def run_in(space: UUID, number: int) -> UUID:
    return UUID(int=(space.int & ~0xFF) | number)


def moved(lens: Lens, space: UUID, before: int) -> Lens:
    """Return the lens for a namespace whose events come after a sequence."""
    known = None if lens.known_at is None else lens.known_at + before
    run = None if lens.run is None else run_in(space, lens.run.int & 7)
    return replace(lens, known_at=known, run=run)


def kept(log: Any, bodies: list[dict[str, Any]]) -> dict[int, Said]:
    """Return the events of the log by sequence."""
    arrivals = [
        Arrival(body=json.dumps(body).encode(), principal=LOCAL, received_at=NOW) for body in bodies
    ]
    received = int(NOW.timestamp() * 1_000_000)
    said: dict[int, Said] = {}
    for body, outcome in zip(bodies, log.apply(arrivals), strict=True):
        assert isinstance(outcome, Applied), outcome
        hash_ = bytes.fromhex(outcome.hash)
        said[outcome.sequence] = Said(body, hash_, outcome.sequence, received)
    return said


def shown(graph: Graph) -> dict[tuple[str, str], int]:
    return {(vertex.kind, vertex.name.name): abs(at) for vertex, at in graph.distances.items()}


def links(graph: Graph) -> set[tuple[str, str, str]]:
    return {(k.origin.name.name, k.destination.name.name, k.state) for k in graph.links}


@given(
    bodies=st.lists(event(), min_size=1, max_size=14),
    lenses=st.lists(lens(), min_size=1, max_size=4),
    start=st.sampled_from(DATASETS),
    side=st.sampled_from(("up", "down")),
    depth=st.integers(0, 4),
)
def test_every_lens_shows_what_the_events_say(
    lineage: Any, bodies: Any, lenses: Any, start: str, side: Any, depth: int
) -> None:
    space = uuid4()
    node = parse_node(f"dataset:{space.hex}:{start}")
    graph = LineageGraph(lineage.reads)
    sent = [placed(body, space) for body in bodies]
    said: dict[int, Said] = {}
    for part in (sent[: len(sent) // 2], sent[len(sent) // 2 :]):
        said |= kept(lineage.log, part)
        if start in named(said.values()):  # also so that there is something to remember
            graph.walk(node, towards=side, depth=depth)
    events, before = list(said.values()), min(said) - 1
    if start not in named(events):
        return
    for one in (Lens(), *(moved(one, space, before) for one in lenses)):
        found = graph.walk(node, towards=side, depth=depth, lens=one)
        edges = edges_of(events, one)
        reached = reachable(edges, start, side, depth)
        assert shown(found) == reached, one
        assert links(found) == between(edges, reached, side, depth), one


def named(events: Iterable[Said]) -> set[str]:
    return {d["name"] for e in events for d in (*e.body["inputs"], *e.body["outputs"])}


def between(
    edges: set[Edge], reached: dict[tuple[str, str], int], side: str, depth: int
) -> set[tuple[str, str, str]]:
    """Return the edges that a walk followed: to jobs from where it went on, and from all jobs."""
    near = "outputs" if side == "up" else "inputs"
    followed = {
        (job, dataset, way, state)
        for job, dataset, way, state in edges
        if ("job", job) in reached
        and (way != near or reached.get(("dataset", dataset), depth) < depth)
    }
    return {(d, j, s) if way == "inputs" else (j, d, s) for j, d, way, s in followed}


@pytest.mark.parametrize("later", [[], ["x"]])
def test_memory_follows_the_log(lineage: Any, event: Any, later: list[str]) -> None:
    """One door to the reads sees what is written while it is open."""
    graph = LineageGraph(lineage.reads)
    node = parse_node("dataset:ns:c")
    lineage.post(event("COMPLETE", "j", 1, "a", "c"))
    assert ("dataset", "a") in shown(graph.walk(node))
    lineage.post(event("COMPLETE", "j", 2, "b " + " ".join(later), "c"))
    assert ("dataset", "a") not in shown(graph.walk(node))
    lineage.log.rebuild()
    assert ("dataset", "b") in shown(graph.walk(node))
