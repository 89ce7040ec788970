"""Jobs over HTTP: asked for, followed, refused."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from headwater.api.jobs import jobs_router
from headwater.api.tokens import tokens_router
from headwater.clock import SystemClock
from headwater.engine.chain import ChainLoop
from headwater.engine.messages import Message
from headwater.errors import HeadwaterError

TABLE = {
    "run_id": "r",
    "job": "work.t",
    "table": "processed.t",
    "rows_in": 3,
    "rows_out": 2,
    "rows_quarantined": 1,
    "snapshot_id": 5,
    "error": None,
}


class Acted:
    """A runner that waits until it may, then reports one table, or fails."""

    def __init__(self, may_end: threading.Event, failure: HeadwaterError | None) -> None:
        self._may_end = may_end
        self._failure = failure

    def run(self, request: Message, on_table: Callable[[Message], None]) -> tuple[Message, ...]:
        on_table(TABLE)
        self._may_end.wait(240)
        if self._failure is not None:
            raise self._failure
        return (TABLE,)

    def kill(self) -> None:
        self._may_end.set()

    def close(self) -> None:
        pass


class Stage:
    """A loop whose runner is `Acted`, and what calls its routes."""

    def __init__(self, calling: Any, access: Any = None) -> None:
        self.may_end = threading.Event()
        self.failure: HeadwaterError | None = None
        start: Any = lambda: Acted(self.may_end, self.failure)  # noqa: E731  # typed as the real
        self.loop = ChainLoop(
            {"copying": "Works.", "all": "Runs work."},
            chain="all",
            start_process=start,
            request_of=lambda job, run_id: {"job": job, "run_id": run_id},
            seal=lambda: None,
            every_seconds=0,
            clock=SystemClock(),
        )
        self.call = calling(jobs_router(self.loop), access=access)

    def ask(self, job: str = "copying") -> str:
        reply = self.call("POST", f"/api/v2/jobs/{job}/runs")
        assert reply.status == 202
        return str(json.loads(reply.body)["run_id"])

    def follow(self, run_id: str, is_there: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        end = time.monotonic() + 120
        while True:
            reply = self.call("GET", f"/api/v2/jobs/copying/runs/{run_id}")
            assert reply.status == 200
            found: dict[str, Any] = json.loads(reply.body)
            if is_there(found):
                return found
            assert time.monotonic() < end, found
            threading.Event().wait(0.02)


@pytest.fixture
def stage(calling: Any) -> Iterator[Stage]:
    made = Stage(calling)
    yield made
    made.loop.close()


def test_a_run_is_accepted_and_followed_to_its_end(stage: Stage) -> None:
    run_id = stage.ask()
    running = stage.follow(run_id, lambda run: bool(run["tables"]))
    assert (running["state"], running["ended_at"]) == ("running", None)
    assert running["tables"] == [TABLE]
    stage.may_end.set()
    done = stage.follow(run_id, lambda run: run["ended_at"] is not None)
    assert (done["state"], done["error"], done["job"]) == ("complete", None, "copying")
    assert done["requested_at"] <= done["started_at"] <= done["ended_at"]


def test_runs_wait_for_each_other(stage: Stage) -> None:
    first, second = stage.ask(), stage.ask()
    stage.follow(first, lambda run: run["state"] == "running")
    assert stage.follow(second, lambda run: True)["state"] == "queued"
    stage.may_end.set()
    assert stage.follow(second, lambda run: run["ended_at"] is not None)["state"] == "complete"


def test_a_failed_run_says_why(stage: Stage) -> None:
    stage.failure = HeadwaterError("the disk is away")
    stage.may_end.set()
    found = stage.follow(stage.ask(), lambda run: run["ended_at"] is not None)
    assert (found["state"], found["error"]) == ("fail", "the disk is away")


def test_jobs_are_listed_with_their_latest_run(stage: Stage) -> None:
    stage.may_end.set()
    stage.ask()
    latest = stage.ask()
    stage.follow(latest, lambda run: run["ended_at"] is not None)
    listed = json.loads(stage.call("GET", "/api/v2/jobs").body)
    assert [(job["name"], job["description"]) for job in listed] == [
        ("copying", "Works."),
        ("all", "Runs work."),
    ]
    assert listed[0]["latest_run"]["run_id"] == latest
    assert listed[1]["latest_run"] is None


@pytest.mark.parametrize(
    ("method", "target", "said"),
    [
        ("POST", "/api/v2/jobs/play/runs", "no job 'play'"),
        ("POST", "/api/v2/jobs/a%2Fb/runs", "no job 'a/b'"),
        ("GET", "/api/v2/jobs/copying/runs/none", "no run 'none'"),
    ],
)
def test_what_is_not_there_is_404(stage: Stage, method: str, target: str, said: str) -> None:
    reply = stage.call(method, target)
    assert reply.status == 404
    assert said in json.loads(reply.body)["detail"]


def test_too_many_waiting_runs_are_503_with_a_time_to_try_again(stage: Stage) -> None:
    replies = [stage.call("POST", "/api/v2/jobs/copying/runs") for _ in range(20)]
    assert {reply.status for reply in replies} == {202, 503}
    assert replies[-1].headers["retry-after"] == "10"


def test_running_needs_more_than_reading(calling: Any, access: Any) -> None:
    everything = calling(tokens_router(access), access=access)
    made = everything("POST", "/api/v2/tokens", {"name": "boss", "role": "admin"})
    boss = json.loads(made.body)["secret"]
    wanted = {"name": "r", "role": "reader"}
    made = everything("POST", "/api/v2/tokens", wanted, token=boss)
    reader = json.loads(made.body)["secret"]
    guarded = Stage(calling, access)
    try:
        assert guarded.call("GET", "/api/v2/jobs", token=reader).status == 200
        assert guarded.call("POST", "/api/v2/jobs/copying/runs", token=reader).status == 403
        assert guarded.call("POST", "/api/v2/jobs/copying/runs").status == 401
    finally:
        guarded.loop.close()
