"""How many records came of late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from headwater.clock import ManualClock
from headwater.ingest import rates as module
from headwater.ingest.frame import Frame, Part, Reject
from headwater.ingest.rates import MINUTES, RecordRates, counts_of, spread
from headwater.model.record import Segment

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def segment(records: int, first: datetime, last: datetime) -> Segment:
    return Segment(
        sequence=1,
        source="sensors",
        day="2026-11-21",
        path="p",
        log="l",
        records=records,
        size_bytes=1,
        sha256="s",
        first_at=first,
        last_at=last,
    )


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


def test_records_are_counted_by_minute_and_source(clock):
    rates = RecordRates(clock)
    frame = Frame(0, "ann", [Part("a", 2, b""), Part("b", 1, b"")], [Reject(0, "a", "", "", b"")])
    rates.note(counts_of([frame]))
    clock.advance(60)
    rates.note([("a", 5, 0)])
    assert [(m.accepted, m.rejected) for m in rates.since(NOON)] == [(3, 1), (5, 0)]
    assert [(m.accepted, m.rejected) for m in rates.since(NOON, "a")] == [(2, 1), (5, 0)]
    assert rates.accepted_since(NOON + timedelta(minutes=1)) == {"a": 5, "b": 0}
    assert rates.has_any()


def test_a_day_is_kept(clock):
    rates = RecordRates(clock)
    rates.note([("a", 1, 0)])
    clock.advance(60 * MINUTES)
    rates.note([("a", 1, 0)])
    assert [m.accepted for m in rates.since(NOON)] == [1]


def test_what_is_sealed_waits_no_more(clock):
    rates = RecordRates(clock)
    rates.note([("sensors", 3, 0), ("other", 1, 0)])
    rates.sealed([segment(2, NOON, NOON)])
    assert rates.waiting() == {"sensors": 1, "other": 1}
    rates.sealed([segment(5, NOON - timedelta(hours=1), NOON)])
    assert rates.waiting() == {"sensors": 1, "other": 1}


def test_too_many_sources_count_in_the_sum_alone(clock, monkeypatch):
    monkeypatch.setattr(module, "MOST_SOURCES", 1)
    rates = RecordRates(clock)
    rates.note([("a", 1, 0), ("b", 2, 0)])
    assert [m.accepted for m in rates.since(NOON)] == [3]
    assert rates.since(NOON, "b") == []


def test_segments_are_spread_over_their_minutes():
    start = NOON - timedelta(minutes=3)
    found = spread([segment(30, start, NOON)], until=NOON, since=start)
    assert [round(records) for _, records in sorted(found.items())] == [10, 10, 10, 0]
    part = spread([segment(30, start, NOON)], until=NOON - timedelta(minutes=1), since=start)
    assert round(sum(part.values())) == 20
    assert spread([segment(7, start, start)], until=NOON, since=start) == {
        int(start.timestamp()): 7.0
    }
