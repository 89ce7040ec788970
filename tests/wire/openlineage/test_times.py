from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.model.lineage import Moment
from headwater.wire.openlineage.times import read_time

NOON = int(datetime(2024, 5, 5, 10, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("text", "seconds", "nanoseconds"),
    [
        ("2024-05-05T10:00:00Z", NOON, 0),
        ("2024-05-05T10:00:00", NOON, 0),
        ("2024-05-05 10:00:00", NOON, 0),
        ("2024-05-05t10:00:00z", NOON, 0),
        ("2024-05-05T10:00:00.123456", NOON, 123_456_000),
        ("2024-05-05T10:00:00.123456789Z", NOON, 123_456_789),
        ("2024-05-05T10:00:00.1234567891Z", NOON, 123_456_789),
        ("2024-05-05T10:00:00,5Z", NOON, 500_000_000),
        ("20240505T100000Z", NOON, 0),
        ("2024-W18-7T10:00:00Z", NOON, 0),
        ("2024W187T100000Z", NOON, 0),
        ("2024-126T10:00:00Z", NOON, 0),
        ("2024126T100000Z", NOON, 0),
        ("2024-05-04T24:00:00Z", NOON - 10 * 3600, 0),
        ("2024-05-05T10:00Z", NOON, 0),
        ("2024-05-05T10Z", NOON, 0),
        ("2024-05-05", NOON - 10 * 3600, 0),
        ("2024-05-05T09:59:60Z", NOON, 0),
        ("2024-05-05T15:30:00+0530", NOON, 0),
        ("2024-05-05T15:30:00+05:30", NOON, 0),
        ("2024-05-05T15:00:00+05", NOON, 0),
        ("2024-05-05T02:00:00-08:00", NOON, 0),
        ("2024-05-05T02:00:00\u221208:00", NOON, 0),
        ("2024-05-05T12:00:00+02:00[Europe/Paris]", NOON, 0),
        ("2024-05-05T10:00:00 UTC", NOON, 0),
        ("0001-01-01T00:00:00Z", -62_135_596_800, 0),
        ("9999-12-31T23:59:59Z", 253_402_300_799, 0),
        ("9999-12-31T23:59:59+12:00", 253_402_300_799 - 12 * 3600, 0),
    ],
)
def test_every_spelling_is_read(text, seconds, nanoseconds):
    time = read_time(text)
    assert (time.seconds, time.nanoseconds, time.text) == (seconds, nanoseconds, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2024",
        "2024-13-01T00:00:00Z",
        "2023-366",
        "2024-02-30",
        "2024-05-05T24:00:01Z",
        "2024-05-05T25:00:00Z",
        "2024-05-05T10:60:00Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "9999-12-31T23:59:60Z",
        "9999-12-31T24:00:00Z",
        "2024-W54-1",
        "2024-05-05T10:00:00+",
        "2024-05-05T10:00:00Zulu",
        "٢٠٢٤-05-05T10:00:00Z",
    ],
)
def test_what_says_no_time_is_none(text):
    assert read_time(text) is None


@given(
    at=st.datetimes(
        min_value=datetime(1, 1, 2),  # noqa: DTZ001  # zones are drawn
        max_value=datetime(9999, 12, 30),  # noqa: DTZ001
        timezones=st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m))),
    )
)
def test_python_and_we_agree(at):
    time = read_time(at.isoformat())
    expected = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    assert time.microseconds == expected


def test_whatever_is_read_at_the_ends_of_the_calendar_can_be_written_in_utc():
    days = ("01-01", "12-31", "W01-1", "W52-7", "001", "365")
    clocks = ("", "T00", "T23:59:59", "T23:59:60", "T24:00")
    zones = ("", "Z", "+14:00", "-14:00", "+99:99", "-99:99")
    spelt = ["".join(each) for each in product(("0001-", "9999-"), days, clocks, zones)]
    read = [time for time in map(read_time, spelt) if time is not None]
    assert read
    for time in read:
        written = read_time(Moment(time.seconds, time.nanoseconds).to_text())
        assert written is not None
        assert written.seconds == time.seconds


@given(text=st.text(alphabet="0123456789-:TWZ+., []", max_size=30))
def test_no_text_breaks_the_reader(text):
    time = read_time(text)
    assert time is None or 0 <= time.nanoseconds < 1_000_000_000


DATES = r"\d{4}-(\d\d-\d\d|W\d\d-\d)"
CLOCKS = r"[T ]\d\d:\d\d(:\d\d)?([.,]\d{3}|[.,]\d{6}|[+-]\d\d:?\d\d)?(Z|\+00:00)"


@given(text=st.from_regex(DATES + CLOCKS, fullmatch=True))
def test_the_short_way_and_the_long_way_agree(text):
    short, long = read_time(text), read_time(text + "[UTC]")
    assert (short is None) == (long is None)
    if short is not None and long is not None:
        assert (short.seconds, short.nanoseconds) == (long.seconds, long.nanoseconds)
