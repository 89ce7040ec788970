"""Log records and metrics as answers hold them; times are Unix nanoseconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

Attributes = Mapping[str, str]
MetricKind = Literal["gauge", "sum", "histogram", "exp_histogram", "summary"]
DELTA: Final = 1
CUMULATIVE: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRecord:
    """A log record; ids are hexadecimal, and empty where there is none."""

    at: int
    trace_id: str
    span_id: str
    run_id: str
    severity: str
    severity_number: int
    service: str
    body: str
    event: str
    attributes: Attributes
    resource: Attributes


@dataclass(frozen=True, slots=True, kw_only=True)
class LogQuery:
    """Which records are wanted, the latest first; `after` is the cursor that a page gave.

    A run has the records that name it, and those of its spans. `severity` is the least number
    of OpenTelemetry (9 info, 13 warning, 17 error); `text` is looked for in any case.
    """

    run: str | None = None
    trace: str | None = None
    span: str | None = None
    service: str | None = None
    severity: int | None = None
    text: str | None = None
    start: int | None = None
    end: int | None = None
    limit: int = 100
    after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPage:
    """A page of records, and the cursor of the one after; None when this is the last."""

    records: Sequence[LogRecord]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricName:
    """A metric that a service sends."""

    name: str
    kind: MetricKind
    unit: str
    description: str
    service: str
    points: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricQuery:
    """Which points are wanted; of more than `limit` the latest are there."""

    name: str
    kind: MetricKind
    service: str | None = None
    start: int
    end: int
    limit: int = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricPoint:
    """A point of a stream, which is what one sender measures under one set of attributes.

    `value` is the value of a gauge or sum, and the sum of a histogram or summary. `buckets` are
    (upper bound, count) in ascending order, `quantiles` (quantile, value).
    """

    service: str
    resource: Attributes
    attributes: Attributes
    start: int
    at: int
    value: float
    count: int = 0
    temporality: int = 0
    is_monotonic: bool = False
    buckets: Sequence[tuple[float, int]] = ()
    quantiles: Sequence[tuple[float, float]] = ()
