"""Turns of those who write one database within a process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from headwater.errors import Busy

TURN_SECONDS: Final = 2.0
"""So long a write waits for long work before it is told to come again."""


class Turns:
    """Lets one writer in at a time.

    A writer who is `patient` waits as long as it takes, and may take long itself. Others wait as
    long for each other, but raise `Busy` after `TURN_SECONDS` behind one who is patient.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_long = False

    @contextmanager
    def take(self, where: str, *, patient: bool) -> Iterator[None]:
        """Hold the turn; `where` is the database, for people."""
        while not self._lock.acquire(timeout=-1 if patient else TURN_SECONDS):
            if self._is_long:
                raise Busy(
                    f"{where} is being rebuilt or cut, and takes no events until that is done",
                    retry_after_seconds=5,
                    hint="nothing is lost: send it again",
                )
        self._is_long = patient
        try:
            yield
        finally:
            self._is_long = False
            self._lock.release()
