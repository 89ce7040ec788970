"""Event times in every spelling that producers use, from year 1 to 9999, to the nanosecond."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final

import msgspec

_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_FIRST_SECOND: Final = (date.min.toordinal() - _EPOCH_DAY) * 86400
_LAST_SECOND: Final = (date.max.toordinal() + 1 - _EPOCH_DAY) * 86400 - 1
_PLAIN_LENGTHS: Final = (19, 23, 26)  # 2026-01-01T00:00:00, with .000, with .000000

_DATE: Final = (
    r"(?P<year>\d{4})"
    r"(?:-?W(?P<week>\d{2})(?:-?(?P<weekday>\d))?"
    r"|-?(?P<month>\d{2})-?(?P<day>\d{2})"
    r"|-?(?P<ordinal>\d{3}))"
)
_CLOCK: Final = r"(?P<hour>\d{2})(?::?(?P<minute>\d{2})(?::?(?P<second>\d{2}))?)?"
_ZONE: Final = (
    r"(?P<zone>Z|UTC|GMT"
    r"|(?P<sign>[+\-\u2212])(?P<zh>\d{2})(?::?(?P<zm>\d{2})(?::?(?P<zs>\d{2}))?)?)"
)
_TIME: Final = re.compile(
    rf"\s*{_DATE}(?:[T_\s]\s*{_CLOCK}(?:[.,](?P<fraction>\d+))?)?\s*{_ZONE}?(?:\[[^\]]*\])?\s*",
    re.IGNORECASE | re.ASCII,
)


class EventTime(msgspec.Struct, frozen=True):
    """A point in time: seconds since 1970 in UTC, nanoseconds, and the text as sent."""

    seconds: int
    nanoseconds: int
    text: str

    @property
    def microseconds(self) -> int:
        """Return microseconds since 1970, rounded down."""
        return self.seconds * 1_000_000 + self.nanoseconds // 1000


def read_time(text: str) -> EventTime | None:
    """Return the time that `text` says, or None; without an offset it is UTC.

    Takes ISO 8601 in the extended and the basic form, calendar, week and ordinal dates, hour
    24, second 60, a comma, any number of fraction digits (nine count), offsets with or without
    minutes and colon, and a zone name in brackets behind the offset, which is ignored. A time
    that in UTC is before the year 1 or after 9999 is none: nothing could print it.
    """
    try:
        plain = _read_plain(text)
        if plain is not None:
            return plain
        found = _TIME.fullmatch(text)
        return None if found is None else _assemble(found.groupdict(), text)
    except ValueError:
        return None


def _read_plain(text: str) -> EventTime | None:
    """Read what most producers send, in C: `T`, whole milliseconds or microseconds, UTC."""
    if text[-1:] == "Z":
        clock = text[:-1]
    elif text[-6:] == "+00:00":
        clock = text[:-6]
    else:
        return None
    if len(clock) not in _PLAIN_LENGTHS or clock[10] != "T" or clock[13] != ":":
        return None
    try:
        read = datetime.fromisoformat(clock)
    except ValueError:
        return None
    if read.tzinfo is not None:
        return None
    seconds = (read.toordinal() - _EPOCH_DAY) * 86400
    seconds += read.hour * 3600 + read.minute * 60 + read.second
    return EventTime(seconds, read.microsecond * 1000, text)


def _assemble(parts: dict[str, str | None], text: str) -> EventTime | None:
    def number(name: str, default: int = 0) -> int:
        value = parts[name]
        return default if value is None else int(value)

    year, hour, minute, second = (number(n) for n in ("year", "hour", "minute", "second"))
    if parts["week"] is not None:
        days = date.fromisocalendar(year, number("week"), number("weekday", 1)).toordinal()
    elif parts["ordinal"] is not None:
        days = date(year, 1, 1).toordinal() + number("ordinal") - 1
        if date.fromordinal(days).year != year:
            return None
    else:
        days = date(year, number("month"), number("day")).toordinal()
    nanoseconds = int((parts["fraction"] or "0")[:9].ljust(9, "0"))
    is_midnight = hour == 24 and not (minute or second or nanoseconds)
    if not (hour < 24 or is_midnight) or minute > 59 or second > 60:
        return None
    offset = number("zh") * 3600 + number("zm") * 60 + number("zs")
    if parts["sign"] not in (None, "+"):
        offset = -offset
    seconds = (days - _EPOCH_DAY) * 86400 + hour * 3600 + minute * 60 + second - offset
    if not _FIRST_SECOND <= seconds <= _LAST_SECOND:
        return None
    return EventTime(seconds, nanoseconds, text)
