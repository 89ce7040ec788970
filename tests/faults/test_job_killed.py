"""A job that is killed anywhere and run again gives the same tables, and every run is closed."""

from __future__ import annotations

import importlib.util
import json
import os
import random
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HERE = Path(__file__).parent
ROUNDS = int(os.environ.get("HEADWATER_TEST_ROUNDS", "20"))
EVENTS = 20
TERMINAL = ("COMPLETE", "FAIL", "ABORT")
SCHEMA = {
    "type": "object",
    "properties": {
        "user": {"type": "string"},
        "amount": {"type": "number"},
        "at": {"type": "string", "format": "date-time"},
    },
    "required": ["user", "at"],
    "x-event-time": "at",
    "x-dedupe": "key",
    "x-key": ["user"],
}


def load(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


FIXTURES = load("faults_jobs_fixtures", HERE.parent / "jobs" / "conftest.py")
CHILD = load("faults_job_child", HERE / "job_child.py")


def record(number: int, user: str, day: int) -> dict[str, Any]:
    return {
        "id": f"id-{number:04}",
        "received_at": f"2026-03-01T10:00:{number:02}Z",
        "data": {"user": user, "amount": number / 4, "at": f"2026-02-{day:02}T10:00:00Z"},
    }


def fill(folder: Path) -> None:
    with closing(FIXTURES.Lake(folder)) as lake:
        for source in ("bikes", "cars"):
            lake.registry.register(source, SCHEMA, actor="test")
            lake.put(source, [record(n, f"u{n % 7}", 1 + n % 4) for n in range(30)])
            lake.put(source, [{"id": "x", "received_at": "2026-03-01T10:00:00Z", "data": None}])


def tables(folder: Path) -> dict[str, Any]:
    latency = ("latency_p50_seconds", "latency_p95_seconds")
    with closing(FIXTURES.Lake(folder)) as lake:
        return {
            "bikes": lake.rows("processed", "bikes", without=("processed_at",)),
            "cars": lake.rows("processed", "cars", without=("processed_at",)),
            "daily": lake.rows("curated", "daily_summary"),
            "hourly": lake.rows("curated", "hourly_metrics", without=latency),
            "sources": lake.rows("curated", "source_statistics"),
            "refused": [r.key for r in lake.quarantine.find()],
        }


def made_by(folder: Path) -> set[str]:
    """Return the run of every snapshot."""
    with closing(FIXTURES.Lake(folder)) as lake:
        return {
            snapshot.summary["headwater.run-id"]
            for table in lake.tables.find()
            for snapshot in table.snapshots
        }


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("undisturbed")
    fill(folder)
    errors = CHILD.run_chain(folder, CHILD.Recorder(folder / "events"))
    assert errors == [None] * 5
    return tables(folder)


def kill_once(folder: Path, choose: random.Random, job: str = "refresh") -> None:
    """Run the chain, or a job, in a process that dies at an event, or at any moment."""
    at_event = choose.random() < 0.6
    number = choose.randrange(1, EVENTS if job == "refresh" else 7) if at_event else 0
    command = [sys.executable, str(HERE / "job_child.py"), str(folder), str(folder / "events")]
    command += [str(number), choose.choice(("taken", "lost")), job]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        if not at_event:
            try:
                process.wait(timeout=choose.random() * 2)
            except subprocess.TimeoutExpired:
                process.kill()


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_killed_anywhere_and_run_again(
    tmp_path: Path, expected: dict[str, Any], round_: int
) -> None:
    fill(tmp_path)
    kill_once(tmp_path, random.Random(round_))
    errors = CHILD.run_chain(tmp_path, CHILD.Recorder(tmp_path / "events"))
    assert errors == [None] * len(errors)
    assert tables(tmp_path) == expected
    assert list((tmp_path / "pending").iterdir()) == []
    check_events((tmp_path / "events").read_bytes().splitlines(), made_by(tmp_path))


def fill_twice(folder: Path) -> None:
    """Make a lake of which every processed table has days of two files."""
    fill(folder)
    CHILD.run_chain(folder, CHILD.Recorder(folder / "events"))
    with closing(FIXTURES.Lake(folder)) as lake:
        for source in ("bikes", "cars"):
            lake.put(source, [record(n, f"v{n % 7}", 1 + n % 4) for n in range(30)])
    CHILD.run_chain(folder, CHILD.Recorder(folder / "events"))


@pytest.mark.parametrize("round_", range(max(1, ROUNDS // 4)))
def test_maintenance_killed_anywhere_and_run_again(tmp_path: Path, round_: int) -> None:
    fill_twice(tmp_path)
    before = tables(tmp_path)
    kill_once(tmp_path, random.Random(round_), "maintenance")
    errors = CHILD.run_chain(tmp_path, CHILD.Recorder(tmp_path / "events"), "maintenance")
    assert errors == [None] * len(errors)
    assert tables(tmp_path) == before
    assert list((tmp_path / "pending").iterdir()) == []
    assert CHILD.run_chain(tmp_path, CHILD.Recorder(tmp_path / "events"), "maintenance") == []
    assert CHILD.run_chain(tmp_path, CHILD.Recorder(tmp_path / "events")) == []
    check_events((tmp_path / "events").read_bytes().splitlines(), made_by(tmp_path))


def check_events(lines: list[bytes], committed: set[str]) -> None:
    """Every run is closed once, as what it was."""
    ends: dict[str, set[bytes]] = {}
    states: dict[str, set[str]] = {}
    tables_of: set[str] = set()
    for line in lines:
        event = json.loads(line)
        run_id = event["run"]["runId"]
        ends.setdefault(run_id, set())
        if event["eventType"] in TERMINAL:
            ends[run_id].add(line)
            states.setdefault(run_id, set()).add(event["eventType"])
        if "." in event["job"]["name"]:
            tables_of.add(run_id)
    assert all(len(found) == 1 for found in ends.values())
    complete = {run_id for run_id, found in states.items() if found == {"COMPLETE"}}
    assert complete & tables_of == committed
