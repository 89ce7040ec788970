"""Data points of metrics as rows of the five `otel_metrics_…` tables, column by column."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import pyarrow as pa
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    Exemplar,
    ExponentialHistogram,
    ExponentialHistogramDataPoint,
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
    NumberDataPoint,
    Sum,
    Summary,
    SummaryDataPoint,
)

from headwater.wire.otlp.columns import (
    LATEST_NANOSECONDS,
    Array,
    DataType,
    Lists,
    Maps,
    Shared,
    Table,
    service_of,
    times,
)
from headwater.wire.otlp.signals import Flaw

Number = int | float
Cell = Number | Sequence[Number] | None
Row = list[Cell]

TABLES: Final = {
    "gauge": "otel_metrics_gauge",
    "sum": "otel_metrics_sum",
    "histogram": "otel_metrics_histogram",
    "exponential_histogram": "otel_metrics_exp_histogram",
    "summary": "otel_metrics_summary",
}

_COUNT: Final[list[tuple[str, DataType]]] = [("Count", pa.uint64()), ("Sum", pa.float64())]
_RANGE: Final[list[tuple[str, DataType]]] = [
    ("Min", pa.float64()),
    ("Max", pa.float64()),
    ("AggregationTemporality", pa.int32()),
]
_VALUES: Final[dict[str, list[tuple[str, DataType]]]] = {
    "gauge": [("Value", pa.float64())],
    "sum": [
        ("Value", pa.float64()),
        ("AggregationTemporality", pa.int32()),
        ("IsMonotonic", pa.bool_()),
    ],
    "histogram": [
        *_COUNT,
        ("BucketCounts", pa.list_(pa.uint64())),
        ("ExplicitBounds", pa.list_(pa.float64())),
        *_RANGE,
    ],
    "exponential_histogram": [
        *_COUNT,
        ("Scale", pa.int32()),
        ("ZeroCount", pa.uint64()),
        ("PositiveOffset", pa.int32()),
        ("PositiveBucketCounts", pa.list_(pa.uint64())),
        ("NegativeOffset", pa.int32()),
        ("NegativeBucketCounts", pa.list_(pa.uint64())),
        *_RANGE,
    ],
    "summary": [
        *_COUNT,
        ("ValueAtQuantiles.Quantile", pa.list_(pa.float64())),
        ("ValueAtQuantiles.Value", pa.list_(pa.float64())),
    ],
}


def metric_tables(request: ExportMetricsServiceRequest) -> tuple[dict[str, Table], Flaw | None]:
    """Return the data points as a table for each kind that came, and what could not be kept."""
    kinds: dict[str, _Kind] = {}
    rejected, first = 0, ""
    for resource_index, of_resource in enumerate(request.resource_metrics):
        attributes = of_resource.resource.attributes
        texts = (service_of(attributes), of_resource.schema_url)
        for scope_index, of_scope in enumerate(of_resource.scope_metrics):
            for index, metric in enumerate(of_scope.metrics):
                kind = metric.WhichOneof("data")
                if kind is None:
                    continue
                columns = kinds.setdefault(kind, _Kind(_VALUES[kind]))
                columns.resources.begin(attributes, *texts)
                named = of_scope.scope
                columns.scopes.begin(
                    named.attributes, named.name, named.version, of_scope.schema_url
                )
                columns.metrics.begin((), metric.name, metric.description, metric.unit)
                wrong = columns.add(metric)
                if wrong:
                    place = f"/resourceMetrics/{resource_index}/scopeMetrics/{scope_index}"
                    first = first or f"{place}/metrics/{index}"
                    rejected += wrong
    flaw = None
    if rejected:
        flaw = Flaw(rejected=rejected, path=first, reason="has points after the year 2262")
    return {TABLES[kind]: columns.table() for kind, columns in kinds.items()}, flaw


class _Kind:
    """The columns of all data points of one kind."""

    def __init__(self, values: list[tuple[str, DataType]]) -> None:
        self.resources = Shared()
        self.scopes = Shared()
        self.metrics = Shared()
        self._values = values
        self._cells: list[Row] = []
        self._attributes = Maps()
        self._start: list[int] = []
        self._time: list[int] = []
        self._flags: list[int] = []
        self._exemplars = _Exemplars()

    def add(self, metric: Metric) -> int:
        """Add the points of a metric, and return how many cannot be kept."""
        refused = 0
        for point, cells, exemplars in _points_of(metric):
            if point.time_unix_nano > LATEST_NANOSECONDS:
                refused += 1
                continue
            for shared in (self.resources, self.scopes, self.metrics):
                shared.rows.append(len(shared.texts) - 1)
            self._start.append(min(point.start_time_unix_nano, LATEST_NANOSECONDS))
            self._time.append(point.time_unix_nano)
            self._flags.append(point.flags)
            self._attributes.add(point.attributes)
            self._cells.append(cells)
            self._exemplars.add(exemplars)
        return refused

    def table(self) -> Table:
        """Return the columns."""
        columns = zip(*self._cells, strict=True) if self._cells else [()] * len(self._values)
        values = {
            name: pa.array(list(column), type_)
            for (name, type_), column in zip(self._values, columns, strict=True)
        }
        return pa.table(
            {
                "ResourceAttributes": self.resources.maps(),
                "ResourceSchemaUrl": self.resources.column(1),
                "ScopeName": self.scopes.column(0),
                "ScopeVersion": self.scopes.column(1),
                "ScopeAttributes": self.scopes.maps(),
                "ScopeSchemaUrl": self.scopes.column(2),
                "ServiceName": self.resources.column(0),
                "MetricName": self.metrics.column(0),
                "MetricDescription": self.metrics.column(1),
                "MetricUnit": self.metrics.column(2),
                "Attributes": self._attributes.array(),
                "StartTimeUnix": times(self._start),
                "TimeUnix": times(self._time),
                **values,
                "Flags": pa.array(self._flags, pa.uint32()),
                **self._exemplars.columns(),
            }
        )


Point = NumberDataPoint | HistogramDataPoint | ExponentialHistogramDataPoint | SummaryDataPoint
Points = Iterator[tuple[Point, Row, Sequence[Exemplar]]]


def _points_of(metric: Metric) -> Points:
    """Yield (point, its cells in the order of `_VALUES`, its exemplars)."""
    kind = metric.WhichOneof("data")
    assert kind is not None
    return _READERS[kind](metric)


def _gauge(metric: Metric) -> Points:
    data: Gauge = metric.gauge
    for point in data.data_points:
        yield point, [_number(point)], point.exemplars


def _sum(metric: Metric) -> Points:
    data: Sum = metric.sum
    for point in data.data_points:
        cells: Row = [_number(point), data.aggregation_temporality, data.is_monotonic]
        yield point, cells, point.exemplars


def _histogram(metric: Metric) -> Points:
    data: Histogram = metric.histogram
    for point in data.data_points:
        cells: Row = [
            point.count,
            point.sum,
            list(point.bucket_counts),
            list(point.explicit_bounds),
            point.min,
            point.max,
            data.aggregation_temporality,
        ]
        yield point, cells, point.exemplars


def _exponential_histogram(metric: Metric) -> Points:
    data: ExponentialHistogram = metric.exponential_histogram
    for point in data.data_points:
        cells: Row = [
            point.count,
            point.sum,
            point.scale,
            point.zero_count,
            point.positive.offset,
            list(point.positive.bucket_counts),
            point.negative.offset,
            list(point.negative.bucket_counts),
            point.min,
            point.max,
            data.aggregation_temporality,
        ]
        yield point, cells, point.exemplars


def _summary(metric: Metric) -> Points:
    data: Summary = metric.summary
    for point in data.data_points:
        quantiles = [one.quantile for one in point.quantile_values]
        cells: Row = [
            point.count,
            point.sum,
            quantiles,
            [one.value for one in point.quantile_values],
        ]
        yield point, cells, ()


_READERS: Final[dict[str, Callable[[Metric], Points]]] = {
    "gauge": _gauge,
    "sum": _sum,
    "histogram": _histogram,
    "exponential_histogram": _exponential_histogram,
    "summary": _summary,
}


def _number(point: NumberDataPoint | Exemplar) -> float:
    if point.WhichOneof("value") == "as_int":
        return float(point.as_int)
    return point.as_double


class _Exemplars:
    """The exemplars of all points: lists of records."""

    def __init__(self) -> None:
        self._lists = Lists()
        self._attributes = Maps()
        self._time: list[int] = []
        self._value: list[float] = []
        self._span: list[str] = []
        self._trace: list[str] = []

    def add(self, exemplars: Sequence[Exemplar]) -> None:
        """Add those of a point."""
        for exemplar in exemplars:
            self._attributes.add(exemplar.filtered_attributes)
            self._time.append(min(exemplar.time_unix_nano, LATEST_NANOSECONDS))
            self._value.append(_number(exemplar))
            self._span.append(exemplar.span_id.hex())
            self._trace.append(exemplar.trace_id.hex())
        self._lists.end_row(len(self._time))

    def columns(self) -> dict[str, Array]:
        """Return the columns, a list to each point."""
        members = {
            "FilteredAttributes": self._attributes.array(),
            "TimeUnix": times(self._time),
            "Value": pa.array(self._value, pa.float64()),
            "SpanId": pa.array(self._span, pa.string()),
            "TraceId": pa.array(self._trace, pa.string()),
        }
        return {f"Exemplars.{name}": self._lists.array(one) for name, one in members.items()}
