"""The lock that makes one committer out of many processes."""

from __future__ import annotations

import fcntl
import os
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from headwater.clock import Clock, SystemClock
from headwater.errors import Locked
from headwater.lake.file_io import make_folder

_POLL_SECONDS = 0.05


class CommitLock:
    """Held by the one process that may commit tables of a lake; a `with` block holds it.

    It is a `flock` on `commit.lock`, so it goes when its owner dies. The file names the owner.
    """

    def __init__(
        self, lake_folder: Path, *, timeout_seconds: float = 60.0, clock: Clock | None = None
    ) -> None:
        self._path = lake_folder / "commit.lock"
        self._timeout_seconds = timeout_seconds
        self._clock = clock or SystemClock()
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Wait for the lock; raises `Locked`, naming the owner, when the time is over."""
        make_folder(self._path.parent)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        until = self._clock.monotonic() + self._timeout_seconds
        never = threading.Event()
        try:
            while not _try_lock(descriptor):
                if self._clock.monotonic() >= until:
                    raise self._locked(descriptor)
                self._clock.wait(never, _POLL_SECONDS)
        except BaseException:
            os.close(descriptor)
            raise
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        self._descriptor = descriptor

    def release(self) -> None:
        """Let the next one in; without effect when it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _locked(self, descriptor: int) -> Locked:
        text = os.pread(descriptor, 32, 0).decode(errors="replace").strip()
        owner = int(text) if text.isdecimal() else None
        return Locked(
            f"process {owner or 'unknown'} has been committing to {self._path.parent} for more "
            f"than {self._timeout_seconds:g} seconds",
            owner_pid=owner,
            hint="wait for its job to end, or stop it",
        )

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
