"""How many bytes wait for a store, and that they are not more than it may hold."""

from __future__ import annotations

import threading

from headwater.errors import Busy, TooLarge


class WaitingBytes:
    """Counts the bytes of what waits; safe to call from several threads."""

    def __init__(self, most: int, *, name: str) -> None:
        self._most = most
        self._name = name
        self._waiting = 0
        self._lock = threading.Lock()

    def reserve(self, size: int) -> None:
        """Make room; raises `Busy` when too much waits, `TooLarge` for what never fits."""
        if size > self._most:
            raise TooLarge(
                f"{size} bytes at once, over {self._most} that may wait for {self._name}"
            )
        with self._lock:
            if self._waiting + size > self._most:
                raise Busy(f"{self._name} has {self._waiting} bytes waiting of {self._most}")
            self._waiting += size

    def release(self, size: int) -> None:
        """Give room back."""
        with self._lock:
            self._waiting -= size
