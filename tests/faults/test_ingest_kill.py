"""kill -9 during ingest and sealing: nothing acknowledged is lost, nothing is doubled."""

from __future__ import annotations

import importlib.util
import json
import os
import random
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from headwater.clock import SystemClock

HERE = Path(__file__).parent
CONFTEST = HERE.parent / "ingest" / "conftest.py"
ROUNDS = int(os.environ.get("HEADWATER_TEST_ROUNDS", "20"))


def open_stage(folder: Path) -> Any:
    spec = importlib.util.spec_from_file_location("ingest_stage", CONFTEST)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["ingest_stage"] = module
    spec.loader.exec_module(module)
    return module.open_stage(folder, clock=SystemClock())


def write_and_kill(folder: Path, seed: int, seconds: float) -> dict[str, str]:
    """Return what was acknowledged until the kill: name of the record, id or `rejected`."""
    command = [
        sys.executable,
        str(HERE / "ingest_writer.py"),
        str(folder),
        str(CONFTEST),
        str(seed),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        killer = threading.Timer(seconds, process.kill)
        killer.start()
        rest = process.stdout.read()
        killer.cancel()
    lines = (first + rest).decode().split("\n")[:-1]
    return dict(line.split(" ") for line in lines)  # type: ignore[misc]  # two words each


@pytest.mark.timeout(300 + 60 * ROUNDS)
def test_acknowledged_records_survive_kills(tmp_path: Path) -> None:
    chance = random.Random(7)
    acknowledged: dict[str, str] = {}
    for seed in range(ROUNDS):
        acknowledged |= write_and_kill(tmp_path, seed, chance.uniform(0.0, 0.3))
    stage = open_stage(tmp_path)
    stage.sealing.seal()
    try:
        found = [json.loads(line) for line in stage.lines()]
        quarantined = []
        after = ""
        while page := stage.quarantine.find(after=after, limit=1000):
            quarantined += page
            after = page[-1].key
    finally:
        stage.close()
    by_name = {record["data"]["n"]: record["id"] for record in found}
    rejected = Counter(record.data.split(b'"')[3].decode() for record in quarantined)
    assert acknowledged
    assert max(Counter(record["id"] for record in found).values()) == 1
    assert len(by_name) == len(found)
    assert set(rejected.values()) <= {1}
    for name, id_ in acknowledged.items():
        if id_ == "rejected":
            assert rejected[name] == 1
        else:
            assert by_name[name] == id_
    rows = stage.manifest.find()
    assert len({row.path for row in rows}) == len(rows)
    assert sum(row.records for row in rows) == len(found)
