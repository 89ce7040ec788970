"""Pipelines and their server are killed, and what they told is there in the end."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from tools.free_ports import free_ports

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1200)]

PIPELINE = Path(__file__).with_name("decorated.py")
PATIENCE_SECONDS = 240


class Platform:
    """A real server that can be killed and started again, on the same port and data."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (self.port,) = free_ports(1)
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **os.environ,
            "HEADWATER_OUTBOX": str(folder / "outbox"),
            "OPENLINEAGE_URL": self.url,
            "OPENLINEAGE_NAMESPACE": "shop",
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "headwater", "up", "--data", str(self.folder / "data")]
        ports = ["--port", str(self.port), "--web-port", "0", "--otlp-port", "0"]
        log = (self.folder / "server.log").open("ab")
        environment = {**os.environ, "HEADWATER_JOBS__EVERY_SECONDS": "0"}
        self._process = subprocess.Popen(
            [*command, *ports], stdout=log, stderr=log, env=environment
        )
        log.close()
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                with urlopen(f"{self.url}/api/v1/health", timeout=5) as reply:
                    if reply.status == 200:
                        return
            except OSError:
                assert time.monotonic() < until, (self.folder / "server.log").read_text()
                time.sleep(0.05)

    def stop(self, number: int = signal.SIGTERM) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(PATIENCE_SECONDS)
            self._process = None

    def pipeline(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(PIPELINE), *words],
            env={**self.environment, **variables},
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )

    def get(self, path: str) -> Any:
        with urlopen(f"{self.url}{path}", timeout=PATIENCE_SECONDS) as reply:
            return json.loads(reply.read())

    def runs(self) -> dict[str, Any]:
        found = self.get("/api/v2/runs?namespace=shop&limit=100")["runs"]
        return {run["job"]["name"]: run for run in reversed(found)}

    def states_of_many(self) -> dict[str, str]:
        found: dict[str, str] = {}
        while True:
            query = f"namespace=shop&job=many&limit=10000&offset={len(found)}"
            page = self.get(f"/api/v2/runs?{query}")["runs"]
            if not page:
                return found
            found |= {run["id"]: run["own_state"] for run in page}

    def outbox(self) -> list[Path]:
        return list((self.folder / "outbox").rglob("*.outbox"))


@contextmanager
def _platform(folder: Path) -> Iterator[Platform]:
    made = Platform(folder)
    try:
        yield made
    finally:
        made.stop(signal.SIGKILL)


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    with _platform(tmp_path) as made:
        yield made


@pytest.mark.parametrize(
    ("how", "code", "own", "said"),
    [
        ("kill", -signal.SIGKILL, "ABORTED", "ended without saying how"),
        ("hard exit", 7, "ABORTED", "ended without saying how"),
        ("terminate", -signal.SIGTERM, "FAILED", "Terminated: SIGTERM"),
        ("exit", 1, "FAILED", "SystemExit: no more"),
    ],
)
def test_runs_of_a_process_that_ends_in_the_middle_are_told_by_the_next(
    platform: Platform, how: str, code: int, own: str, said: str
) -> None:
    done = platform.pipeline(how)  # there is no server yet: all of it waits
    assert done.returncode == code, done.stderr
    assert platform.outbox()
    platform.start()
    assert platform.pipeline("replay").returncode == 0
    runs = platform.runs()
    assert runs["extract"]["own_state"] == "COMPLETED"
    assert runs["load"]["own_state"] == own
    assert runs["pipeline"]["own_state"] == own
    assert said in runs["load"]["error"]["message"]
    assert runs["load"]["parent"]["job"]["name"] == "pipeline"
    assert platform.outbox() == []


def test_everything_arrives_while_the_server_is_killed_and_restarted(platform: Platform) -> None:
    platform.start()
    pipelines = [
        subprocess.Popen(
            [sys.executable, str(PIPELINE), "many", "1500", "4"],
            env={**platform.environment, "HEADWATER_FLUSH_SECONDS": "0.2"},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for _ in range(2)  # on one outbox
    ]
    assert pipelines[0].stdout is not None
    pipelines[0].stdout.readline()
    platform.stop(signal.SIGKILL)
    began = [process.communicate(timeout=PATIENCE_SECONDS)[0].split() for process in pipelines]
    platform.start()
    assert platform.pipeline("replay").returncode == 0
    assert platform.outbox() == []
    states = platform.states_of_many()
    assert len(states) == 3000
    missing = [run_id for ids in began for run_id in ids if states.get(run_id) != "COMPLETED"]
    assert missing == []
    assert set(states.values()) == {"COMPLETED"}


def test_killed_in_the_middle_of_many_runs_every_begun_run_is_known(platform: Platform) -> None:
    with subprocess.Popen(
        [sys.executable, str(PIPELINE), "many", "5000", "4"],
        env=platform.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = [process.stdout.readline().strip() for _ in range(200)]
        process.kill()
        said += process.stdout.read().splitlines()[:-1]
    platform.start()
    assert platform.pipeline("replay").returncode == 0
    states = platform.states_of_many()
    assert len(said) >= 199
    assert [run_id for run_id in said if states.get(run_id) != "COMPLETED"] == []
    assert set(states.values()) <= {"COMPLETED", "ABORTED"}
    assert platform.outbox() == []


def test_process_ends_in_time_though_the_server_hangs(platform: Platform) -> None:
    with socket.create_server(("127.0.0.1", platform.port)):  # takes connections, says nothing
        done = platform.pipeline("fine", HEADWATER_FLUSH_SECONDS="0.2")
    assert done.returncode == 0, done.stderr
    assert platform.outbox()
    platform.start()
    assert platform.pipeline("replay").returncode == 0
    assert {run["own_state"] for run in platform.runs().values()} == {"COMPLETED"}


def test_disk_that_is_full_does_not_stop_the_pipeline(platform: Platform) -> None:
    code = (
        "import resource, sys; sys.argv = ['x', 'many', '200', '2']\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))\n"
        f"import runpy; runpy.run_path({str(PIPELINE)!r}, run_name='__main__')\n"
    )
    platform.start()
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**platform.environment, "HEADWATER_FLUSH_SECONDS": str(PATIENCE_SECONDS / 2)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.split()) == 200
    states = platform.states_of_many()
    assert len(states) == 200
    assert set(states.values()) == {"COMPLETED"}
