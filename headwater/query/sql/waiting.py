"""Whoever waits for an answer, and may go before it is there."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Waiting:
    """One who waits: what works for them is stopped when they leave. Safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stop: Callable[[], None] | None = None
        self._has_left = False

    def has_left(self) -> bool:
        """Tell whether nobody waits any more."""
        return self._has_left

    def leave(self) -> None:
        """Wait no more, and stop what is under way."""
        with self._lock:
            self._has_left = True
            if self._stop is not None:
                self._stop()

    @contextmanager
    def during(self, stop: Callable[[], None]) -> Iterator[None]:
        """Call `stop` when they leave within this block, at once if they have; never after it."""
        with self._lock:
            if self._has_left:
                stop()
            self._stop = stop
        try:
            yield
        finally:
            with self._lock:
                self._stop = None
