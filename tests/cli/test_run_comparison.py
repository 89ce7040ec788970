from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from headwater.cli.main import app
from headwater.errors import Invalid

IDS = [f"00000000-0000-4000-8000-{number:012d}" for number in range(4)]


def run(number: int, sql: str, *columns: str) -> dict[str, Any]:
    fields = [{"name": name, "type": "int"} for name in columns]
    return {
        "eventType": "COMPLETE",
        "eventTime": f"2026-03-0{number}T08:00:00Z",
        "run": {"runId": IDS[number]},
        "job": {"namespace": "ns", "name": "daily", "facets": {"sql": {"query": sql}}},
        "outputs": [
            {
                "namespace": "ns",
                "name": "totals",
                "facets": {"schema": {"fields": fields}},
                "outputFacets": {"outputStatistics": {"rowCount": 1000 * number}},
            }
        ],
    }


@pytest.fixture
def events(tmp_path: Path) -> Path:
    file = tmp_path / "events.ndjson"
    runs = [run(1, "SELECT a", "a"), run(2, "SELECT a", "a"), run(3, "SELECT b", "b")]
    file.write_text("".join(f"{json.dumps(one)}\n" for one in runs))
    return file


def compare(events: Path, before: int, after: int, *more: str) -> Any:
    arguments = ["runs", "compare", IDS[before], IDS[after], "--events", str(events), *more]
    return CliRunner().invoke(app, arguments)


def test_runs_that_did_the_same_end_with_0(events):
    asked = compare(events, 1, 2)
    assert asked.exit_code == 0, asked.output
    assert "Both did the same to the same." in asked.stdout
    assert "2,000" in asked.stdout


def test_runs_that_differ_end_with_1_and_say_where(events):
    asked = compare(events, 2, 3)
    assert asked.exit_code == 1, asked.output
    assert "~ column a looks renamed to b  (breaking)" in asked.stdout
    assert "-SELECT a" in asked.stdout
    assert "+SELECT b" in asked.stdout


def test_json_is_what_the_api_says(events):
    found = json.loads(compare(events, 2, 3, "--json").stdout)
    (job, totals) = found["difference"]["changed"]
    assert (totals["id"], job["id"]) == ("dataset:ns:totals", "job:ns:daily")
    assert totals["schema"][0]["change"] == "column_renamed"
    assert found["after"]["duration_ms"] is None


def test_a_run_that_is_not_there_is_invalid_input(events):
    assert isinstance(compare(events, 1, 0).exception, Invalid)
