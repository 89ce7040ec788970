"""Work that is done again and again in a thread of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from headwater.clock import Clock
from headwater.observe import LogEvent


class Loop:
    """Does a piece of work when it starts, and then every so many seconds.

    A failure is logged, and the work is tried again the next time.
    """

    def __init__(
        self,
        work: Callable[[], object],
        *,
        name: str,
        every_seconds: float,
        failure: LogEvent,
        clock: Clock,
    ) -> None:
        self._work = work
        self._every_seconds = every_seconds
        self._failure = failure
        self._clock = clock
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """Stop; work that is under way ends first."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        pause = 0.0
        while not self._clock.wait(self._stop, pause):
            pause = self._every_seconds
            try:
                self._work()
            except Exception:
                logging.getLogger("headwater").exception(self._failure.value)
