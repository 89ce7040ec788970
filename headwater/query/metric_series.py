"""Points of metrics as lines over intervals: means, rates a second, quantiles.

What is sent as a running total becomes what was added since the point before of the same stream;
a total that fell, or that has a new start, begins again at nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from math import isfinite
from typing import Final

from headwater.model.intervals import Intervals
from headwater.model.signals import CUMULATIVE, Attributes, MetricKind, MetricPoint

QUANTILES: Final = (0.5, 0.95, 0.99)
_NANOSECONDS: Final = 1_000_000_000

Stream = tuple[str, tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]
Line = tuple[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricSeries:
    """What a service measures under a set of attributes; `what` is mean, rate, change or p95.

    `values` has one for each interval, None where nothing is known.
    """

    service: str
    attributes: Attributes
    what: str
    values: Sequence[float | None]


def series_of(
    points: Iterable[MetricPoint], kind: MetricKind, intervals: Intervals
) -> list[MetricSeries]:
    """Return the lines of points that are in order of time; senders of one service are added up."""
    if kind == "gauge":
        lines = _means(points, intervals)
    elif kind == "sum":
        lines = _sums(points, intervals)
    elif kind == "summary":
        lines = _summaries(points, intervals)
    else:
        lines = _quantiles(points, intervals)
    found = [
        MetricSeries(
            service=service,
            attributes=dict(attributes),
            what=what,
            values=[values.get(number) for number in range(intervals.count)],
        )
        for (service, attributes), what, values in lines
    ]
    return sorted(found, key=lambda one: (one.service, sorted(one.attributes.items()), one.what))


def added(points: Iterable[MetricPoint]) -> Iterator[MetricPoint]:
    """Yield what each point adds to the one before; the first of a running total only begins it."""
    last: dict[Stream, MetricPoint] = {}
    for point in points:
        if point.temporality != CUMULATIVE:
            yield point
            continue
        stream = _stream(point)
        before = last.get(stream)
        last[stream] = point
        if before is None:
            continue
        began_again = point.start > before.at or (
            point.is_monotonic and (point.count < before.count or _fell(point, before))
        )
        yield point if began_again else _difference(point, before)


def quantile_of(buckets: Mapping[float, int], quantile: float) -> float | None:
    """Return a quantile of counts by upper bound, interpolated within its bucket.

    Beyond the last finite bound that bound is all that is known; None where nothing was counted.
    """
    bounds = sorted(bound for bound, count in buckets.items() if count > 0)
    if not bounds:
        return None
    totals = list(accumulate(buckets[bound] for bound in bounds))
    wanted = quantile * totals[-1]
    place = min(bisect_left(totals, wanted), len(bounds) - 1)
    known = sorted(buckets)
    upper = bounds[place]
    at = bisect_left(known, upper)
    if not isfinite(upper):
        return known[at - 1] if at else None
    lower = known[at - 1] if at else min(0.0, upper)
    before = totals[place - 1] if place else 0
    return lower + (upper - lower) * (wanted - before) / (totals[place] - before)


def _fell(point: MetricPoint, before: MetricPoint) -> bool:
    """Tell whether a total is less than before; of histograms the count tells it."""
    return not point.buckets and not point.count and point.value < before.value


def _difference(point: MetricPoint, before: MetricPoint) -> MetricPoint:
    earlier = dict(before.buckets)
    return replace(
        point,
        value=point.value - before.value,
        count=point.count - before.count,
        buckets=[(bound, max(0, count - earlier.get(bound, 0))) for bound, count in point.buckets],
    )


def _stream(point: MetricPoint) -> Stream:
    return point.service, _pairs(point.resource), _pairs(point.attributes)


def _pairs(attributes: Attributes) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(attributes.items()))


def _line(point: MetricPoint) -> Line:
    return point.service, _pairs(point.attributes)


def _number(point: MetricPoint, intervals: Intervals) -> int:
    return (point.at // _NANOSECONDS - intervals.start) // intervals.step


Lines = Iterator[tuple[Line, str, Mapping[int, float]]]


def _means(points: Iterable[MetricPoint], intervals: Intervals) -> Lines:
    found: defaultdict[Line, defaultdict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for point in points:
        found[_line(point)][_number(point, intervals)].append(point.value)
    for line, values in found.items():
        yield line, "mean", {n: sum(held) / len(held) for n, held in values.items()}


def _sums(points: Iterable[MetricPoint], intervals: Intervals) -> Lines:
    """Yield rates of what only grows, means of running totals that go both ways, else changes."""
    levels: list[MetricPoint] = []
    growing: list[MetricPoint] = []
    changes: list[MetricPoint] = []
    for point in points:
        if point.is_monotonic:
            growing.append(point)
        else:
            (levels if point.temporality == CUMULATIVE else changes).append(point)
    yield from _means(levels, intervals)
    for what, held, per in (("rate", added(growing), intervals.step), ("change", changes, 1)):
        found: defaultdict[Line, defaultdict[int, float]] = defaultdict(lambda: defaultdict(float))
        for point in held:
            found[_line(point)][_number(point, intervals)] += point.value / per
        for line, values in found.items():
            yield line, what, values


def _quantiles(points: Iterable[MetricPoint], intervals: Intervals) -> Lines:
    found: defaultdict[Line, defaultdict[int, defaultdict[float, int]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(int))
    )
    for point in added(points):
        held = found[_line(point)][_number(point, intervals)]
        for bound, count in point.buckets:
            held[bound] += count
    for line, of_interval in found.items():
        for quantile in QUANTILES:
            values = {n: quantile_of(held, quantile) for n, held in of_interval.items()}
            known = {n: value for n, value in values.items() if value is not None}
            yield line, f"p{quantile * 100:.0f}", known


def _summaries(points: Iterable[MetricPoint], intervals: Intervals) -> Lines:
    """Yield means of the quantiles that senders worked out; they cannot be put together."""
    found: defaultdict[tuple[Line, float], list[MetricPoint]] = defaultdict(list)
    for point in points:
        for quantile, value in point.quantiles:
            found[_line(point), quantile].append(replace(point, value=value))
    for (line, quantile), held in found.items():
        for _, _, values in _means(held, intervals):
            yield line, f"p{quantile * 100:g}", values
