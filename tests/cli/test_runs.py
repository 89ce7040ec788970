from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from headwater.cli.main import app


def run_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def event(number: int, type_: str, *, parent: int | None = None) -> dict[str, Any]:
    facets: dict[str, Any] = {}
    if parent is not None:
        job = {"namespace": "ns", "name": f"job_{parent}_with_a_rather_long_name"}
        facets["parent"] = {"run": {"runId": run_id(parent)}, "job": job}
    if type_ == "FAIL":
        facets["errorMessage"] = {"message": "no tide", "programmingLanguage": "PYTHON"}
    return {
        "eventType": type_,
        "eventTime": f"2026-03-01T08:{number:02d}:00Z",
        "run": {"runId": run_id(number), "facets": facets},
        "job": {"namespace": "ns", "name": f"job_{number}_with_a_rather_long_name"},
    }


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A store where run 1 completed but its child 2 failed, and 3 completed."""
    file = tmp_path / "events.ndjson"
    sent = [event(2, "FAIL", parent=1), event(1, "COMPLETE"), event(3, "COMPLETE")]
    file.write_text("".join(f"{json.dumps(one)}\n" for one in sent))
    data = ["--data", str(tmp_path / "data")]

    def invoke(*arguments: str, columns: int = 80) -> str:
        monkeypatch.setenv("COLUMNS", str(columns))
        asked = CliRunner().invoke(app, [*data, *arguments])
        assert asked.exit_code == 0, asked.output
        return asked.stdout

    invoke("events", "import", str(file))
    return invoke


@pytest.mark.parametrize("columns", [80, 100, 120, 200])
def test_table_of_runs_fits_the_terminal_and_keeps_ids_whole(ask: Any, columns: int) -> None:
    lines = ask("runs", "list", columns=columns).splitlines()
    assert max(map(len, lines)) <= columns
    for number in (1, 2, 3):
        assert any(line.split()[:1] == [run_id(number)] for line in lines)
    assert any("no tide" in line for line in lines)


def test_state_is_the_one_that_the_table_shows(ask: Any) -> None:
    shown = ask("runs", "list", "--state", "failed", columns=200)
    rows = [line for line in shown.splitlines() if line.strip().startswith("0000")]
    assert [line.split()[:2] for line in rows] == [[run_id(2), "failed"], [run_id(1), "failed"]]
    completed = json.loads(ask("runs", "list", "--state", "COMPLETED", "--json"))
    assert [run["id"] for run in completed["runs"]] == [run_id(3)]
    assert "No such runs." in ask("runs", "list", "--state", "aborted")


def test_pages_of_runs_follow_one_another(ask: Any) -> None:
    first = ask("runs", "list", "--limit", "2", columns=200)
    cursor = first.rstrip().rsplit(" ", 1)[1]
    rest = ask("runs", "list", "--after", cursor, columns=200)
    assert run_id(1) in rest
    assert run_id(3) not in rest
    assert "There are more" not in rest


def test_run_is_shown_with_its_telemetry(ask: Any) -> None:
    shown = json.loads(ask("runs", "show", run_id(2), "--json"))
    assert shown["telemetry"]["traces"] == []
    text = ask("runs", "show", run_id(2))
    assert "telemetry is missing" not in text


def test_late_job_is_explained(ask: Any) -> None:
    shown = ask("lineage", "late", "job:ns:job_3_with_a_rather_long_name", columns=200)
    assert run_id(3) in shown
    failed = ask("lineage", "late", "job:ns:job_2_with_a_rather_long_name")
    assert "No run of it has completed yet" in failed
