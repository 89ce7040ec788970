"""A server that is killed while a job runs: the next start closes its runs by what is committed."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from headwater.app.inside import inside_exchange
from headwater.app.platform import Platform
from headwater.cli.answers import Answers
from headwater.config import load_settings

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1200)]

SERVER = Path(__file__).with_name("job_server.py")
PATIENCE_SECONDS = 240


def until(find: Callable[[], Any]) -> Any:
    end = time.monotonic() + PATIENCE_SECONDS
    while not (found := find()):
        assert time.monotonic() < end, "it did not happen"
        threading.Event().wait(0.02)
    return found


def kill_a_server(data: Path) -> None:
    """Have a server begin, which dies at the COMPLETE of its first table."""
    command = [sys.executable, str(SERVER), str(data)]
    done = subprocess.run(command, check=False, timeout=PATIENCE_SECONDS)
    assert done.returncode == -signal.SIGKILL


@pytest.fixture
def answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Answers]:
    """Kill a server at the COMPLETE of its first table, and start another in this process."""
    monkeypatch.setenv("HEADWATER_JOBS__EVERY_SECONDS", "0")
    data = tmp_path / "data"
    kill_a_server(data)
    left = list((data / "pending").glob("*.json"))
    assert len(left) == 3  # the chain, its first job, the table
    with Platform.open(load_settings(data=data)) as platform:
        platform.start()
        yield Answers(inside_exchange(platform.application))


def states(answers: Answers, data: Path) -> dict[str, str]:
    if any((data / "pending").glob("*.json")):
        return {}
    return {
        job["name"]: job["latestRun"]["state"]
        for job in answers.get("/api/v1/namespaces/headwater/jobs", limit=100)["jobs"]
        if job["latestRun"]
    }


def test_a_run_between_commit_and_complete_is_closed_at_the_next_start(
    answers: Answers, tmp_path: Path
) -> None:
    found = until(lambda: states(answers, tmp_path / "data"))
    assert {name.rpartition("refresh.")[2]: state for name, state in found.items()} == {
        "raw_to_processed.clicks": "COMPLETED",
        "raw_to_processed": "COMPLETED",
        "refresh": "FAILED",  # its second job never began
    }
    run = answers.post("/api/v2/jobs/refresh/runs")["run_id"]
    path = f"/api/v2/jobs/refresh/runs/{run}"
    ended = until(lambda: (one := answers.get(path))["ended_at"] and one)
    assert (ended["state"], ended["error"], len(ended["tables"])) == ("complete", None, 3)
    rows = answers.post("/api/v2/sql", {"sql": "SELECT count(*) FROM processed.clicks"})["rows"]
    assert rows == [[2]]


def test_no_process_outlives_a_killed_server(tmp_path: Path) -> None:
    data = tmp_path / "data"
    kill_a_server(data)
    children = [int(pid) for pid in (data / "children").read_text().split()]
    assert children
    until(lambda: not any(_is_alive(pid) for pid in children))


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
