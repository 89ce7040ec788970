"""The loop that runs jobs in runner processes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from headwater.clock import SystemClock
from headwater.engine.chain import ChainLoop
from headwater.engine.process import RunnerProcess
from headwater.engine.settings import JobSettings
from headwater.errors import Missing, Unavailable
from headwater.jobs.catalog import CATALOG, REFRESH

SCHEMA = {
    "type": "object",
    "properties": {"user": {"type": "string"}},
    "required": ["user"],
}


def line(number: int) -> dict[str, Any]:
    return {
        "id": f"id-{number:04}",
        "received_at": "2026-03-01T10:00:00Z",
        "data": {"user": f"u{number}"},
    }


def until(is_true: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not is_true():
        assert time.monotonic() < end, "it did not happen in a minute"
        threading.Event().wait(0.02)


@pytest.fixture
def loop(lake: Any) -> Iterator[ChainLoop]:
    lake.registry.register("sales", SCHEMA, actor="test")
    lake.put("sales", [line(1), line(2)])
    settings = JobSettings()
    made = ChainLoop(
        CATALOG,
        chain=REFRESH,
        start_process=lambda: RunnerProcess("headwater.app.jobs", lake.transport),
        request_of=lambda job, run_id: {
            "job": job,
            "run_id": run_id,
            "data": str(lake.folder),
            "namespace": "headwater",
            "settings": settings.model_dump(mode="json"),
        },
        seal=lambda: None,
        every_seconds=0.05,
        clock=SystemClock(),
    )
    yield made
    made.close()


def test_a_requested_run_is_queued_then_done(loop: ChainLoop, lake: Any) -> None:
    asked = loop.request("raw_to_processed")
    assert asked.state == "queued"
    until(lambda: loop.get("raw_to_processed", asked.run_id).ended_at is not None)
    run = loop.get("raw_to_processed", asked.run_id)
    assert (run.state, run.error) == ("complete", None)
    assert [(t["table"], t["rows_out"]) for t in run.tables] == [("processed.sales", 2)]
    assert [e["run"]["runId"] for e in lake.events if e["job"]["name"] == "raw_to_processed"] == [
        asked.run_id
    ] * 2
    assert len(lake.rows("processed", "sales")) == 2


def test_the_chain_runs_after_a_seal(loop: ChainLoop, lake: Any) -> None:
    loop.sealed()
    until(lambda: any(run.ended_at for run in loop.find(REFRESH)))
    assert loop.find(REFRESH)[0].state == "complete"
    assert len(lake.rows("curated", "daily_summary")) == 1


def test_an_unknown_job_is_missing(loop: ChainLoop) -> None:
    with pytest.raises(Missing, match="no job 'nothing'"):
        loop.request("nothing")


def test_closing_ends_the_runner_and_refuses_more(loop: ChainLoop) -> None:
    loop.request(REFRESH)
    until(lambda: loop.find(REFRESH)[0].state == "running")
    loop.close()
    assert loop.find(REFRESH)[0].state == "fail"
    with pytest.raises(Unavailable):
        loop.request(REFRESH)
