"""The few file operations that durability rests on, as one object, so that tests can cut power."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final, Protocol

_ZEROS: Final = memoryview(bytes(1 << 20))


class Files(Protocol):
    """Writes files so that they last. Every method raises `OSError`."""

    def create(self, path: Path) -> int:
        """Create or empty a file and return its descriptor."""
        ...

    def append(self, descriptor: int, data: bytes) -> None:
        """Write all of `data` behind what was appended before."""
        ...

    def reserve(self, descriptor: int, *, start: int, end: int) -> None:
        """Make the file longer with zeros, which appends go over."""
        ...

    def sync(self, descriptor: int) -> None:
        """Return once everything appended is on the disk."""
        ...

    def truncate(self, descriptor: int, size: int) -> None:
        """Cut the file and go on writing there."""
        ...

    def close(self, descriptor: int) -> None:
        """Let go of the file."""
        ...

    def replace(self, source: Path, target: Path) -> None:
        """Give a file its final name."""
        ...

    def remove(self, path: Path) -> None:
        """Delete a file; one that is gone is fine."""
        ...

    def sync_folder(self, folder: Path) -> None:
        """Return once the folder's entries are on the disk."""
        ...


class LocalFiles(Files):
    """The file system of the machine."""

    def create(self, path: Path) -> int:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o640)

    def append(self, descriptor: int, data: bytes) -> None:
        written = os.write(descriptor, data)
        while written < len(data):
            written += os.write(descriptor, memoryview(data)[written:])

    def reserve(self, descriptor: int, *, start: int, end: int) -> None:
        while start < end:
            start += os.pwrite(descriptor, _ZEROS[: end - start], start)

    def sync(self, descriptor: int) -> None:
        _fdatasync(descriptor)

    def truncate(self, descriptor: int, size: int) -> None:
        os.ftruncate(descriptor, size)
        os.lseek(descriptor, size, os.SEEK_SET)

    def close(self, descriptor: int) -> None:
        os.close(descriptor)

    def replace(self, source: Path, target: Path) -> None:
        source.replace(target)

    def remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)

    def sync_folder(self, folder: Path) -> None:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


_fdatasync = getattr(os, "fdatasync", os.fsync)  # macOS has no fdatasync


def make_folders(files: Files, folder: Path) -> None:
    """Create a folder and those above it, each entry on the disk."""
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for child in reversed(missing):
        child.mkdir(exist_ok=True)
        files.sync_folder(child.parent)
