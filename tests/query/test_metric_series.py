"""Points of metrics become means, rates and quantiles, whatever way they are sent."""

from __future__ import annotations

from math import inf
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.model.intervals import Intervals
from headwater.model.signals import CUMULATIVE, DELTA, MetricPoint
from headwater.query.metric_series import added, quantile_of, series_of

TEN = Intervals(start=0, end=20, step=10)


def point(at: float, value: float, **how: Any) -> MetricPoint:
    how = {"service": "s", "resource": {}, "attributes": {}, "start": 0} | how
    return MetricPoint(at=round(at * 1e9), value=value, **how)


def lines(points: list[MetricPoint], kind: Any) -> dict[str, list[float | None]]:
    return {one.what: list(one.values) for one in series_of(points, kind, TEN)}


def test_gauge_is_averaged() -> None:
    assert lines([point(1, 2), point(2, 4), point(11, 7)], "gauge") == {"mean": [3, 7]}


def test_running_total_is_a_rate_and_begins_again_after_a_restart() -> None:
    how = {"is_monotonic": True, "temporality": CUMULATIVE}
    points = [point(1, 100, **how), point(5, 150, **how), point(11, 170, **how)]
    points.append(point(15, 30, **(how | {"start": 12 * 10**9})))
    assert lines(points, "sum") == {"rate": [5, 5]}
    assert lines([*points[:2], point(15, 40, **how)], "sum") == {"rate": [5, 4]}


def test_senders_of_one_service_are_added_up() -> None:
    how = {"is_monotonic": True, "temporality": CUMULATIVE}
    points = [
        point(1 + t, t * rate, resource={"pid": str(rate)}, **how)
        for t in (0, 5)
        for rate in (1, 9)
    ]
    assert lines(points, "sum") == {"rate": [5, None]}


def test_sums_that_go_both_ways_are_levels_or_changes() -> None:
    assert lines([point(1, 5, temporality=CUMULATIVE)], "sum") == {"mean": [5, None]}
    assert lines([point(1, 5, temporality=DELTA), point(2, -2, temporality=DELTA)], "sum") == {
        "change": [3, None]
    }


def test_histogram_gives_quantiles_of_what_was_added() -> None:
    how: dict[str, Any] = {"is_monotonic": True, "temporality": CUMULATIVE}
    first = point(1, 0, count=10, buckets=[(1.0, 10), (2.0, 0), (inf, 0)], **how)
    second = point(2, 0, count=20, buckets=[(1.0, 10), (2.0, 10), (inf, 0)], **how)
    found = lines([first, second], "histogram")
    assert found["p50"] == [1.5, None]
    assert lines([first], "histogram") == {}


def test_summary_keeps_the_quantiles_that_were_sent() -> None:
    found = lines([point(1, 0, quantiles=[(0.5, 3.0), (0.999, 9.0)])], "summary")
    assert found == {"p50": [3, None], "p99.9": [9, None]}


@pytest.mark.parametrize(
    ("buckets", "expected"),
    [({}, None), ({1.0: 0}, None), ({inf: 5}, None), ({5.0: 0, inf: 5}, 5.0), ({10.0: 4}, 5.0)],
)
def test_quantile_says_no_more_than_is_known(
    buckets: dict[float, int], expected: float | None
) -> None:
    assert quantile_of(buckets, 0.5) == expected


COUNTS = st.dictionaries(st.floats(-1e6, 1e6), st.integers(0, 1000), min_size=1, max_size=12)


@given(COUNTS, st.floats(0, 1), st.floats(0, 1))
def test_quantiles_grow_and_stay_within_the_buckets(
    buckets: dict[float, int], one: float, other: float
) -> None:
    low, high = quantile_of(buckets, min(one, other)), quantile_of(buckets, max(one, other))
    if low is None or high is None:
        assert not any(buckets.values())
        return
    slack = 1e-6 * max(map(abs, buckets))
    assert low <= high + slack
    assert min(0.0, *buckets) - slack <= low
    assert high <= max(buckets) + slack


@given(st.lists(st.integers(0, 50), max_size=30))
def test_what_was_added_is_the_total(increments: list[int]) -> None:
    total, points = 0, [point(0, 0, is_monotonic=True, temporality=CUMULATIVE)]
    for at, increment in enumerate(increments, 1):
        total += increment
        points.append(point(at, total, is_monotonic=True, temporality=CUMULATIVE))
    assert sum(one.value for one in added(points)) == total
