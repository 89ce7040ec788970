"""How fresh tables are, against the rhythm of their own past."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from headwater.model.table import Snapshot, Table
from headwater.query.overview_freshness import Freshness, freshness_of

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def table(*ages: timedelta, name: str = "summary", operation: str = "append") -> Table:
    snapshots = [
        Snapshot(id=n, parent_id=None, committed_at=NOW - age, operation=operation, summary={})
        for n, age in enumerate(ages)
    ]
    return Table(
        zone="curated",
        name=name,
        location="file:///x",
        fields=(),
        snapshots=tuple(snapshots),
        current_snapshot_id=None,
    )


def judged(*ages: timedelta, operation: str = "append") -> Freshness:
    (found,) = freshness_of([table(*ages, operation=operation)], NOW)
    return found


def test_a_table_that_is_written_every_hour_is_fresh_within_the_hour():
    found = judged(*(HOUR * n for n in (5, 4, 3, 2, 1)))
    assert (found.state, found.usual_seconds, found.writes) == ("fresh", 3600, 5)


def test_a_table_is_late_when_it_waited_twice_as_long_as_usual():
    assert judged(*(HOUR * n for n in (7, 6, 5, 4, 3))).state == "late"


def test_a_table_that_paused_as_long_before_is_not_late():
    assert judged(*(HOUR * n for n in (10, 9, 8, 4, 3))).state == "fresh"


@pytest.mark.parametrize("count", [0, 1, 4])
def test_of_few_writes_nothing_is_said(count):
    found = judged(*(HOUR * n for n in range(count + 3, 3, -1)))
    assert (found.state, found.usual_seconds, found.writes) == ("unknown", None, count)


def test_writes_of_one_minute_are_one():
    seconds = timedelta(seconds=10)
    assert judged(*(HOUR + seconds * n for n in range(20, 0, -1))).writes == 1


def test_upkeep_is_no_write():
    assert judged(HOUR, operation="replace").written_at is None


def test_late_tables_come_first():
    late = table(*(HOUR * n for n in (50, 49, 48, 47, 46)), name="z")
    fresh = table(*(HOUR * n for n in (5, 4, 3, 2, 1)), name="a")
    found = freshness_of([fresh, late, table(name="b")], NOW)
    assert [one.table for one in found] == ["curated.z", "curated.a", "curated.b"]
