"""The loop that seals the log when it is long or old enough."""

from __future__ import annotations

import logging
import threading
from typing import Final

from headwater.clock import Clock
from headwater.ingest.record_log import RecordLog
from headwater.ingest.sealing import Sealing
from headwater.ingest.settings import IngestSettings
from headwater.observe import LogEvent

LOOK_SECONDS: Final = 1.0
AFTER_FAILURE_SECONDS: Final = 10.0


class SealLoop:
    """A thread that looks at the log once a second; a failed seal is logged and tried again."""

    def __init__(
        self, sealing: Sealing, record_log: RecordLog, *, settings: IngestSettings, clock: Clock
    ) -> None:
        self._sealing = sealing
        self._log = record_log
        self._settings = settings
        self._clock = clock
        self._stop = threading.Event()
        self._has_leftovers = True
        self._thread = threading.Thread(target=self._run, name="seal-loop", daemon=True)

    def start(self) -> None:
        """Begin; logs left by an earlier process are sealed first."""
        self._thread.start()

    def close(self) -> None:
        """Stop; a seal that is under way ends first."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def is_due(self) -> bool:
        """Tell whether the log is long or old enough."""
        return (
            self._has_leftovers
            or self._log.size_bytes >= self._settings.seal_bytes
            or self._log.age_seconds >= self._settings.seal_seconds
        )

    def _run(self) -> None:
        pause = 0.0
        while not self._clock.wait(self._stop, pause):
            pause = LOOK_SECONDS
            if not self.is_due():
                continue
            try:
                self._sealing.seal()
                self._has_leftovers = False
            except Exception:
                logging.getLogger("headwater").exception(LogEvent.SEAL_FAILED.value)
                self._has_leftovers = True
                pause = AFTER_FAILURE_SECONDS
