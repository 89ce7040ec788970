"""Questions about log records and metrics, asked of DuckDB."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import inf
from typing import Final

from headwater.errors import Invalid
from headwater.model.signals import (
    LogPage,
    LogQuery,
    LogRecord,
    MetricKind,
    MetricName,
    MetricPoint,
    MetricQuery,
)
from headwater.telemetry.duckdb.statements import statements
from headwater.telemetry.duckdb.store import DuckTelemetry
from headwater.telemetry.duckdb.traces import Row

_LATEST: Final = 2**63 - 2  # DuckDB takes the last nanosecond for infinity
_COLUMNS: Final[Mapping[MetricKind, str]] = {
    "gauge": '"Value", 0, 0, FALSE',
    "sum": '"Value", 0, AggregationTemporality, IsMonotonic',
    "histogram": '"Sum", "Count", AggregationTemporality, TRUE, ExplicitBounds, BucketCounts',
    "exp_histogram": (
        '"Sum", "Count", AggregationTemporality, TRUE, Scale, ZeroCount, PositiveOffset,'
        " PositiveBucketCounts, NegativeOffset, NegativeBucketCounts"
    ),
    "summary": ('"Sum", "Count", 2, TRUE, "ValueAtQuantiles.Quantile", "ValueAtQuantiles.Value"'),
}


class DuckRecords:
    """Reads log records and points; see the contract."""

    def __init__(self, store: DuckTelemetry) -> None:
        self._store = store

    def logs(self, query: LogQuery) -> LogPage:
        """Return a page of log records."""
        last, after = (_LATEST, None) if query.after is None else _read(query.after)
        values: dict[str, object] = {
            "first": query.start or 0,
            "last": min(last, _LATEST if query.end is None else query.end),
            # Of the time of the cursor what comes after it; of an earlier end everything.
            "after": None if query.end is not None and query.end < last else after,
            "run": query.run,
            "trace": query.trace,
            "span": query.span,
            "service": query.service,
            "severity": query.severity,
            "text": query.text,
            "limit": query.limit + 1,
        }
        rows = self._ask("logs", values)
        page = rows[: query.limit]
        records = list({(row[0], row[-1]): _record(row) for row in page}.values())
        more = len(rows) > query.limit and page
        return LogPage(records=records, next=f"{page[-1][0]}.{page[-1][-1]}" if more else None)

    def metric_names(self) -> Sequence[MetricName]:
        """Return what is measured."""
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
            for name, kind, unit, description, service, points, last in self._ask(
                "metric_names", {}
            )
        ]

    def points(self, query: MetricQuery) -> Sequence[MetricPoint]:
        """Return points by time."""
        sql = statements("records.sql")["points"].replace("{columns}", _COLUMNS[query.kind])
        values = {
            "name": query.name,
            "service": query.service,
            "first": query.start,
            "last": min(query.end, _LATEST),
            "limit": query.limit,
        }
        with self._store.reader() as connection:
            table = f"otel_metrics_{query.kind}"
            rows = connection.execute(sql.replace("{table}", table), values).fetchall()
        return [_point(row, query.kind) for row in reversed(rows)]

    def _ask(self, name: str, values: Mapping[str, object]) -> list[Row]:
        with self._store.reader() as connection:
            return connection.execute(statements("records.sql")[name], values or None).fetchall()


def _read(cursor: str) -> tuple[int, int]:
    at, dot, id_ = cursor.partition(".")
    if not (dot and at.isdecimal() and id_.isdecimal() and int(at) <= _LATEST):
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


def _point(row: Row, kind: MetricKind) -> MetricPoint:
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
