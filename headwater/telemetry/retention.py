"""The loop that lets old telemetry go."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta
from typing import Final

from headwater.clock import Clock
from headwater.observe import LogEvent
from headwater.telemetry.contract import TelemetryWriter

LOOK_SECONDS: Final = 3600.0


class Retention:
    """A thread that removes what is too old when it starts, and once an hour."""

    def __init__(self, writer: TelemetryWriter, *, keep: timedelta, clock: Clock) -> None:
        self._writer = writer
        self._keep = keep
        self._clock = clock
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="telemetry-retention", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """Stop; a removal that is under way ends first."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        pause = 0.0
        while not self._clock.wait(self._stop, pause):
            pause = LOOK_SECONDS
            try:
                self._writer.expire(self._clock.now() - self._keep)
            except Exception:
                logging.getLogger("headwater").exception(LogEvent.EXPIRY_FAILED.value)
