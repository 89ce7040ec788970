"""Windows of time as questions have them: since, until, step."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from fastapi import Query
from pydantic import Field

from headwater.clock import Clock
from headwater.errors import Unprocessable
from headwater.model.intervals import Intervals
from headwater.model.lineage import Moment

MOST_INTERVALS: Final = 2_000
_USUAL_INTERVALS: Final = 60
_DAY: Final = timedelta(days=1)
_NANOSECONDS: Final = 1_000_000_000
_EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(2262, 1, 1, tzinfo=UTC)
"""Telemetry counts nanoseconds in 64 bits, and none of it is from before or after."""

Milliseconds = Annotated[float, Field(ge=0, le=9e12)]
"""A length of time that fits into 64 bits of nanoseconds."""

Since = Annotated[datetime | None, Query(description="From then on [default: a day before].")]
Until = Annotated[datetime | None, Query(description="Up to then [default: now].")]
Step = Annotated[int | None, Query(gt=0, description="Seconds of an interval [default: a 60th].")]


def intervals_of(
    since: datetime | None, until: datetime | None, step: int | None, *, clock: Clock
) -> Intervals:
    """Return the window that was asked for, in whole seconds; raises `Unprocessable`."""
    last, first = zoned(until, "until"), zoned(since, "since")
    end = int(clock.now().timestamp()) + 1 if last is None else _seconds(last)
    start = end - round(_DAY.total_seconds()) if first is None else _seconds(first)
    if start >= end:
        raise Unprocessable("since is not before until", path="/since")
    asked = step or max(1, -(-(end - start) // _USUAL_INTERVALS))
    intervals = Intervals(start=start, end=end, step=asked)
    if intervals.count > MOST_INTERVALS:
        raise Unprocessable(
            f"step={asked} makes {intervals.count:,} intervals, more than {MOST_INTERVALS:,}",
            path="/step",
            hint="ask for longer ones, or for a shorter window",
        )
    return intervals


def moment_of(time: datetime, name: str) -> Moment:
    """Return a time as lineage has it; raises `Unprocessable` for one without a zone."""
    _refuse_naive(time, name)
    try:
        seconds = _seconds(time.astimezone(UTC))
    except OverflowError:
        raise Unprocessable(
            f"{name} is in UTC before the year 1 or after 9999",
            path=f"/{name}",
            hint="take a time between them",
        ) from None
    return Moment(seconds, time.microsecond * 1_000)


def zoned(time: datetime | None, name: str) -> datetime | None:
    """Return a time, or the nearest that telemetry can have; `Unprocessable` if without a zone."""
    if time is None:
        return None
    _refuse_naive(time, name)
    return min(max(time, _EARLIEST), _LATEST)


def nanoseconds_of(time: datetime | None, name: str) -> int | None:
    """Return a time as Unix nanoseconds; raises `Unprocessable` for one without a zone."""
    found = zoned(time, name)
    if found is None:
        return None
    return _seconds(found) * _NANOSECONDS + found.microsecond * 1_000


def text_of(nanoseconds: int) -> str:
    """Return Unix nanoseconds as text, to the nanosecond where that says more than the second."""
    seconds, rest = divmod(nanoseconds, _NANOSECONDS)
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}" + (f".{rest:09d}Z" if rest else "Z")


def _refuse_naive(time: datetime, name: str) -> None:
    if time.tzinfo is None:
        raise Unprocessable(f"{name} has no zone", path=f"/{name}", hint="end it with Z")


def _seconds(time: datetime) -> int:
    return int((time - timedelta(microseconds=time.microsecond)).timestamp())
