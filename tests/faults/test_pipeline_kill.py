"""A run of a pipeline survives kill -9 at any moment: it ends, and adds nothing twice."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.faults

ROUNDS = max(2, int(os.environ.get("HEADWATER_TEST_ROUNDS", "20")) // 8)
RUNNER = Path(__file__).with_name("pipeline_runner.py")
KILLS = 3


def _run(folder: Path, *, kill: bool) -> bytes:
    command = [sys.executable, str(RUNNER), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as runner:
        assert runner.stdout is not None
        first = runner.stdout.readline()
        assert first == b"started\n"
        if kill:
            time.sleep(random.uniform(0, 0.3))
            runner.kill()
        return runner.stdout.read()


@pytest.mark.timeout(120 + 60 * ROUNDS)
@pytest.mark.parametrize("round_", range(ROUNDS))
def test_run_goes_on_where_it_was(tmp_path: Path, round_: int) -> None:
    for _ in range(KILLS):
        _run(tmp_path, kill=True)
    outcome = json.loads(_run(tmp_path, kill=False))
    assert outcome == {"state": "COMPLETED", "rows": 10}
    sent = sorted(tmp_path.glob("sent-*"))
    assert len(sent) == 2
    records = [json.loads(line)["n"] for file in sent for line in file.read_bytes().splitlines()]
    assert sorted(records) == [2 * number for number in range(10)]
    events = [json.loads(line) for line in (tmp_path / "events").read_bytes().splitlines()]
    of_run = [e["eventType"] for e in events if e["job"]["name"] == "counted"]
    assert of_run[0] == "START"
    assert set(of_run) == {"START", "COMPLETE"}
    runs = {
        e["job"]["name"]: {x["run"]["runId"] for x in events if x["job"] == e["job"]}
        for e in events
    }
    assert all(len(ids) == 1 for ids in runs.values())
