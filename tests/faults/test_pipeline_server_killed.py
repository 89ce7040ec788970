"""The server is killed in the middle of a pipeline: after the next start, the pipeline ends."""

from __future__ import annotations

import csv
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from headwater.app.directory import DataDirectory
from headwater.cli.session import Session

pytestmark = pytest.mark.faults

ROUNDS = max(1, int(os.environ.get("HEADWATER_TEST_ROUNDS", "20")) // 20)
RECORDS = 5_000
PATIENCE_SECONDS = 240


@contextmanager
def server(data: Path) -> Iterator[subprocess.Popen[bytes]]:
    ports = ["--port", "0", "--web-port", "0", "--otlp-port", "0"]
    command = [sys.executable, "-m", "headwater", "up", "--data", str(data), *ports]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    with process:
        until = time.monotonic() + PATIENCE_SECONDS
        while (owner := DataDirectory.owner(data)) is None or owner.url is None:
            assert time.monotonic() < until, "the server did not come up"
            time.sleep(0.05)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)


def ask(data: Path, method: str, path: str, body: Any = None) -> Any:
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with Session(data=data).answers() as answers:
                return answers.get(path) if method == "GET" else answers.post(path, body)
        except Exception:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("round_", range(ROUNDS))
def test_pipeline_ends_after_the_next_start_and_adds_nothing_twice(
    tmp_path: Path, round_: int
) -> None:
    data = tmp_path / "data"
    (data / "files").mkdir(parents=True)
    with (data / "files" / "orders.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("id", "customer"))
        rows.writerows((number, f"c{number % 7}") for number in range(RECORDS))
    body = {
        "pipeline": "file_to_source",
        "parameters": {"file": "orders.csv", "source": "orders"},
    }
    with server(data) as process:
        run_id = ask(data, "POST", "/api/v1/pipeline/run", body)["id"]
        time.sleep(random.uniform(0, 1.5))
        process.kill()
        process.wait()
    with server(data):
        path = f"/api/v1/pipeline/run/{run_id}"
        until = time.monotonic() + PATIENCE_SECONDS
        while (run := ask(data, "GET", path))["state"] == "RUNNING":
            assert time.monotonic() < until, json.dumps(run)
            time.sleep(0.1)
        assert (run["state"], run["records"]["written"]) == ("COMPLETED", RECORDS), run["error"]
        told = ask(data, "GET", f"/api/v2/runs/{run_id}")
        assert told["state"] == "COMPLETED"
        assert {child["state"] for child in told["children"]} == {"COMPLETED"}
        assert len(told["children"]) == 5
        assert ask(data, "GET", f"/api/v2/traces/{run_id.replace('-', '')}")["spans"]
        path = "/api/v2/jobs/refresh/runs"  # a job seals first
        path += "/" + ask(data, "POST", path)["run_id"]
        while ask(data, "GET", path)["ended_at"] is None:
            time.sleep(0.2)
    sealed = [
        json.loads(line)["data"]["id"]
        for log in (data / "lake" / "raw").rglob("*.ndjson")
        for line in log.read_text().splitlines()
    ]
    assert sorted(sealed) == list(range(RECORDS))
