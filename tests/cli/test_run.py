"""`headwater run` and `headwater jobs`, with a server and without one."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from headwater.app.directory import DataDirectory
from headwater.cli import progress
from headwater.cli.main import app
from headwater.cli.session import Exit
from headwater.errors import Missing

RECORDS = [{"user": "a", "n": 1}, {"user": "b", "n": 2}, {"user": "b", "n": 2}]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HEADWATER_JOBS__EVERY_SECONDS", "0")
    (tmp_path / "records.ndjson").write_text("\n".join(map(json.dumps, RECORDS)))
    return tmp_path / "data"


@pytest.fixture
def run(data: Path) -> Any:
    def invoke(*arguments: str) -> Any:
        return CliRunner().invoke(app, ["--data", str(data), *arguments])

    return invoke


@pytest.fixture
def server(data: Path) -> Iterator[None]:
    ports = ["--port", "0", "--web-port", "0", "--otlp-port", "0"]
    command = [sys.executable, "-m", "headwater", "up", "--data", str(data), *ports]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        until = time.monotonic() + 60
        while (owner := DataDirectory.owner(data)) is None or owner.url is None:
            assert time.monotonic() < until, "the server did not come up"
            time.sleep(0.05)
        yield
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=60)
    assert b"exception" not in log, log


def check_a_first_and_a_second_run(run: Any, data: Path) -> None:
    assert run("ingest", "--source", "clicks", str(data.parent / "records.ndjson")).exit_code == 0

    first = run("run", "--json")

    assert first.exit_code == Exit.OK
    found = json.loads(first.stdout)
    assert (found["job"], found["state"], found["error"]) == ("refresh", "complete", None)
    assert [(table["table"], table["rows_out"]) for table in found["tables"]] == [
        ("processed.clicks", 2),
        ("curated.daily_summary", 1),
        ("curated.hourly_metrics", 1),
        ("curated.source_statistics", 1),
    ]

    second = run("run", "raw_to_processed")

    assert second.exit_code == Exit.OK
    assert "Nothing new" in second.stdout
    assert "raw_to_processed: complete" in second.stdout
    assert isinstance(run("run", "nothing").exception, Missing)


def test_without_a_server_the_command_runs_the_job_itself(run: Any, data: Path) -> None:
    check_a_first_and_a_second_run(run, data)
    assert "latest run" in run("jobs").stdout
    assert [job["name"] for job in json.loads(run("jobs", "--json").stdout)][-1] == "refresh"


def test_with_a_server_the_command_asks_it(run: Any, data: Path, server: None) -> None:
    check_a_first_and_a_second_run(run, data)
    latest = {job["name"]: job["latest_run"] for job in json.loads(run("jobs", "--json").stdout)}
    assert latest["refresh"]["state"] == latest["raw_to_processed"]["state"] == "complete"


def test_a_run_says_how_far_it_is_where_nobody_looks_but_in_json(
    run: Any, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "FIRST_SECONDS", 0.0)
    monkeypatch.setattr(progress, "EVERY_SECONDS", 0.05)
    run("ingest", "--source", "clicks", str(data.parent / "records.ndjson"))

    told = run("run", "raw_to_processed")

    assert told.stderr.startswith("Running raw_to_processed")
    assert "Running" not in told.stdout
    assert run("run", "raw_to_processed", "--json").stderr == ""


def test_a_table_that_fails_makes_the_exit_code_1(run: Any, data: Path) -> None:
    run("ingest", "--source", "clicks", str(data.parent / "records.ndjson"))
    assert run("run", "raw_to_processed").exit_code == Exit.OK
    for file in (data / "lake" / "processed").rglob("*.parquet"):
        file.unlink()

    result = run("run", "processed_to_curated")

    assert result.exit_code == Exit.FAILED
    assert "curated.daily_summary" in result.stdout
    assert "processed_to_curated: fail" in result.stdout
    assert "headwater: curated.daily_summary: the set step failed" in result.stderr
