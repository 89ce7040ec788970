"""How fresh each curated table is, against the rhythm of its own past."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import median
from typing import Final, Literal

from headwater.model.table import Table

State = Literal["fresh", "late", "unknown"]

LEAST_GAPS: Final = 4
_LOOKED_BACK: Final = 30
_TOGETHER_SECONDS: Final = 60
_TOLERANCE: Final = 2.0
_UPKEEP: Final = frozenset({"replace"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """When a table was written last, and how often it usually is.

    Writes less than a minute apart are one. `usual_seconds` is the median of the gaps between
    them, None where there are fewer than `LEAST_GAPS`. Late is a table that has waited more than
    twice that, and longer than ever of late.
    """

    table: str
    state: State
    written_at: datetime | None
    age_seconds: float | None
    usual_seconds: float | None
    writes: int


def freshness_of(tables: Iterable[Table], now: datetime) -> list[Freshness]:
    """Judge tables, those that are late first, then by name."""
    order = {"late": 0, "fresh": 1, "unknown": 2}
    found = [_judged(table, now) for table in tables]
    return sorted(found, key=lambda one: (order[one.state], one.table))


def _judged(table: Table, now: datetime) -> Freshness:
    times = [s.committed_at for s in table.snapshots if s.operation not in _UPKEEP]
    writes = _apart(times)
    written_at = times[-1] if times else None
    age = None if written_at is None else max(0.0, (now - written_at).total_seconds())
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(writes)]
    gaps = gaps[-_LOOKED_BACK:]
    usual = median(gaps) if len(gaps) >= LEAST_GAPS else None
    state: State = "unknown"
    if usual is not None and age is not None:
        state = "late" if age > max(_TOLERANCE * usual, *gaps) else "fresh"
    return Freshness(
        table=table.qualified_name,
        state=state,
        written_at=written_at,
        age_seconds=age,
        usual_seconds=usual,
        writes=len(writes),
    )


def _apart(times: Sequence[datetime]) -> list[datetime]:
    """Return the first of every group of times that are close together."""
    found: list[datetime] = []
    last: datetime | None = None
    for time in times:
        if last is None or (time - last).total_seconds() >= _TOGETHER_SECONDS:
            found.append(time)
        last = time
    return found
