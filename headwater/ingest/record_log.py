"""The write-ahead log of records: what is acknowledged is in here until it is sealed."""

from __future__ import annotations

import errno
import os
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from headwater.clock import Clock
from headwater.errors import HeadwaterError, StorageFull, Unavailable
from headwater.ingest.files import Files, make_folders
from headwater.ingest.frame import MAGIC, LogReading

SUFFIX = ".log"
FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What the operating system says of a disk, a quota or a file that takes no more."""

_LEAST_RESERVE: Final = 1 << 18
_MOST_RESERVE: Final = 1 << 22
_LEAST_SPARE: Final = 1 << 23
_MOST_SPARE: Final = 1 << 27
_PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class _Spare:
    """A file made ahead of its need: zeros behind the magic, all of it on the disk."""

    path: Path
    descriptor: int
    reserved: int


class RecordLog:
    """Log files in `inbox/`, of which the newest is written; a file is made by its first frame.

    `append` returns when its frames are on the disk; when it raises, none of them counts. Names
    are UTC times, so that they sort and never come twice. Safe to call from several threads.

    A file is made longer ahead of what is written, with zeros: a sync that need not record a new
    size does not wait for whatever else the file system's journal holds, such as the tables that a
    job writes. After a log that got long the next one is made whole before it is needed. See
    docs/decisions/027-log-written-over-zeros.md.
    """

    def __init__(
        self, folder: Path, *, files: Files, clock: Clock, spare_from_bytes: int = _LEAST_SPARE
    ) -> None:
        self._folder = folder
        self._files = files
        self._clock = clock
        self._spare_from_bytes = spare_from_bytes
        self._lock = threading.Lock()
        self._rotating = threading.Lock()
        self._descriptor: int | None = None
        self._spare: _Spare | None = None
        self._making: Path | None = None
        self._path = folder
        self._size = 0
        self._reserved = 0
        self._started = 0.0
        self._last_name = ""
        self._good_bytes: dict[Path, int] = {}
        try:
            make_folders(files, folder)
        except OSError as error:
            raise _translate(error, folder) from error
        if not os.access(folder, os.W_OK):
            raise Unavailable(f"cannot write {folder}", hint="check the folder's permissions")

    @property
    def size_bytes(self) -> int:
        """The size of the log being written; 0 when nothing was written since the last rotate."""
        return self._size

    @property
    def age_seconds(self) -> float:
        """How long ago the log being written got its first frame."""
        return self._clock.monotonic() - self._started if self._size else 0.0

    def append(self, frames: bytes) -> tuple[str, int]:
        """Write frames, one behind the other; return the log's name and where, once durable."""
        with self._lock:
            try:
                descriptor = self._descriptor
                if descriptor is None:
                    descriptor = self._start()
                if self._size + len(frames) > self._reserved:
                    self._reserve(descriptor, self._size + len(frames))
                self._files.append(descriptor, frames)
                self._files.sync(descriptor)
            except OSError as error:
                self._repair(may_go_on=error.errno == errno.ENOSPC)
                raise _translate(error, self._path) from error
            offset = self._size
            self._size = offset + len(frames)
            return self._path.stem, offset

    def rotate(self) -> None:
        """End the log being written; the next append starts another.

        While older logs wait to be sealed none is made ahead: they may wait for room on the disk.
        """
        with self._rotating:
            is_long = self._size >= self._spare_from_bytes
            spare = self._make_spare() if is_long and not self.unsealed() else None
            with self._lock:
                self._end()
                self._spare = spare or self._spare
                self._making = None

    def give_up_spare(self) -> bool:
        """Delete the log made ahead, which may be the last room on the disk; False without one."""
        with self._lock:
            spare, self._spare = self._spare, None
        if spare is None:
            return False
        self._files.close(spare.descriptor)
        with suppress(OSError):  # it holds nothing
            self._files.remove(spare.path)
        return True

    def unsealed(self) -> tuple[Path, ...]:
        """Return the logs that are no longer written, oldest first."""
        with self._lock:
            ours = {self._path} if self._descriptor is not None else set()
            if self._spare is not None:
                ours.add(self._spare.path)
            if self._making is not None:
                ours.add(self._making)
            found = self._folder.glob(f"*{SUFFIX}")
            return tuple(sorted(path for path in found if path not in ours))

    def read(self, path: Path) -> LogReading:
        """Return a pass over the whole frames of a log."""
        return LogReading(path, self._good_bytes.get(path))

    def remove(self, path: Path) -> None:
        """Delete a log whose records are sealed."""
        self._files.remove(path)
        self._files.sync_folder(self._folder)
        self._good_bytes.pop(path, None)

    def close(self) -> None:
        """End the log being written."""
        with self._rotating:
            with self._lock:
                self._end()
            self.give_up_spare()

    def _make_spare(self) -> _Spare | None:
        """Make the next file as long as the one being written; without room there is none.

        It is synced in pieces: what is appended meanwhile can have to wait for a piece.
        """
        with self._lock:
            if self._spare is not None:
                return None
            path = self._making = self._next_path()
        try:
            descriptor = self._files.create(path)
        except OSError:
            return None
        try:
            self._files.append(descriptor, MAGIC)
            reserved = len(MAGIC)
            while reserved < min(self._size, _MOST_SPARE):
                self._files.reserve(descriptor, start=reserved, end=reserved + _PIECE)
                self._files.sync(descriptor)
                reserved += _PIECE
            self._files.sync_folder(self._folder)
        except OSError:
            self._files.close(descriptor)
            with suppress(OSError):  # it holds nothing
                self._files.remove(path)
            return None
        return _Spare(path, descriptor, reserved)

    def _next_path(self) -> Path:
        name = _name(self._clock.now())
        while name <= self._last_name or (self._folder / f"{name}{SUFFIX}").exists():
            name = f"{max(name, self._last_name)}0"
        self._last_name = name
        return self._folder / f"{name}{SUFFIX}"

    def _start(self) -> int:
        self._size = 0
        if self._spare is not None:
            spare, self._spare = self._spare, None
            self._path, self._reserved = spare.path, spare.reserved
            descriptor = self._descriptor = spare.descriptor
            self._size = len(MAGIC)
            self._started = self._clock.monotonic()
            return descriptor
        self._path = self._next_path()
        descriptor = self._descriptor = self._files.create(self._path)
        self._files.append(descriptor, MAGIC)
        self._files.sync_folder(self._folder)
        self._size = self._reserved = len(MAGIC)
        self._started = self._clock.monotonic()
        return descriptor

    def _reserve(self, descriptor: int, needed: int) -> None:
        """Make room for what is to be written and for as much again; a full disk gets none."""
        ahead = min(max(self._size, _LEAST_RESERVE), _MOST_RESERVE)
        try:
            self._files.reserve(descriptor, start=self._reserved, end=needed + ahead)
        except OSError as error:
            if error.errno not in FULL:
                raise
            self._files.truncate(descriptor, self._size)
            self._reserved = needed
        else:
            self._reserved = needed + ahead

    def _repair(self, *, may_go_on: bool) -> None:
        """Take back what was written of frames that nobody will be told about.

        After a failed sync nobody knows what the disk holds, so that file is not written again.
        """
        if self._descriptor is None:
            return
        try:
            self._files.truncate(self._descriptor, self._size)
            self._reserved = self._size
        except OSError:
            may_go_on = False
        if not may_go_on or self._size == 0:
            self._end()

    def _end(self) -> None:
        if self._descriptor is None:
            return
        descriptor, self._descriptor = self._descriptor, None
        self._good_bytes[self._path] = self._size
        with suppress(OSError):  # the zeros behind it are no harm
            self._files.truncate(descriptor, self._size)
        self._size = 0
        self._files.close(descriptor)


def _name(now: datetime) -> str:
    return now.strftime("%Y%m%dT%H%M%S%fZ")


def _translate(error: OSError, path: Path) -> HeadwaterError:
    if error.errno in FULL:
        return StorageFull(
            f"no space left to write {path}; nothing of the request was kept",
            hint="free some space and send it again",
        )
    return Unavailable(
        f"cannot write {path}: {error.strerror or error}", hint="check the disk and its permissions"
    )
