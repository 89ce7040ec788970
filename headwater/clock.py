"""Now and sleep, as values, so that tests own time."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time. `now` is aware UTC; `monotonic` is for durations only."""

    def now(self) -> datetime:
        """Return the wall clock in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never go backwards."""
        ...

    def wait(self, event: threading.Event, timeout_seconds: float) -> bool:
        """Wait for `event` at most that long; return whether it is set."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let that much time pass."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def wait(self, event: threading.Event, timeout_seconds: float) -> bool:
        return event.wait(timeout_seconds)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class ManualClock:
    """A clock that stands still until `advance` is called."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._seconds = 0.0
        self._changed = threading.Condition()

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._seconds

    def advance(self, seconds: float) -> None:
        """Move time forward and wake whoever waits for it."""
        with self._changed:
            self._seconds += seconds
            self._now += timedelta(seconds=seconds)
            self._changed.notify_all()

    def set_back(self, seconds: float) -> None:
        """Move the wall clock alone back, as whoever corrects a machine's clock does."""
        self._now -= timedelta(seconds=seconds)

    def wait(self, event: threading.Event, timeout_seconds: float) -> bool:
        until = self._seconds + timeout_seconds
        with self._changed:
            while self._seconds < until and not event.is_set():
                self._changed.wait(0.01)
        return event.is_set()

    def sleep(self, seconds: float) -> None:
        self.advance(seconds)
