"""Questions about log records and metrics, asked of ClickHouse."""

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
from headwater.telemetry.clickhouse.store import PACKAGE, ClickHouseTelemetry
from headwater.telemetry.rows import LATEST, metric_names_of, page_of, point_of, read_cursor
from headwater.telemetry.statements import statements

_COLUMNS: Final[Mapping[MetricKind, str]] = {
    "gauge": "Value, 0, 0, false",
    "sum": "Value, 0, AggregationTemporality, IsMonotonic",
    "histogram": "Sum, Count, AggregationTemporality, true, ExplicitBounds, BucketCounts",
    "exp_histogram": (
        "Sum, Count, AggregationTemporality, true, Scale, ZeroCount, PositiveOffset,"
        " PositiveBucketCounts, NegativeOffset, NegativeBucketCounts"
    ),
    "summary": "Sum, Count, 2, true, `ValueAtQuantiles.Quantile`, `ValueAtQuantiles.Value`",
}


class ClickHouseRecords:
    """Reads log records and points; see the contract."""

    def __init__(self, store: ClickHouseTelemetry) -> None:
        self._store = store

    def logs(self, query: LogQuery) -> LogPage:
        """Return a page of log records."""
        last, after = (LATEST, None) if query.after is None else read_cursor(query.after)
        if query.end is not None and query.end < last:
            last, after = query.end, None  # of an earlier end everything is wanted
        rows = self._store.rows(
            "records.sql",
            "logs",
            first=query.start or 0,
            last=last,
            has_after=int(after is not None),
            after=after or 0,
            run=query.run or "",
            trace=query.trace or "",
            span=query.span or "",
            service=query.service or "",
            severity=query.severity or 0,
            text=query.text or "",
            limit=query.limit + 1,
        )
        return page_of(rows, query.limit)

    def metric_names(self) -> Sequence[MetricName]:
        """Return what is measured."""
        return metric_names_of(self._store.rows("records.sql", "metric_names"))

    def points(self, query: MetricQuery) -> Sequence[MetricPoint]:
        """Return points by time."""
        sql = statements(PACKAGE, "records.sql")["points"]
        rows = self._store.ask(
            sql.replace("{columns}", _COLUMNS[query.kind]).replace(
                "{table}", f"otel_metrics_{query.kind}"
            ),
            name=query.name,
            service=query.service or "",
            first=query.start,
            last=min(query.end, LATEST),
            limit=query.limit,
        )
        return [point_of(row, query.kind) for row in reversed(rows)]
