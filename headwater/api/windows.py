"""Windows of time as questions have them: since, until, step."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from fastapi import Query

from headwater.clock import Clock
from headwater.errors import Unprocessable
from headwater.model.intervals import Intervals

MOST_INTERVALS: Final = 2_000
_USUAL_INTERVALS: Final = 60
_DAY: Final = timedelta(days=1)
_NANOSECONDS: Final = 1_000_000_000

Since = Annotated[datetime | None, Query(description="From then on [default: a day before].")]
Until = Annotated[datetime | None, Query(description="Up to then [default: now].")]
Step = Annotated[int | None, Query(gt=0, description="Seconds of an interval [default: a 60th].")]


def intervals_of(
    since: datetime | None, until: datetime | None, step: int | None, *, clock: Clock
) -> Intervals:
    """Return the window that was asked for, in whole seconds; raises `Unprocessable`."""
    end = _seconds(until, "until") if until else int(clock.now().timestamp()) + 1
    start = _seconds(since, "since") if since else end - round(_DAY.total_seconds())
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


def nanoseconds_of(time: datetime | None, name: str) -> int | None:
    """Return a time as Unix nanoseconds; raises `Unprocessable` for one without a zone."""
    if time is None:
        return None
    return _seconds(time, name) * _NANOSECONDS + time.microsecond * 1_000


def text_of(nanoseconds: int) -> str:
    """Return Unix nanoseconds as text, to the nanosecond where that says more than the second."""
    seconds, rest = divmod(nanoseconds, _NANOSECONDS)
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}" + (f".{rest:09d}Z" if rest else "Z")


def _seconds(time: datetime, name: str) -> int:
    if time.tzinfo is None:
        raise Unprocessable(f"{name} has no zone", path=f"/{name}", hint="end it with Z")
    return int((time - timedelta(microseconds=time.microsecond)).timestamp())
