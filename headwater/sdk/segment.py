"""A file of events that wait: appended to by one process, and taken over when that process is gone.

It begins with a header of fixed length that says how far it has been delivered. A line follows for
each event: a checksum, a space, the event. So a torn or damaged line is told from a whole one, and
the lines after it are found again.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from errno import ENOSPC, ENOTSUP
from pathlib import Path
from typing import Final, Self
from zlib import crc32

SUFFIX: Final = ".outbox"
_HEADER: Final = "headwater-outbox/1 sent={:020d} dropped={:012d} {}\n"
HEADER_BYTES: Final = len(_HEADER.format(0, 0, "whole"))
_CLOSE_ON_EXEC: Final = getattr(os, "O_CLOEXEC", 0)
_MAGIC: Final = b"headwater-outbox/1 sent="


@dataclass(frozen=True, slots=True)
class Batch:
    """Events as they follow each other in a segment, and where the next one begins."""

    events: list[bytes]
    end: int
    damaged: list[bytes]


class Segment:
    """One file of an outbox, locked for as long as it is open.

    `size` is where the next event goes, `sent` up to where events are delivered. Not safe to share
    by threads. The lock belongs to the open file, so it is free once the process is gone, however
    that came about.
    """

    def __init__(self, path: Path, descriptor: int, *, size: int, sent: int) -> None:
        self.path: Final = path
        self.size = size
        self.sent = sent
        self.dropped = 0
        self.is_whole = True
        self._descriptor = descriptor
        self._is_dirty = False

    @classmethod
    def create(cls, folder: Path) -> Self:
        """Make a new file for this process; raises `OSError`."""
        name = f"{time.time_ns()}-{os.getpid()}-{secrets.token_hex(4)}{SUFFIX}"
        path = folder / name
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | _CLOSE_ON_EXEC
        descriptor = os.open(path, flags, 0o600)
        made = cls(path, descriptor, size=HEADER_BYTES, sent=HEADER_BYTES)
        try:
            _lock(descriptor)
            made._write_header()
        except OSError:
            made.close()
            path.unlink(missing_ok=True)
            raise
        return made

    @classmethod
    def take_over(cls, path: Path) -> Self | None:
        """Open the file of a process that is gone; None if it is not, or the file is."""
        try:
            descriptor = os.open(path, os.O_RDWR | _CLOSE_ON_EXEC)
        except FileNotFoundError:
            return None
        try:
            _lock(descriptor)
            at, there = os.fstat(descriptor), path.stat()
        except (BlockingIOError, FileNotFoundError):
            os.close(descriptor)
            return None
        if (at.st_dev, at.st_ino) != (there.st_dev, there.st_ino):
            os.close(descriptor)  # delivered and removed between the two calls
            return None
        header = os.pread(descriptor, HEADER_BYTES, 0)
        sent = sent_of(header)
        found = cls(path, descriptor, size=at.st_size, sent=HEADER_BYTES)
        if sent is not None and HEADER_BYTES <= sent <= at.st_size:
            found.sent = sent
        found.is_whole = header.rstrip().endswith(b" whole")
        return found

    @property
    def waiting_bytes(self) -> int:
        """How many bytes are not delivered."""
        return self.size - self.sent

    def append(self, event: bytes) -> None:
        """Write an event behind the others; raises `OSError` and keeps nothing of it if full."""
        line = b"%08x %b\n" % (crc32(event), event)
        written = os.pwrite(self._descriptor, line, self.size)
        if written != len(line):
            os.ftruncate(self._descriptor, self.size)
            raise OSError(ENOSPC, os.strerror(ENOSPC), str(self.path))
        self.size += written
        self._is_dirty = True

    def carry(self, events: list[bytes]) -> None:
        """Write events that are delivered, so that whoever takes over knows of open runs."""
        for event in events:
            self.append(event)
        self.advance(self.size)

    def read(self, most_events: int, most_bytes: int) -> Batch:
        """Return the next events, at least one if there is one."""
        return self._read_from(self.sent, most_events, most_bytes)

    def lines(self, *, waiting: bool = False) -> Iterator[bytes]:
        """Return every event of the file from the first on, or only those that are waiting."""
        at = self.sent if waiting else HEADER_BYTES
        while at < self.size:
            batch = self._read_from(at, 1_000, 1 << 20)
            yield from batch.events
            if batch.end == at:
                return
            at = batch.end

    def advance(self, end: int) -> None:
        """Remember that everything before `end` is delivered."""
        self.sent = end
        self._write_header()

    def count_dropped(self, count: int = 1) -> None:
        """Remember that events were dropped for want of room."""
        self.dropped += count
        self._write_header()

    def mark_broken(self) -> None:
        """Remember that events of this process are elsewhere, so open runs may have ended."""
        self.is_whole = False
        self._write_header()

    def sync(self) -> None:
        """Wait until the file is on the disk itself, if anything is new in it."""
        if self._is_dirty:
            self._is_dirty = False
            os.fsync(self._descriptor)

    def close(self, *, removing: bool = False) -> None:
        """Let go of the file, and remove it if all of it is delivered and `removing`."""
        if self._descriptor < 0:
            return
        if removing:
            self.path.unlink(missing_ok=True)
        os.close(self._descriptor)
        self._descriptor = -1

    def _read_from(self, at: int, most_events: int, most_bytes: int) -> Batch:
        wanted = min(self.size - at, most_bytes)
        chunk = os.pread(self._descriptor, wanted, at) if wanted > 0 else b""
        while b"\n" not in chunk and at + len(chunk) < self.size:
            more = os.pread(self._descriptor, most_bytes, at + len(chunk))
            if not more:
                break
            chunk += more
        if not chunk:
            return Batch([], at, [])
        end = chunk.rfind(b"\n") + 1
        is_last = at + len(chunk) >= self.size
        whole, torn = chunk[:end], chunk[end:] if is_last else b""
        events: list[bytes] = []
        damaged: list[bytes] = []
        used = 0
        for line in whole.split(b"\n")[:-1]:
            if len(events) == most_events:
                return Batch(events, at + used, damaged)
            used += len(line) + 1
            if _is_intact(line):
                events.append(line[9:])
            elif line:
                damaged.append(line)
        if torn and _is_intact(torn):
            events.append(torn[9:])
        return Batch(events, at + used + len(torn), damaged)

    def _write_header(self) -> None:
        state = "whole" if self.is_whole else "parts"
        text = _HEADER.format(self.sent, self.dropped, state)
        os.pwrite(self._descriptor, text.encode("ascii"), 0)


def _is_intact(line: bytes) -> bool:
    try:
        return line[8:9] == b" " and int(line[:8], 16) == crc32(line[9:])
    except ValueError:
        return False


def sent_of(header: bytes) -> int | None:
    """Return how far a file is delivered, or None if its header is damaged."""
    if not header.startswith(_MAGIC):
        return None
    try:
        return int(header[len(_MAGIC) : len(_MAGIC) + 20])
    except ValueError:
        return None


def dropped_of(header: bytes) -> int:
    """Return how many events a file's header says were dropped."""
    at = header.find(b" dropped=") + 9
    text = header[at : at + 12]
    return int(text) if at > 8 and text.isdigit() else 0


def _lock(descriptor: int) -> None:
    try:
        import fcntl
    except ImportError as error:
        raise OSError(ENOTSUP, "files cannot be locked on this system") from error

    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
