"""Metrics add up, from any thread, and are written as OpenMetrics."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from headwater.metrics import Counter, Gauge, Histogram, Metric, to_text


def samples(metric: Metric) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    family = next(iter(text_string_to_metric_families(to_text([metric]))))
    return {(one.name, tuple(sorted(one.labels.items()))): one.value for one in family.samples}


def test_counter_starts_at_nothing_and_adds_up() -> None:
    counter = Counter("things", "Things.")
    assert samples(counter) == {("things_total", ()): 0}
    counter.add()
    counter.add(2.5)
    assert samples(counter) == {("things_total", ()): 3.5}


def test_labels_tell_values_apart_in_any_order() -> None:
    counter = Counter("things", "Things.", labels=("kind", "end"))
    counter.add(kind="a", end="b")
    counter.add(end="b", kind="a")
    counter.add(kind="b", end="a")
    assert counter.value(kind="a", end="b") == 2
    assert counter.value(kind="b", end="a") == 1


@pytest.mark.parametrize("labels", [{}, {"other": "x"}, {"kind": "a", "other": "b"}])
def test_wrong_labels_are_an_error(labels: dict[str, str]) -> None:
    with pytest.raises((ValueError, KeyError)):
        Counter("things", "Things.", labels=("kind",)).add(**labels)


def test_name_ends_in_its_unit() -> None:
    with pytest.raises(ValueError, match="seconds"):
        Gauge("age", "How old.", unit="seconds")


def test_gauge_is_what_was_said_last() -> None:
    gauge = Gauge("queue", "Waiting.")
    assert gauge.value() is None
    gauge.set(5)
    gauge.set(3)
    assert samples(gauge) == {("queue", ()): 3}


@given(values=st.lists(st.floats(0, 20), min_size=1), name=st.text())
def test_histogram_counts_every_value_once(values: list[float], name: str) -> None:
    histogram = Histogram("wait_seconds", "Waits.", unit="seconds", labels=("who",), bounds=(1, 10))
    for value in values:
        histogram.observe(value, who=name)
    found = {key[1][0][1]: value for key, value in samples(histogram).items() if "bucket" in key[0]}
    assert found["1.0"] == sum(value <= 1 for value in values)
    assert found["10.0"] == sum(value <= 10 for value in values)
    assert found["+Inf"] == histogram.count(who=name) == len(values)


def test_bucket_shows_the_trace_of_the_last_value_that_had_one() -> None:
    histogram = Histogram("wait_seconds", "Waits.", unit="seconds", labels=("who",), bounds=(1, 10))
    for value, trace in ((0.5, "a" * 32), (0.25, "b" * 32), (0.75, None), (99.0, "c" * 32)):
        histogram.observe_at(("x",), value, trace)
    histogram.observe_at(("y",), 0.5)
    family = next(iter(text_string_to_metric_families(to_text([histogram]))))
    found = {
        (one.labels["who"], one.labels["le"]): (one.exemplar.labels["trace_id"], one.exemplar.value)
        for one in family.samples
        if one.exemplar is not None
    }
    assert found == {("x", "1.0"): ("b" * 32, 0.25), ("x", "+Inf"): ("c" * 32, 99.0)}


def test_threads_lose_no_count() -> None:
    counter = Counter("things", "Things.", labels=("kind",))

    def add() -> None:
        for _ in range(2000):
            counter.add(kind="a")

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counter.value(kind="a") == 8000
