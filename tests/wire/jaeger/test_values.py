"""Ids, durations and times of Jaeger's clients are read in every form, or refused by name."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from datetime import UTC, datetime
from string import hexdigits

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from headwater.errors import Invalid
from headwater.wire.jaeger.values import read_duration, read_time, read_trace_id, read_unix


@given(st.binary(min_size=16, max_size=16))
def test_trace_id_is_read_in_every_form(raw: bytes) -> None:
    for text in (raw.hex(), raw.hex().upper(), b64encode(raw).decode()):
        assert read_trace_id(text) == raw.hex()
    unpadded = urlsafe_b64encode(raw).decode().rstrip("=")
    assume(set(unpadded) - set(hexdigits))  # else it is an id of 22 digits as well
    assert read_trace_id(unpadded) == raw.hex()


def test_short_trace_id_gets_zeros() -> None:
    assert read_trace_id("abc") == "abc".rjust(32, "0")


@pytest.mark.parametrize("text", ["", "x", "a" * 33, "not an id", "%00", "zzzz", "é"])
def test_what_is_no_trace_id_is_told(text: str) -> None:
    with pytest.raises(Invalid, match="trace id"):
        read_trace_id(text)


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("1.2s", 1_200_000_000),
        ("100ms", 100_000_000),
        ("1m30s", 90_000_000_000),
        ("5us", 5_000),
        ("5µs", 5_000),
        ("7ns", 7),
        ("1h", 3_600_000_000_000),
        (".5s", 500_000_000),
    ],
)
def test_duration_is_read_as_go_writes_it(text: str, nanoseconds: int) -> None:
    assert read_duration(text, "minDuration") == nanoseconds


@pytest.mark.parametrize("text", ["", "5", "s", "1.2.3s", "1s 2s", "-1s", "5 s", "5days"])
def test_what_is_no_duration_is_told(text: str) -> None:
    with pytest.raises(Invalid, match="minDuration"):
        read_duration(text, "minDuration")


def test_times_are_read_to_the_microsecond() -> None:
    expected = datetime(2026, 11, 21, 1, 2, 3, 123456, UTC)
    assert read_time("2026-11-21T01:02:03.123456789Z", "t") == expected
    assert read_time("2026-11-21T02:02:03.123456+01:00", "t") == expected
    assert read_unix("1795224923123456", "t", per_second=1_000_000).microsecond == 123456
    for text in ("", "x", "9" * 40):
        with pytest.raises(Invalid):
            read_unix(text, "t", per_second=1000)
        with pytest.raises(Invalid):
            read_time(text, "t")
