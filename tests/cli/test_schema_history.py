from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from headwater.cli.main import app


def write(day: int, *columns: str) -> dict[str, Any]:
    fields = [dict(zip(("name", "type"), column.split(), strict=True)) for column in columns]
    return {
        "eventType": "COMPLETE",
        "eventTime": f"2026-03-0{day}T08:00:00Z",
        "run": {"runId": f"00000000-0000-4000-8000-{day:012d}"},
        "job": {"namespace": "ns", "name": "load"},
        "outputs": [
            {"namespace": "ns", "name": "orders", "facets": {"schema": {"fields": fields}}},
            {"namespace": "ns", "name": "bare"},
        ],
    }


@pytest.fixture
def events(tmp_path: Path) -> Path:
    file = tmp_path / "events.ndjson"
    runs = [write(1, "id int", "total int"), write(2, "id int"), write(3, "id bigint")]
    file.write_text("".join(f"{json.dumps(one)}\n" for one in runs))
    return file


def history(events: Path, *more: str) -> Any:
    return CliRunner().invoke(app, ["lineage", "history", *more, "--events", str(events)])


def test_versions_are_told_newest_first(events):
    asked = history(events, "dataset:ns:orders")
    assert asked.exit_code == 0, asked.output
    lines = asked.stdout.splitlines()
    assert lines[0].startswith("version 3  2026-03-03 08:00:00  by run 00000000")
    assert "    ~ column id widened from int to bigint" in lines
    assert "    - column total int  (breaking)" in lines
    assert "    downstream of it now: nothing that is known" in lines
    assert lines[-2:] == ["    id int", "    total int"]


def test_breaking_changes_alone_and_the_empty_states(events):
    assert history(events, "dataset:ns:orders", "--breaking").stdout.startswith("version 2")
    assert "has no schema" in history(events, "dataset:ns:bare").stdout
    assert "and 2 earlier" in history(events, "dataset:ns:orders", "--limit", "1").stdout


def test_json_is_what_the_api_says(events):
    found = json.loads(history(events, "dataset:ns:orders", "--json").stdout)
    assert [version["breaking"] for version in found["versions"]] == [False, True, False]
