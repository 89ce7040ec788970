"""The loop that runs jobs in runner processes."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from headwater.clock import SystemClock
from headwater.engine.chain import RECOVER, ChainLoop
from headwater.engine.process import RunnerProcess
from headwater.engine.settings import JobSettings
from headwater.errors import Missing, Unavailable
from headwater.jobs.catalog import CATALOG, REFRESH
from headwater.observe import JOB_RUNS, LogEvent

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


class Murderous:
    """A transport that kills the runner at its third event, once."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self._left = 3
        self.process: RunnerProcess | None = None

    def emit(self, event: bytes) -> None:
        self._inner.emit(event)
        self._left -= 1
        if self._left == 0 and self.process is not None:
            os.kill(self.process.pid, signal.SIGKILL)

    def close(self) -> None:
        self._inner.close()


@pytest.fixture
def make_loop(lake: Any) -> Iterator[Callable[..., ChainLoop]]:
    lake.registry.register("sales", SCHEMA, actor="test")
    lake.put("sales", [line(1), line(2)])
    made: list[ChainLoop] = []

    def make(transport: Any) -> ChainLoop:
        def start() -> RunnerProcess:
            process = RunnerProcess("headwater.app.runner", transport)
            if isinstance(transport, Murderous):
                transport.process = process
            return process

        loop = ChainLoop(
            CATALOG,
            chain=REFRESH,
            start_process=start,
            request_of=lambda job, run_id: {
                "job": job,
                "run_id": run_id,
                "data": str(lake.folder),
                "namespace": "headwater",
                "settings": JobSettings().model_dump(mode="json"),
            },
            seal=lambda: None,
            every_seconds=0.05,
            clock=SystemClock(),
        )
        made.append(loop)
        return loop

    yield make
    for each in made:
        each.close()


@pytest.fixture
def loop(lake: Any, make_loop: Callable[..., ChainLoop]) -> ChainLoop:
    return make_loop(lake.transport)


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


def test_closing_interrupts_the_run_without_calling_it_a_failure_of_the_job(
    loop: ChainLoop, caplog: pytest.LogCaptureFixture
) -> None:
    loop.request(REFRESH)
    until(lambda: loop.find(REFRESH)[0].state == "running")
    with caplog.at_level("INFO", logger="headwater"):
        loop.close()
    run = loop.find(REFRESH)[0]
    assert run.state == "fail"
    assert "the next start closes it" in str(run.error)
    assert caplog.messages == [LogEvent.RUN_INTERRUPTED]
    assert "exit code" not in caplog.text
    with pytest.raises(Unavailable):
        loop.request(REFRESH)


def test_a_runner_that_is_killed_fails_the_run_and_is_cleaned_up_after(
    lake: Any, make_loop: Callable[..., ChainLoop], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", logger="headwater"):
        loop = make_loop(Murderous(lake.transport))
        asked = loop.request(REFRESH)
        until(lambda: any(run.ended_at for run in loop.find(RECOVER)))
    run = loop.get(REFRESH, asked.run_id)
    assert run.state == "fail"
    assert "exit code -9" in str(run.error)
    assert LogEvent.RUNNER_ENDED.value in caplog.messages
    assert loop.find(RECOVER)[0].state == "complete"
    ends = {e["eventType"] for e in lake.events if e["run"]["runId"] == asked.run_id}
    assert ends == {"START", "FAIL"}
    assert list((lake.folder / "pending").iterdir()) == []
    again = loop.request(REFRESH)
    until(lambda: loop.get(REFRESH, again.run_id).ended_at is not None)
    assert loop.get(REFRESH, again.run_id).state == "complete"


def test_runs_are_counted_by_job_and_outcome(loop: ChainLoop) -> None:
    before = JOB_RUNS.value(job="raw_to_processed", outcome="complete")
    asked = loop.request("raw_to_processed")
    until(lambda: loop.get("raw_to_processed", asked.run_id).ended_at is not None)
    assert JOB_RUNS.value(job="raw_to_processed", outcome="complete") == before + 1
