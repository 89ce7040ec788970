"""Typed tables become summaries and joined sets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from headwater.engine.settings import JobSettings, JoinSettings

FLIGHTS = {
    "type": "object",
    "properties": {
        "flight": {"type": "integer"},
        "origin": {"type": "string"},
        "time_hour": {"type": "string", "format": "date-time"},
        "delay": {"type": ["number", "null"]},
    },
    "required": ["flight", "origin", "time_hour"],
    "x-event-time": "time_hour",
}
WEATHER = {
    "type": "object",
    "properties": {
        "origin": {"type": "string"},
        "time_hour": {"type": "string", "format": "date-time"},
        "temp": {"type": "number"},
    },
    "required": ["origin", "time_hour"],
    "x-event-time": "time_hour",
    "x-dedupe": "key",
    "x-key": ["origin", "time_hour"],
}
JOIN = JoinSettings(
    name="flights_weather",
    left="flights",
    right="weather",
    on={"origin": "origin", "time_hour": "time_hour"},
    columns=("temp",),
)
LATENCY = ("latency_p50_seconds", "latency_p95_seconds")


def line(number: int, value: Any, received_at: str = "2026-03-01T10:00:00Z") -> dict[str, Any]:
    return {"id": f"id-{number:04}", "received_at": received_at, "data": value}


def flight(number: int, day: int, delay: float | None = 1.5, origin: str = "JFK") -> dict[str, Any]:
    return line(
        number,
        {
            "flight": number,
            "origin": origin,
            "time_hour": f"2013-01-{day:02}T05:00:00Z",
            "delay": delay,
        },
    )


def weather(number: int, day: int, temp: float) -> dict[str, Any]:
    return line(number, {"origin": "JFK", "time_hour": f"2013-01-{day:02}T05:00:00Z", "temp": temp})


@pytest.fixture
def air(tmp_path: Path, make_lake: Any) -> Iterator[Any]:
    with closing(make_lake(tmp_path, JobSettings(joins=(JOIN,)))) as opened:
        opened.registry.register("flights", FLIGHTS, actor="test")
        opened.registry.register("weather", WEATHER, actor="test")
        yield opened


def test_each_source_and_day_has_its_summary(air: Any) -> None:
    air.put("flights", [flight(1, 1, 2.0), flight(2, 1, None), flight(3, 2, 5.0)])
    results = air.run("refresh")
    assert [r.error for r in results] == [None] * len(results)
    first, second = air.rows("curated", "daily_summary")
    assert (first["records"], first["distinct_keys"], first["rejected"]) == (2, 2, 0)
    fields = dict(first["fields"])
    assert fields["delay"] == {"sum": 2.0, "average": 2.0, "min": 2.0, "max": 2.0, "count": 1}
    assert fields["flight"]["sum"] == 3.0
    assert second["records"] == 1


def test_only_touched_groups_are_made_again(air: Any) -> None:
    air.put("flights", [flight(1, 1), flight(2, 2)])
    air.run("refresh")
    before = {row["day"]: row for row in air.rows("curated", "daily_summary")}
    air.put("flights", [flight(3, 2)])
    results = {r.table: r for r in air.run("refresh")}
    assert results["curated.daily_summary"].rows_out == 1
    after = {row["day"]: row for row in air.rows("curated", "daily_summary")}
    assert [row["records"] for row in after.values()] == [1, 2]
    first = min(before)
    assert after[first] == before[first]


def test_running_twice_changes_nothing(air: Any) -> None:
    air.put("flights", [flight(1, 1), flight(2, 2), line(9, None)])
    air.put("weather", [weather(1, 1, 20.0)])
    air.run("refresh")
    names = ["daily_summary", "hourly_metrics", "source_statistics", "flights_weather"]
    before = {name: (air.snapshots("curated", name), air.rows("curated", name)) for name in names}
    assert air.run("refresh") == ()
    after = {name: (air.snapshots("curated", name), air.rows("curated", name)) for name in names}
    assert after == before


def test_rejected_records_count_where_they_arrived(air: Any) -> None:
    air.put("flights", [flight(1, 1), line(2, None), line(3, {"origin": 5})])
    air.run("refresh")
    days = {str(row["day"]): row for row in air.rows("curated", "daily_summary")}
    assert days["2026-03-01"]["rejected"] == 2
    assert days["2026-03-01"]["records"] == 0
    hours = {str(row["hour"]): row for row in air.rows("curated", "hourly_metrics")}
    assert hours["2026-03-01 10:00:00+00:00"]["errors"] == 2
    (statistics,) = air.rows("curated", "source_statistics")
    assert (statistics["records"], statistics["rejected"]) == (1, 2)
    assert dict(statistics["null_rates"])["delay"] == 0.0


def test_a_joined_set_follows_both_sides(air: Any) -> None:
    air.put("flights", [flight(1, 1), flight(2, 2), flight(3, 3, origin="EWR")])
    air.put("weather", [weather(1, 1, 20.0)])
    air.run("refresh")
    found = {row["flight"]: row["temp"] for row in air.rows("curated", "flights_weather")}
    assert found == {1: 20.0, 2: None, 3: None}
    air.put("weather", [weather(2, 2, 7.5)])
    results = {r.table: r for r in air.run("refresh")}
    assert results["curated.flights_weather"].rows_out == 1
    found = {row["flight"]: row["temp"] for row in air.rows("curated", "flights_weather")}
    assert found == {1: 20.0, 2: 7.5, 3: None}


def test_a_correction_of_a_key_reaches_the_joined_set(air: Any) -> None:
    air.put("flights", [flight(1, 1)])
    air.put("weather", [weather(1, 1, 20.0)])
    air.run("refresh")
    air.put("weather", [weather(2, 1, 21.0)])
    air.run("refresh")
    assert [row["temp"] for row in air.rows("processed", "weather")] == [21.0]
    assert [row["temp"] for row in air.rows("curated", "flights_weather")] == [21.0]


def test_percentiles_are_nearest_rank(air: Any) -> None:
    air.put("flights", [flight(n, 1) for n in range(1, 21)])
    air.run("refresh")
    (row,) = air.rows("curated", "hourly_metrics")
    assert row["latency_p50_seconds"] == row["latency_p95_seconds"] > 0
    assert row["bytes"] == sum(r["record_bytes"] for r in air.rows("processed", "flights"))


def test_a_magnitude_that_decimals_cannot_hold_has_no_sum(air: Any) -> None:
    air.put("flights", [flight(1, 1, 1e300), flight(2, 1, 1.0)])
    air.run("refresh")
    (row,) = air.rows("curated", "daily_summary")
    delay = dict(row["fields"])["delay"]
    assert (delay["sum"], delay["average"], delay["max"], delay["count"]) == (None, None, 1e300, 2)


def test_a_broken_join_fails_alone_and_says_why(tmp_path: Path, make_lake: Any) -> None:
    broken = JOIN.model_copy(update={"columns": ("wind",)})
    with closing(make_lake(tmp_path, JobSettings(joins=(broken,)))) as lake:
        lake.registry.register("flights", FLIGHTS, actor="test")
        lake.registry.register("weather", WEATHER, actor="test")
        lake.put("flights", [flight(1, 1)])
        lake.put("weather", [weather(1, 1, 20.0)])
        results = {r.table: r for r in lake.run("refresh")}
        assert "wind" in (results["curated.flights_weather"].error or "")
        assert results["curated.daily_summary"].error is None
        ends = {e["job"]["name"]: e["eventType"] for e in lake.events}
        assert ends["processed_to_curated.flights_weather"] == "FAIL"
        assert ends["processed_to_curated"] == ends["refresh"] == "FAIL"
        assert ends["raw_to_processed"] == "COMPLETE"
