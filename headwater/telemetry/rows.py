"""Rows that the statements of every engine answer with, as values; columns come in one order."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import accumulate, groupby
from math import inf
from operator import itemgetter
from typing import Any, Final

from headwater.errors import Invalid
from headwater.model.lineage import Name
from headwater.model.pipeline_runs import RunsEnded
from headwater.model.signals import LogPage, LogRecord, MetricKind, MetricName, MetricPoint
from headwater.model.telemetry import (
    ServiceCall,
    ServiceShare,
    Span,
    SpanEvent,
    SpanLink,
    TraceSummary,
)

LATEST: Final = 2**63 - 2
"""The last nanosecond that both engines can compare; DuckDB takes the next one for infinity."""

RUN_KEYS: Final = frozenset(("openlineage.run_id", "openlineage.run.id", "pipeline.run_id"))
"""Attributes that are in the column `RunId`."""

_SECOND: Final = 1_000_000_000

Row = tuple[Any, ...]


def summary_of(row: Row) -> TraceSummary:
    """Return a row of `summaries`."""
    trace_id, root, start, end, spans, errors, orphans, shares, runs = row
    service, operation = root.values() if isinstance(root, Mapping) else root
    return TraceSummary(
        trace_id=trace_id,
        root_service=service,
        root_operation=operation,
        start=start,
        end=end,
        spans=spans,
        errors=errors,
        orphans=orphans,
        services=[_share(one) for one in shares],
        run_ids=runs or [],
    )


def _share(record: Mapping[str, Any] | tuple[str, int, int]) -> ServiceShare:
    name, spans, errors = record.values() if isinstance(record, Mapping) else record
    return ServiceShare(name=name, spans=spans, errors=errors)


def calls_of(rows: Iterable[Row]) -> list[ServiceCall]:
    """Return the rows of `calls`, of which there is one for each size of calls, the least first."""
    return [
        _call(parent, child, [row[3:] for row in sizes])
        for (parent, child), sizes in groupby(rows, key=itemgetter(0, 1))
    ]


def _call(parent: str, child: str, sizes: Sequence[Row]) -> ServiceCall:
    calls = sum(count for count, _, _ in sizes)
    longest = [took for _, _, took in sizes]
    up_to = list(accumulate(count for count, _, _ in sizes))
    return ServiceCall(
        parent=parent,
        child=child,
        calls=calls,
        errors=sum(errors for _, errors, _ in sizes),
        p50=longest[bisect_left(up_to, calls * 0.5)],
        p95=longest[bisect_left(up_to, calls * 0.95)],
    )


def span_of(row: Row) -> Span:
    """Return a row of `spans`."""
    events = zip(row[15], row[16], row[17], strict=True)
    links = zip(row[18], row[19], row[20], row[21], strict=True)
    return Span(
        trace_id=row[0],
        span_id=row[1],
        parent_span_id=row[2],
        trace_state=row[3],
        name=row[4],
        kind=row[5],
        service=row[6],
        resource=row[7],
        scope_name=row[8],
        scope_version=row[9],
        attributes=row[10],
        start=row[11],
        duration=row[12],
        status=row[13],
        message=row[14],
        events=[SpanEvent(at=at, name=name, attributes=of) for at, name, of in events],
        links=[
            SpanLink(trace_id=trace, span_id=span, trace_state=state, attributes=of)
            for trace, span, state, of in links
        ],
        run_id=row[22],
    )


def page_of(rows: Sequence[Row], limit: int) -> LogPage:
    """Return the first `limit` rows of `logs` as a page; what came twice is there once."""
    page = rows[:limit]
    records = list({(row[0], row[-1]): _record(row) for row in page}.values())
    more = len(rows) > limit and page
    return LogPage(records=records, next=f"{page[-1][0]}.{page[-1][-1]}" if more else None)


def metric_names_of(rows: Iterable[Row]) -> list[MetricName]:
    """Return the rows of `metric_names`."""
    return [
        MetricName(
            name=name,
            kind=kind,
            unit=unit,
            description=description,
            service=service,
            points=points,
            last=last,
        )
        for name, kind, unit, description, service, points, last in rows
    ]


def ended_of(row: Row) -> RunsEnded:
    """Return a row of `ended`."""
    return RunsEnded(
        job=Name(row[0], row[1]),
        interval=int(row[2]),
        state=row[3],
        runs=row[4],
        timed=row[5],
        seconds=int(row[6]) / 1e6,
        records=None if row[7] is None else int(row[7]),
        cpu_runs=row[8],
        cpu_seconds=float(row[9]),
        memory_runs=row[10],
        memory_bytes=float(row[11]),
    )


def read_cursor(cursor: str) -> tuple[int, int]:
    """Return the time and the id in a cursor that a page gave; raises `Invalid`."""
    at, dot, id_ = cursor.partition(".")
    if not (dot and at.isdecimal() and id_.isdecimal() and int(at) <= LATEST):
        raise Invalid(
            f"after={cursor!r} is no cursor", hint="give the `next` of the page before, as it is"
        )
    return int(at), min(int(id_), 2**64 - 1)


def _record(row: Row) -> LogRecord:
    return LogRecord(
        at=row[0],
        trace_id=row[1],
        span_id=row[2],
        run_id=row[3],
        severity=row[4],
        severity_number=row[5],
        service=row[6],
        body=row[7],
        event=row[8],
        attributes=row[9],
        resource=row[10],
    )


def point_of(row: Row, kind: MetricKind) -> MetricPoint:
    """Return a row of `points`; what stands behind the common columns differs by kind."""
    more = row[9:]
    return MetricPoint(
        service=row[0],
        resource=row[1],
        attributes=row[2],
        start=row[3],
        at=row[4],
        value=row[5],
        count=row[6],
        temporality=row[7],
        is_monotonic=row[8],
        buckets=_BUCKETS[kind](more) if kind in _BUCKETS else (),
        quantiles=tuple(zip(*more, strict=True)) if kind == "summary" else (),
    )


def _explicit(more: Row) -> tuple[tuple[float, int], ...]:
    """Return (upper bound, count); without bounds there is one bucket for all."""
    bounds, counts = more
    return tuple(zip((*bounds, inf), counts, strict=False))


def _exponential(more: Row) -> tuple[tuple[float, int], ...]:
    """Return (upper bound, count) from the least to the greatest; an empty bucket is left out."""
    scale, zeros, above, positive, below, negative = more
    base = 2.0 ** (2.0**-scale)
    found = [
        (-_power(base, below + place), count)
        for place, count in reversed(list(enumerate(negative)))
    ]
    found.append((0.0, zeros))
    found += [(_power(base, above + place + 1), count) for place, count in enumerate(positive)]
    return tuple((bound, count) for bound, count in found if count)


def _power(base: float, exponent: int) -> float:
    try:
        return float(base**exponent)
    except OverflowError:
        return inf


_BUCKETS: Final[Mapping[MetricKind, Callable[[Row], tuple[tuple[float, int], ...]]]] = {
    "histogram": _explicit,
    "exp_histogram": _exponential,
}


def nanoseconds_of(time: datetime) -> int:
    """Return a time as Unix nanoseconds."""
    since = time.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * _SECOND + since.microseconds * 1_000
