"""A run that lasts says what its process used; a short one is not made longer by it."""

from __future__ import annotations

from time import monotonic

import pytest

from headwater.sdk import capture_events, openlineage_job, resources
from headwater.sdk.resources import LONG_ENOUGH_SECONDS


def test_long_run_tells_its_processor_time_and_memory() -> None:
    @openlineage_job("long")
    def work() -> None:
        until = monotonic() + 1.1 * LONG_ENOUGH_SECONDS
        while monotonic() < until:
            pass

    with capture_events() as events:
        work()
    start, end = events
    assert "headwater_resources" not in start["run"]["facets"]
    used = end["run"]["facets"]["headwater_resources"]
    assert used["cpuSeconds"] > 0
    assert used["peakMemoryBytes"] > 1_000_000


def test_run_that_is_over_at_once_tells_nothing_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "LONG_ENOUGH_SECONDS", 3_600)
    with capture_events() as events, openlineage_job("short"):
        pass
    assert "headwater_resources" not in events[-1]["run"]["facets"]
