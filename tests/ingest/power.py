"""A file system that keeps in memory what was not synced, and forgets it when power is cut."""

from __future__ import annotations

import errno
import os
import random
from pathlib import Path

from headwater.ingest.files import LocalFiles

_SECTOR = 512


class LossyFiles(LocalFiles):
    """Real files plus a journal of what the disk would hold.

    `cut_power` makes the folder what could be found after the power came back: of what was written
    over synced bytes some sectors, in any order, and of what made a file longer a random part;
    entries of unsynced folders or not, removals or not.
    """

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._paths: dict[int, Path] = {}
        self._durable: dict[Path, bytes] = {}
        self._unsynced_entries: dict[Path, bytes | None] = {}

    def create(self, path: Path) -> int:
        descriptor = super().create(path)
        self._paths[descriptor] = path
        self._unsynced_entries.setdefault(path, None)
        self._durable[path] = b""
        return descriptor

    def sync(self, descriptor: int) -> None:
        path = self._paths[descriptor]
        self._durable[path] = path.read_bytes()

    def close(self, descriptor: int) -> None:
        del self._paths[descriptor]
        super().close(descriptor)

    def replace(self, source: Path, target: Path) -> None:
        before = self._durable.get(target)
        super().replace(source, target)
        self._durable[target] = self._durable.pop(source)
        self._unsynced_entries.pop(source, None)
        self._unsynced_entries[target] = before

    def remove(self, path: Path) -> None:
        super().remove(path)
        if path in self._durable:
            self._unsynced_entries[path] = self._durable.pop(path)

    def sync_folder(self, folder: Path) -> None:
        for path in [p for p in self._unsynced_entries if p.parent == folder]:
            del self._unsynced_entries[path]

    def cut_power(self) -> None:
        """Make the folder what it is after the power was cut."""
        for descriptor in list(self._paths):
            self.close(descriptor)
        for path, durable in self._durable.items():
            if path.exists():
                written = path.read_bytes()
                kept = self._chance.randint(len(durable), max(len(durable), len(written)))
                path.write_bytes(self._torn(durable, written) + written[len(durable) : kept])
        for path, before in self._unsynced_entries.items():
            if self._chance.random() < 0.5:
                continue  # the entry reached the disk by luck
            if before is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(before)

    def _torn(self, durable: bytes, written: bytes) -> bytes:
        """Return what is in place of synced bytes: of each sector the old or the new content."""
        found = bytearray(durable)
        for start in range(0, min(len(durable), len(written)), _SECTOR):
            end = min(start + _SECTOR, len(durable), len(written))
            if durable[start:end] != written[start:end] and self._chance.random() < 0.5:
                found[start:end] = written[start:end]
        return bytes(found)


class SmallDisk(LocalFiles):
    """A disk of a given size; what is deleted or cut off makes room again."""

    def __init__(self, folder: Path, size: int) -> None:
        self._folder = folder
        self._size = size

    def reserve(self, descriptor: int, *, start: int, end: int) -> None:
        self._take(descriptor, end)
        super().reserve(descriptor, start=start, end=end)

    def append(self, descriptor: int, data: bytes) -> None:
        self._take(descriptor, os.lseek(descriptor, 0, os.SEEK_CUR) + len(data))
        super().append(descriptor, data)

    def _take(self, descriptor: int, end: int) -> None:
        files = [path for path in self._folder.rglob("*") if path.is_file()]
        used = sum(path.stat().st_size for path in files if "lake.db" not in path.name)
        if used + end - os.fstat(descriptor).st_size > self._size:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class FullFiles(LocalFiles):
    """A disk on which only so many bytes are left; a write that does not fit is cut short."""

    def __init__(self, left: int = 1 << 40) -> None:
        self.left = left
        self.sync_error: int | None = None

    def reserve(self, descriptor: int, *, start: int, end: int) -> None:
        if end - start > self.left:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        super().reserve(descriptor, start=start, end=end)

    def append(self, descriptor: int, data: bytes) -> None:
        if len(data) > self.left:
            os.write(descriptor, data[: self.left])
            self.left = 0
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.left -= len(data)
        super().append(descriptor, data)

    def sync(self, descriptor: int) -> None:
        if self.sync_error is not None:
            raise OSError(self.sync_error, os.strerror(self.sync_error))
        super().sync(descriptor)
