"""When traces were: of the spans of a store, only those of such times are read for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from headwater.duck import Connection
from headwater.telemetry.duckdb.statements import numbered, statements

_SPANS_WORTH_A_READ: Final = 20_000
"""Reading through so many spans costs as much as one more part of a statement."""

_MOST_READS: Final = 24

Values = dict[str, object]


@dataclass(slots=True)
class _Time:
    """From when to when some traces were, in nanoseconds; both ends are included."""

    first: int
    last: int
    traces: list[str]


def spans_of_traces(
    connection: Connection, name: str, trace_ids: Sequence[str]
) -> tuple[str, Values] | None:
    """Return the statement of this name as it reads only when the traces were, with its values.

    None says that there is no such trace.
    """
    times = _joined(connection, _times(connection, trace_ids))
    reads: list[str] = []
    values: Values = {}
    for number, time in enumerate(times):
        listed, ids = numbered(f"id{number}_", time.traces)
        read = statements("traces.sql")[name].replace("{ids}", listed)
        reads.append(read.replace("$first", f"$first{number}").replace("$last", f"$last{number}"))
        values |= {**ids, f"first{number}": time.first, f"last{number}": time.last}
    return ("\nUNION ALL\n".join(reads), values) if reads else None


def _times(connection: Connection, trace_ids: Sequence[str]) -> list[_Time]:
    """Return when each trace was, the earliest first; grouped here, it is sooner planned."""
    listed, values = numbered("id", trace_ids)
    sql = statements("traces.sql")["times"].replace("{ids}", listed)
    found: dict[str, _Time] = {}
    for trace, first, last in connection.execute(sql, values).fetchall():
        time = found.setdefault(trace, _Time(first, last, [trace]))
        time.first, time.last = min(time.first, first), max(time.last, last)
    return sorted(found.values(), key=lambda one: (one.first, one.traces))


def _joined(connection: Connection, times: Sequence[_Time]) -> Sequence[_Time]:
    """Return times that are read one by one: joined where little lies between them."""
    together = _without_gaps(times, 0)
    if len(together) < 2:
        return together
    sql = statements("traces.sql")["density"]
    spans, first, last = connection.execute(sql).fetchone() or (0, 0, 0)
    gap = _SPANS_WORTH_A_READ * (last - first) // max(1, spans)
    gaps = sorted((after.first - before.last for before, after in pairwise(together)), reverse=True)
    if len(gaps) >= _MOST_READS:
        gap = max(gap, gaps[_MOST_READS - 1])
    return _without_gaps(together, gap)


def _without_gaps(times: Sequence[_Time], longest: int) -> list[_Time]:
    """Return the times, those as one that are no longer apart than this."""
    joined: list[_Time] = []
    for time in times:
        if joined and time.first - joined[-1].last <= longest:
            joined[-1].last = max(joined[-1].last, time.last)
            joined[-1].traces += time.traces
        else:
            joined.append(_Time(time.first, time.last, list(time.traces)))
    return joined
