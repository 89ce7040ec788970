from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from headwater.cli.main import app
from headwater.errors import Invalid

IDS = [f"00000000-0000-4000-8000-{number:012d}" for number in range(4)]


def load(number: int, source: str) -> dict[str, Any]:
    return {
        "eventType": "COMPLETE",
        "eventTime": f"2026-03-0{number}T08:00:00Z",
        "run": {"runId": IDS[number]},
        "job": {"namespace": "ns", "name": "load"},
        "inputs": [{"namespace": "ns", "name": source}],
        "outputs": [{"namespace": "ns", "name": "orders"}],
    }


@pytest.fixture
def events(tmp_path: Path) -> Path:
    file = tmp_path / "events.ndjson"
    file.write_text("".join(f"{json.dumps(one)}\n" for one in (load(1, "raw"), load(2, "clean"))))
    return file


def diff(events: Path, *arguments: str) -> Any:
    return CliRunner().invoke(app, ["lineage", "diff", *arguments, "--events", str(events)])


def test_what_changed_between_two_times_ends_with_1(events):
    asked = diff(events, "dataset:ns:orders", "--from", "2026-03-01T12:00:00Z")
    assert asked.exit_code == 1, asked.output
    assert asked.stdout.splitlines() == [
        "- dataset ns raw",
        "+ dataset ns clean",
        "- ns:raw -> ns:load",
        "+ ns:clean -> ns:load",
    ]


def test_nothing_changed_ends_with_0(events):
    asked = diff(events, "dataset:ns:orders", "--from", "2026-03-02 09:00", "--to", "1h")
    assert (asked.exit_code, asked.stdout) == (0, "Nothing changed.\n")


def test_two_runs_can_be_compared_too(events):
    asked = diff(events, "--from-run", IDS[1], "--to-run", IDS[2], "--json")
    assert asked.exit_code == 1
    assert [one["id"] for one in json.loads(asked.stdout)["nodes"]["added"]] == ["dataset:ns:clean"]


def test_all_that_changed_since_a_time_needs_no_table(events):
    asked = diff(events, "--from", "2026-03-01T12:00:00Z", "--json")
    assert asked.exit_code == 1
    found = json.loads(asked.stdout)
    assert [one["id"] for one in found["nodes"]["added"]] == ["dataset:ns:clean"]
    assert diff(events, "--from", "2026-03-02T12:00:00Z").exit_code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("dataset:ns:orders",),
        ("--from-run", IDS[1]),
        (),
        ("--from", "2026-03-01T12:00:00Z", "--up"),
        ("dataset:ns:orders", "--from-run", IDS[1], "--to-run", IDS[2]),
        ("dataset:ns:orders", "--from", "9999999w"),
    ],
)
def test_half_a_question_is_refused(events, arguments):
    assert diff(events, *arguments).exit_code == 2


def test_what_is_no_time_is_invalid(events):
    asked = diff(events, "dataset:ns:orders", "--from", "last monday")
    assert isinstance(asked.exception, Invalid)
