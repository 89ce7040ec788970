"""A runner process that is started before it is needed: starting takes longer than most runs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from headwater.clock import Clock
from headwater.engine.process import RunnerProcess

REST_SECONDS: Final = 1.0
"""So long after a run the next runner starts; a command that only runs one job is gone by then."""

KEPT_SECONDS: Final = 300.0
"""A spare runner that nobody needs for so long goes, with its memory."""


class SpareRunner:
    """Keeps one started runner while jobs run often; none before the first run."""

    def __init__(self, start: Callable[[], RunnerProcess], clock: Clock) -> None:
        self._start = start
        self._clock = clock
        self._lock = threading.Lock()
        self._process: RunnerProcess | None = None
        self._used_at: float | None = None

    def take(self) -> RunnerProcess:
        """Return a runner, started now or before; the caller closes it."""
        with self._lock:
            process, self._process = self._process, None
            self._used_at = self._clock.monotonic()
        if process is not None and process.is_alive():
            return process
        if process is not None:
            process.close()
        return self._start()

    def rest(self) -> None:
        """Note that a run ended."""
        self._used_at = self._clock.monotonic()

    def pause(self) -> float:
        """Return in how many seconds `tend` has something to do."""
        if self._used_at is None:
            return KEPT_SECONDS
        wait = REST_SECONDS if self._process is None else KEPT_SECONDS
        return max(0.0, self._used_at + wait - self._clock.monotonic())

    def tend(self) -> None:
        """Start a spare runner, or end the one that nobody needs."""
        if self._used_at is None or self.pause() > 0:
            return
        if self._process is None:
            with self._lock:
                self._process = self._start()
        else:
            self.close()

    def close(self) -> None:
        """End the spare runner."""
        with self._lock:
            process, self._process = self._process, None
            self._used_at = None
        if process is not None:
            process.close()
