"""Traces are found by what they are about, and shown whole, over HTTP and on a terminal."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from headwater.api.traces import traces_router
from headwater.app.telemetry import Telemetry
from headwater.cli.traces import _as_tree, _bar
from headwater.clock import SystemClock
from headwater.lineage.log import SqlLineage
from headwater.lineage.reading.view import LineageReads
from headwater.telemetry.settings import TelemetrySettings
from tests.telemetry.payloads import captured


@pytest.fixture
def call(calling: Any, tmp_path: Path) -> Iterator[Any]:
    log = SqlLineage.open(tmp_path / "lineage.db")
    reads = LineageReads(log.engine)
    telemetry = Telemetry(
        tmp_path, settings=TelemetrySettings(), clock=SystemClock(), lineage=reads
    )

    async def fill() -> None:
        door = await telemetry.door()
        for sent in captured():
            await door.admit(sent.signal, sent.body, sent.media_type)

    asyncio.run(fill())
    yield calling(traces_router(reads, traces=telemetry.traces, runs=telemetry.runs))
    telemetry.close()
    log.close()


def get(call: Any, target: str, status: int = 200) -> Any:
    reply = call("GET", f"/api/v2/traces{target}")
    assert reply.status == status, reply.body
    return json.loads(reply.body)


def test_traces_of_a_run_are_found_and_shown(call: Any) -> None:
    listed = get(call, "?limit=1000")["traces"]
    assert [one["start"] for one in listed] == sorted((o["start"] for o in listed), reverse=True)
    run = next(one["run_ids"][0] for one in listed if one["run_ids"])
    for one in get(call, f"?run={run}")["traces"]:
        assert run in one["run_ids"]
        whole = get(call, f"/{one['trace_id']}")
        assert len(whole["spans"]) == one["spans"]
        assert whole["duration_ms"] == one["duration_ms"]
        assert min(span["offset_ms"] for span in whole["spans"]) == 0


def test_other_questions_narrow_the_list(call: Any) -> None:
    everything = get(call, "?limit=1000")["traces"]
    of_service = get(call, "?service=shop-etl-js&limit=1000")["traces"]
    assert 0 < len(of_service) < len(everything)
    assert get(call, "?attribute=rows:100&service=shop-etl-js")["traces"]
    assert get(call, "?attribute=rows:-1")["traces"] == []
    assert get(call, "?min_ms=100000")["traces"] == []
    assert get(call, "?until=2001-01-01T00:00:00Z")["traces"] == []


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("?attribute=rows", 422),
        ("?since=2026-01-01T00:00:00", 422),
        ("?limit=0", 422),
        ("/" + "ab" * 16, 404),
        ("/nonsense", 400),
    ],
)
def test_wrong_questions_are_problems(call: Any, target: str, status: int) -> None:
    assert get(call, target, status)["status"] == status


def test_waterfall_is_a_tree_whatever_parents_say() -> None:
    def span(id_: str, parent: str | None) -> dict[str, Any]:
        return {"span_id": id_, "parent_span_id": parent}

    spans = [span("a", None), span("c", "b"), span("b", "a"), span("lost", "gone"), span("d", "a")]
    spans += [span("x", "y"), span("y", "x")]
    assert [(depth, one["span_id"]) for depth, one in _as_tree(spans)] == [
        (0, "a"),
        (1, "b"),
        (2, "c"),
        (1, "d"),
        (0, "lost"),
        (0, "x"),
        (1, "y"),
    ]


def test_bar_stays_within_its_trace() -> None:
    for start, length in [(0, 1), (0, 0), (1, 0), (0.5, 0.9), (0.999, 1)]:
        assert len(_bar(start, length)) == 24
        assert "█" in _bar(start, length)
