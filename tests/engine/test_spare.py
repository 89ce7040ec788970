"""The runner that is started before it is needed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from headwater.clock import ManualClock
from headwater.engine.process import RunnerProcess
from headwater.engine.spare import KEPT_SECONDS, REST_SECONDS, SpareRunner

MODULE = "headwater.engine.worker"  # any process that waits for its input


class Nowhere:
    """A transport of processes that send nothing."""

    def emit(self, event: bytes) -> None:
        raise AssertionError(event)

    def close(self) -> None:
        pass


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 3, 1, tzinfo=UTC))


@pytest.fixture
def started() -> Iterator[list[RunnerProcess]]:
    made: list[RunnerProcess] = []
    yield made
    for process in made:
        process.close()


@pytest.fixture
def spare(clock: ManualClock, started: list[RunnerProcess]) -> SpareRunner:
    def start() -> RunnerProcess:
        started.append(RunnerProcess(MODULE, Nowhere(), "0"))
        return started[-1]

    return SpareRunner(start, clock)


def run_once(spare: SpareRunner, clock: ManualClock) -> RunnerProcess:
    process = spare.take()
    process.close()
    spare.rest()
    clock.advance(REST_SECONDS)
    spare.tend()
    return process


def test_nothing_is_started_before_the_first_run(
    spare: SpareRunner, clock: ManualClock, started: list[RunnerProcess]
) -> None:
    clock.advance(KEPT_SECONDS)
    spare.tend()
    assert started == []


def test_after_a_run_the_next_runner_waits_and_is_taken(
    spare: SpareRunner, clock: ManualClock, started: list[RunnerProcess]
) -> None:
    first = run_once(spare, clock)
    assert len(started) == 2
    second = spare.take()
    assert second is started[1]
    assert second is not first
    assert second.is_alive()


def test_a_spare_that_died_is_not_handed_out(
    spare: SpareRunner, clock: ManualClock, started: list[RunnerProcess]
) -> None:
    run_once(spare, clock)
    os.kill(started[1].pid, signal.SIGKILL)
    while started[1].is_alive():
        pass
    assert spare.take() is started[2]


def test_a_spare_that_nobody_needs_goes(
    spare: SpareRunner, clock: ManualClock, started: list[RunnerProcess]
) -> None:
    run_once(spare, clock)
    assert spare.pause() == KEPT_SECONDS - REST_SECONDS
    clock.advance(KEPT_SECONDS)
    spare.tend()
    assert not started[1].is_alive()
    spare.tend()
    assert len(started) == 2


def test_closing_ends_the_spare(
    spare: SpareRunner, clock: ManualClock, started: list[RunnerProcess]
) -> None:
    run_once(spare, clock)
    spare.close()
    assert not started[1].is_alive()
