from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from headwater.cli.impact_report import to_markdown
from headwater.cli.main import app
from headwater.errors import Invalid

PRODUCERS = Path(__file__).parents[1] / "payloads" / "producers"
DBT = "dataset:duckdb%3A%2F%2F%2Fsrv%2Fpipelines%2Fdbtproj%2Fshop.duckdb:shop.main."


@pytest.fixture
def events(tmp_path: Path) -> Path:
    """Return what dbt sent as a file of events, a line each."""
    file = tmp_path / "events.ndjson"
    lines = (json.loads(line) for line in (PRODUCERS / "dbt.ndjson").read_text().splitlines())
    bodies = [sent["body"] for sent in lines if sent["path"].endswith("/lineage")]
    file.write_text("".join(f"{json.dumps(json.loads(body))}\n" for body in bodies))
    return file


def impact(*arguments: object, **how: Any) -> Any:
    runner = CliRunner()
    return runner.invoke(app, ["lineage", "impact", *map(str, arguments)], **how)


def test_a_file_of_events_answers_without_a_server(events):
    asked = impact(f"{DBT}stg_orders", "--column", "amount", "--events", events, "--json")
    assert asked.exit_code == 0, asked.output
    found = json.loads(asked.stdout)
    told = {one["name"]: [c["name"] for c in one["columns"]] for one in found["datasets"]}
    assert told == {"shop.main.customer_orders": ["total"], "shop.main.daily_sales": ["total"]}
    assert found["summary"]["owners"] == ["team-data"]
    assert not found["partial"]


@pytest.mark.parametrize(
    ("column", "fail_on", "code"),
    [
        ("amount", "never", 0),
        ("amount", "direct", 1),
        ("status", "direct", 0),
        ("status", "any", 1),
    ],
)
def test_the_exit_code_says_whether_there_is_such_an_effect(events, column, fail_on, code):
    asked = impact(f"{DBT}stg_orders", "--column", column, "--events", events, "--fail-on", fail_on)
    assert asked.exit_code == code, asked.output


def test_an_unknown_column_is_invalid_and_no_answer(events):
    asked = impact(f"{DBT}stg_orders", "--column", "nope", "--events", events)
    assert isinstance(asked.exception, Invalid)
    assert "customer_id" in str(asked.exception.hint)


def test_a_file_without_events_is_refused(tmp_path):
    file = tmp_path / "notes.txt"
    file.write_text("nothing\nof this\n")
    asked = impact("dataset:a:b", "--events", file)
    assert isinstance(asked.exception, Invalid)
    assert isinstance(impact("dataset:a:b", "--events", tmp_path / "no").exception, Invalid)


def test_lines_that_are_no_events_are_left_out_and_counted(events):
    with events.open("a") as file:
        file.write("not an event\n")
    asked = impact(f"{DBT}stg_orders", "--events", events, "--json")
    assert asked.exit_code == 0, asked.output
    assert "1 of 81 events left out" in asked.stderr


def test_an_array_of_events_is_read_too(events, tmp_path):
    file = tmp_path / "array.json"
    lines = [json.loads(line) for line in events.read_text().splitlines()]
    file.write_text(json.dumps(lines, indent=1))
    asked = impact(f"{DBT}stg_orders", "--events", file, "--json")
    assert json.loads(asked.stdout)["summary"]["datasets"] == 3


def test_markdown_shows_who_is_affected(events):
    asked = impact(f"{DBT}stg_orders", "--column", "amount", "--events", events, "--markdown")
    assert asked.stdout.startswith("### Impact of `duckdb:///srv")
    assert "| `shop.main.daily_sales` | direct | 1 | `total` | team-data |" in asked.stdout
    assert "Owners to ask: team-data" in asked.stdout


def test_names_from_producers_cannot_write_markdown():
    hostile = "a|b`c\n<img src=x> @everyone [x](y)"
    one = {"name": hostile, "effect": "direct", "distance": 1, "owners": [hostile]}
    found = {
        "start": {"namespace": "ns", "name": hostile, "columns": []},
        "summary": {
            "datasets": 1,
            "jobs": 1,
            "columns": {"direct": 1, "indirect": 0},
            "owners": [hostile],
        },
        "datasets": [
            {
                **one,
                "written_at": None,
                "columns": [{"name": hostile, "effect": "direct", "masking": True}],
            }
        ],
        "jobs": [{**one, "state": "FAILED", "ran_at": None}],
        "partial": False,
        "reason": None,
    }
    text = to_markdown(found)
    outside = "".join(part for at, part in enumerate(text.split("`")) if at % 2 == 0)
    assert not [sign for sign in ("<img", "@everyone", " [x]") if sign in outside]
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len(rows) == 6
    assert all(row.replace("\\|", "").count("|") == 7 for row in rows)


def test_markdown_and_json_exclude_each_other(events):
    asked = impact("dataset:a:b", "--events", events, "--markdown", "--json")
    assert asked.exit_code == typer.BadParameter.exit_code


def test_an_export_is_read_with_what_people_said(events, tmp_path):
    data = tmp_path / "data"
    runner = CliRunner()

    def call(*arguments: object) -> Any:
        asked = runner.invoke(app, ["--data", str(data), *map(str, arguments)])
        assert asked.exit_code == 0, asked.output
        return asked

    call("events", "import", events)
    call("lineage", "own", f"{DBT}daily_sales", "ann")
    call("events", "export", tmp_path / "export.ndjson")
    asked = impact(f"{DBT}stg_orders", "--events", tmp_path / "export.ndjson", "--json")
    assert json.loads(asked.stdout)["summary"]["owners"] == ["ann", "team-data"]


def test_events_in_gzip_are_read(events, tmp_path):
    file = tmp_path / "events.ndjson.gz"
    file.write_bytes(gzip.compress(events.read_bytes()))
    asked = impact(f"{DBT}stg_orders", "--events", file, "--json")
    assert json.loads(asked.stdout)["summary"]["datasets"] == 3
