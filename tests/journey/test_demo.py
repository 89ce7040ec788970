"""The demo, as a newcomer runs it: one command, real data, every promise in its summary."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

pytestmark = [pytest.mark.journey, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "headwater", "demo", "--once", "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=1500,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def rows_of(report: dict[str, Any], table: str) -> int:
    return int(next(one["rows"] for one in report["tables"] if one["table"] == table))


def test_every_record_of_the_year_went_in(report: dict[str, Any]) -> None:
    accepted = {one["source"]: one["accepted"] for one in report["records"]}
    assert accepted == {
        "airlines": 16,
        "planes": 3_322,
        "weather": 26_115,
        "flights": 336_776,
    }
    assert all(one["rejected"] == 0 for one in report["records"])


def test_a_file_went_in_by_a_pipeline(report: dict[str, Any]) -> None:
    run = report["pipeline"]
    assert [stage["state"] for stage in run["stages"]] == ["COMPLETED"] * 5
    assert run["records"] == {"read": 1_458, "written": 1_458, "rejected": 0}
    assert rows_of(report, "processed.airports") == 1_458


def test_every_flight_is_in_its_tables_the_cancelled_ones_too(report: dict[str, Any]) -> None:
    assert rows_of(report, "processed.flights") == 336_776
    assert rows_of(report, "curated.flights_weather") == 336_776
    assert rows_of(report, "processed.weather") == 26_115


def test_the_questions_have_the_answers_that_the_data_gives(report: dict[str, Any]) -> None:
    airlines, wind, days = (question["rows"] for question in report["questions"])
    assert airlines[0][:2] == ["Frontier Airlines Inc.", 685]
    assert [row[1] for row in wind] == [149_178, 164_770, 20_201, 993]
    assert days[0][0] == "2013-03-08"


def test_a_curated_column_is_traced_to_the_field_that_was_sent(report: dict[str, Any]) -> None:
    nodes = {node["id"] for node in report["lineage"]["nodes"]}
    assert "datasetField:headwater:raw.weather:wind_speed" in nodes
    assert not report["lineage"]["partial"]


def test_the_failed_run_says_why_and_its_table_was_made_after_the_correction(
    report: dict[str, Any],
) -> None:
    failed = report["failed_run"]
    assert failed["run"]["state"] == "FAILED"
    assert "wind_speed: expected 0.0 to 250.0" in failed["run"]["error"]["message"]
    assert [row[2] for row in failed["culprits"]["rows"]] == [1048.36058]
    assert failed["corrected"] == 1
    assert rows_of(report, "curated.station_weather") == 26_115


def test_a_schema_may_grow_and_may_not_break_what_is_built_on_it(report: dict[str, Any]) -> None:
    change = report["schema_change"]
    assert change["added"] == ["speed"]
    assert rows_of(report, "processed.planes") == 3_322
    assert "curated.flights_weather" in change["refused"]["downstream"]
