"""Questions about log records and metrics, asked of DuckDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from headwater.model.signals import (
    LogPage,
    LogQuery,
    MetricKind,
    MetricName,
    MetricPoint,
    MetricQuery,
)
from headwater.telemetry.duckdb.statements import statements
from headwater.telemetry.duckdb.store import DuckTelemetry
from headwater.telemetry.rows import (
    LATEST,
    Row,
    metric_names_of,
    page_of,
    point_of,
    read_cursor,
)

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
        last, after = (LATEST, None) if query.after is None else read_cursor(query.after)
        values: dict[str, object] = {
            "first": query.start or 0,
            "last": min(last, LATEST if query.end is None else query.end),
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
        return page_of(self._ask("logs", values), query.limit)

    def metric_names(self) -> Sequence[MetricName]:
        """Return what is measured."""
        return metric_names_of(self._ask("metric_names", {}))

    def points(self, query: MetricQuery) -> Sequence[MetricPoint]:
        """Return points by time."""
        sql = statements("records.sql")["points"].replace("{columns}", _COLUMNS[query.kind])
        values = {
            "name": query.name,
            "service": query.service,
            "first": query.start,
            "last": min(query.end, LATEST),
            "limit": query.limit,
        }
        with self._store.reader() as connection:
            table = f"otel_metrics_{query.kind}"
            rows = connection.execute(sql.replace("{table}", table), values).fetchall()
        return [point_of(row, query.kind) for row in reversed(rows)]

    def _ask(self, name: str, values: Mapping[str, object]) -> list[Row]:
        with self._store.reader() as connection:
            return connection.execute(statements("records.sql")[name], values or None).fetchall()
