"""Dates and times beyond the years 1 to 9999, which DuckDB has and Python has not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pyarrow as pa

_CYCLE_DAYS: Final = 146_097
_CYCLE_YEARS: Final = 400
_DAY: Final = 86_400_000_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TO_MICROSECONDS: Final = {"s": (1_000_000, 1), "ms": (1000, 1), "us": (1, 1), "ns": (1, 1000)}


def spell_times(column: Any) -> list[str | None]:
    """Return dates or timestamps as ISO 8601 with as many digits of the year as needed."""
    kind = column.type
    if pa.types.is_date(kind):
        days = column.cast(pa.int32()).to_pylist()
        return [None if day is None else _spell(day, 2**31 - 1, "date") for day in days]
    factor, divisor = _TO_MICROSECONDS[kind.unit]
    zone = "Z" if kind.tz is not None else ""
    counts = column.cast(pa.int64()).to_pylist()
    return [
        None
        if count is None
        else _spell(count, 2**63 - 1, zone)
        if abs(count) == 2**63 - 1
        else _spell(count * factor // divisor, None, zone)
        for count in counts
    ]


def _spell(count: int, infinity: int | None, zone: str) -> str:
    if count == infinity:
        return "Infinity"
    if infinity is not None and count == -infinity:
        return "-Infinity"
    days, rest = (count, 0) if zone == "date" else divmod(count, _DAY)
    cycles, day = divmod(days, _CYCLE_DAYS)
    within = _EPOCH + timedelta(days=day, microseconds=rest)
    year = within.year + cycles * _CYCLE_YEARS
    sign = "-" if year < 0 else "+" if year > 9999 else ""
    text = f"{sign}{abs(year):04}{within.replace(tzinfo=None).isoformat()[4:]}"
    return text.partition("T")[0] if zone == "date" else text + zone
