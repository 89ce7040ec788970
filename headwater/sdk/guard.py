"""The one place where everything that goes wrong in telling lineage ends: the log, never the user.

A pipeline must not fail, and not be flooded with warnings, because its lineage cannot be told.
"""

from __future__ import annotations

import logging
import time
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Final, Self

logger: Final = logging.getLogger("headwater.sdk")

_SILENCE_SECONDS: Final = 60.0
_last_said: dict[str, float] = {}


class Guarded:
    """Swallows and logs errors of its block; `error` is what was swallowed.

    What is no error of a program, such as KeyboardInterrupt, goes on.
    """

    __slots__ = ("_what", "error")

    def __init__(self, what: str) -> None:
        self._what = what
        self.error: Exception | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if not isinstance(error, Exception):
            return False
        self.error = error
        warn(self._what, error)
        return True


class GuardedLock(Guarded):
    """Holds a lock for its block, and swallows and logs errors of it."""

    __slots__ = ("_lock",)

    def __init__(self, lock: AbstractContextManager[bool], what: str) -> None:
        super().__init__(what)
        self._lock = lock

    def __enter__(self) -> Self:
        self._lock.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        self._lock.__exit__(kind, error, trace)
        return super().__exit__(kind, error, trace)


def warn(what: str, error: BaseException | str) -> None:
    """Log a warning, but the same one at most once a minute."""
    from headwater.sdk.redaction import redact

    now = time.monotonic()
    if now - _last_said.get(what, -_SILENCE_SECONDS) < _SILENCE_SECONDS:
        return
    _last_said[what] = now
    said = error if isinstance(error, str) else described(error)
    logger.warning("%s: %s", what, redact(said))


def described(error: BaseException) -> str:
    """Return the class and text of an error, even of one that cannot be shown."""
    try:
        return f"{type(error).__name__}: {error}".removesuffix(": ")
    except BaseException as broken:
        if not isinstance(broken, Exception):
            raise
        return type(error).__name__


def forget_warnings() -> None:
    """Let every warning be said again."""
    _last_said.clear()
