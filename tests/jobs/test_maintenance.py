"""Upkeep as a job: fewer files and snapshots, the same rows, and nothing made again for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from headwater.engine.settings import JobSettings, JoinSettings, MaintenanceSettings

SCHEMA = {
    "type": "object",
    "properties": {
        "user": {"type": "string"},
        "at": {"type": "string", "format": "date-time"},
    },
    "required": ["user", "at"],
    "x-event-time": "at",
}
JOIN = JoinSettings(name="pairs", left="s", right="s", on={"user": "user"}, columns=("at",))
JOIN = JOIN.model_copy(update={"prefix": "first_"})
ALL = ["processed.s", "curated.daily_summary", "curated.hourly_metrics"]
ALL += ["curated.source_statistics", "curated.pairs"]


def line(number: int, day: int = 1) -> dict[str, Any]:
    return {
        "id": f"id-{number:04}",
        "received_at": "2026-03-01T10:00:00Z",
        "data": {"user": f"u{number}", "at": f"2026-02-{day:02}T10:00:00Z"},
    }


def tended(lake: Any, **more: Any) -> JobSettings:
    lake.settings = JobSettings(
        joins=(JOIN,), maintenance=MaintenanceSettings(small_files=2, **more)
    )
    return lake.settings


@pytest.fixture
def filled(lake: Any) -> Any:
    tended(lake)
    lake.registry.register("s", SCHEMA, actor="test")
    for number in range(3):
        lake.put("s", [line(number)])
        assert [result.table for result in lake.run("refresh")] == ALL
    return lake


def rows(lake: Any) -> list[Any]:
    return [lake.rows(*table.split(".", 1)) for table in ALL]


def test_many_files_become_one_and_nothing_is_made_again(filled: Any) -> None:
    before = rows(filled)
    bookmarks = filled.tables.get("processed", "s").snapshots[-1].summary

    results = filled.run("maintenance")

    assert [(r.table, r.rows_in, r.rows_out, r.error) for r in results] == [
        ("processed.s", 3, 3, None)
    ]
    assert len(filled.commits.files("processed", "s")) == 1
    made = filled.tables.get("processed", "s").snapshots[-1]
    marks = {key: text for key, text in bookmarks.items() if "bookmark" in key}
    assert marks == {key: text for key, text in made.summary.items() if "bookmark" in key}
    assert filled.run("refresh") == ()
    assert filled.run("maintenance") == ()
    assert rows(filled) == before


def test_after_upkeep_only_new_days_are_made_again(filled: Any) -> None:
    filled.put("s", [line(7, day=3)])
    filled.run("raw_to_processed")
    filled.run("maintenance")
    filled.put("s", [line(8, day=2)])

    made = {result.table: result.rows_out for result in filled.run("refresh")}

    assert made == {
        "processed.s": 1,
        "curated.daily_summary": 2,  # day 3 came before upkeep, day 2 after it
        "curated.hourly_metrics": 2,
        "curated.source_statistics": 1,
        "curated.pairs": 2,
    }
    assert filled.rows("curated", "source_statistics")[0]["records"] == 5


def test_a_changed_right_side_is_found_across_upkeep(filled: Any) -> None:
    filled.put("s", [line(0, day=9)])  # a later row of the same user
    filled.run("raw_to_processed")
    filled.run("maintenance")
    filled.run("processed_to_curated")
    found = {row["user"]: row["first_at"].day for row in filled.rows("curated", "pairs")}
    assert found["u0"] == 9


def test_upkeep_is_a_run_in_the_lineage_without_edges(filled: Any) -> None:
    filled.events.clear()
    filled.run("maintenance")
    kinds = [(e["job"]["name"], e["eventType"]) for e in filled.events]
    assert kinds == [
        ("maintenance", "START"),
        ("maintenance.processed.s", "START"),
        ("maintenance.processed.s", "COMPLETE"),
        ("maintenance", "COMPLETE"),
    ]
    assert all(not event.get("inputs") and not event.get("outputs") for event in filled.events)


def test_old_snapshots_go_but_not_those_that_curated_tables_stand_on(filled: Any) -> None:
    filled.run("maintenance")
    *_, standing, latest = filled.tables.get("processed", "s").snapshots
    # Snapshots have the time of the machine, whichever year that is by now.
    far = latest.committed_at + timedelta(days=300)
    filled.clock.advance((far - filled.clock.now()).total_seconds())

    filled.run("maintenance")

    left = [snapshot.id for snapshot in filled.tables.get("processed", "s").snapshots]
    assert len(left) == 2
    assert standing.id in left
    assert filled.snapshots("curated", "daily_summary") == 1
    assert filled.run("refresh") == ()


def test_the_chain_tends_tables_once_a_day(filled: Any) -> None:
    def maintained() -> int:
        return sum(e["job"]["name"] == "maintenance" for e in filled.events) // 2

    assert maintained() == 0
    filled.clock.advance(timedelta(days=1).total_seconds())
    filled.run("refresh")
    filled.run("refresh")
    assert maintained() == 1
    tended(filled, every_hours=0)
    filled.clock.advance(timedelta(days=9).total_seconds())
    filled.run("refresh")
    assert maintained() == 1


def test_a_table_with_many_snapshots_does_not_wait_for_the_day(filled: Any) -> None:
    tended(filled, most_snapshots=4)
    for number in range(4, 9):
        filled.put("s", [line(number)])
        filled.run("refresh")
        assert filled.snapshots("curated", "daily_summary") <= 5
    assert filled.snapshots("curated", "daily_summary") < 5
    assert len(filled.rows("processed", "s")) == 8
