"""Old telemetry is removed, now and every hour; a failure is logged and tried again."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime, timedelta

from headwater.clock import ManualClock
from headwater.errors import Unavailable
from headwater.telemetry.retention import Retention

NOW = datetime(2026, 11, 21, tzinfo=UTC)


class Writer:
    """Remembers what it was asked to remove; fails at first."""

    def __init__(self) -> None:
        self.asked: list[datetime] = []
        self.once, self.twice = threading.Event(), threading.Event()

    def expire(self, before: datetime) -> int:
        self.asked.append(before)
        if len(self.asked) == 1:
            self.once.set()
            raise Unavailable("broken")
        self.twice.set()
        return 0

    def write(self, batches: object) -> None:
        raise AssertionError

    def close(self) -> None:
        raise AssertionError


def test_removal_that_failed_is_tried_again_an_hour_later(caplog) -> None:
    clock, writer = ManualClock(NOW), Writer()
    retention = Retention(writer, keep=timedelta(days=3), clock=clock)
    logger = logging.getLogger("headwater")
    logger.propagate = True
    retention.start()
    assert writer.once.wait(20)
    while not writer.twice.wait(0.01):
        clock.advance(600)
    retention.close()
    assert writer.asked[0] == NOW - timedelta(days=3)
    assert writer.asked[1] >= writer.asked[0] + timedelta(hours=1)
    assert "old telemetry is not removed" in caplog.text
