"""Work is done at once and then again and again; a failure is logged and tried again."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime

from headwater.clock import ManualClock
from headwater.errors import Unavailable
from headwater.observe import LogEvent
from headwater.worker.loop import Loop

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def test_work_that_failed_is_tried_again_when_its_time_comes(caplog, monkeypatch) -> None:
    clock = ManualClock(NOW)
    done: list[datetime] = []
    once, twice = threading.Event(), threading.Event()

    def work() -> None:
        done.append(clock.now())
        if len(done) == 1:
            once.set()
            raise Unavailable("broken")
        twice.set()

    monkeypatch.setattr(logging.getLogger("headwater"), "propagate", True)
    loop = Loop(work, name="work", every_seconds=3600, failure=LogEvent.EXPIRY_FAILED, clock=clock)
    loop.start()
    assert once.wait(60)
    while not twice.wait(0.01):
        clock.advance(600)
    loop.close()
    assert done[0] == NOW
    assert (done[1] - done[0]).total_seconds() >= 3600
    assert "old telemetry is not removed" in caplog.text


def test_loop_that_is_closed_works_no_more() -> None:
    clock = ManualClock(NOW)
    worked = threading.Event()
    loop = Loop(
        worked.set, name="work", every_seconds=1, failure=LogEvent.EXPIRY_FAILED, clock=clock
    )
    loop.start()
    assert worked.wait(60)
    loop.close()
    worked.clear()
    clock.advance(100)
    assert not worked.is_set()
