"""The data directory: one owner at a time, and a file that says which formats are in it."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self

from headwater.errors import (
    Conflict,
    HeadwaterError,
    Invalid,
    Locked,
    StorageFull,
    Unavailable,
)
from headwater.version import __version__

FORMATS: Final = {"control": 1, "inbox": 1, "lake": 1, "lineage": 1, "pending": 1}
"""Every store of the directory and the version of its layout that this code writes.

The databases count their own tables by revision, inside; these numbers change when files are
laid out anew.
"""

LEAST_FREE_BYTES: Final = 16 * 1024 * 1024
"""With less than this the directory counts as full: a write may no longer be acknowledged."""

_PATIENCE_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The process that owns a data directory; without `url` it serves no HTTP."""

    pid: int
    url: str | None
    started_at: str


class DataDirectory:
    """A data directory that this process owns until `close`, or until it dies.

    The lock is the kernel's (flock), so that nothing is left behind by kill -9; what the lock
    file says is only for people and commands that find the directory taken.
    """

    def __init__(self, path: Path, lock: int, owner: Owner) -> None:
        self.path = path
        self._lock = lock
        self._owner = owner

    @classmethod
    def open(cls, path: Path, *, url: str | None = None) -> Self:
        """Take the directory, made and initialised when it is new.

        Raises `Locked` naming the owner, `Conflict` when a later version wrote it,
        `StorageFull` or `Unavailable` when it cannot be written.
        """
        with _translated(path):
            path.mkdir(parents=True, exist_ok=True)
            lock = os.open(path / "lock", os.O_RDWR | os.O_CREAT, 0o644)
            try:
                _take(lock, path)
                owner = Owner(
                    pid=os.getpid(),
                    url=url,
                    started_at=datetime.now(UTC).isoformat(timespec="seconds"),
                )
                _write_owner(lock, owner)
                _settle_format(path)
            except BaseException:
                os.close(lock)
                raise
        return cls(path, lock, owner)

    @staticmethod
    def owner(path: Path) -> Owner | None:
        """Return who owns the directory now, None if nobody does or it does not exist."""
        try:
            lock = os.open(path / "lock", os.O_RDONLY)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise _explained(error, path) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _read_owner(lock)
        finally:
            os.close(lock)
        return None

    @property
    def url(self) -> str | None:
        """Where this process answers, None when it serves no HTTP."""
        return self._owner.url

    def update_url(self, url: str | None) -> None:
        """Tell whoever finds the lock where this process answers."""
        self._owner = Owner(pid=self._owner.pid, url=url, started_at=self._owner.started_at)
        with _translated(self.path):
            _write_owner(self._lock, self._owner)

    def check_room(self) -> None:
        """Return if the directory can take writes; raises `StorageFull` or `Unavailable`."""
        with _translated(self.path):
            found = os.statvfs(self.path)
        if found.f_flag & os.ST_RDONLY:
            raise Unavailable(f"{self.path} is on a file system that is read-only")
        free = found.f_bavail * found.f_frsize
        if free < LEAST_FREE_BYTES:
            raise StorageFull(
                f"only {free:,} bytes are free at {self.path}",
                hint=f"free some space; writes need at least {LEAST_FREE_BYTES:,}",
            )

    def close(self) -> None:
        """Give the directory up; harmless when repeated."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _take(lock: int, path: Path) -> None:
    """Take the exclusive lock; a look-up by `owner` holds it for an instant, so be patient."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() < until:
                time.sleep(0.02)
                continue
            owner = _read_owner(lock)
            serving = f" serving {owner.url}" if owner.url else ""
            raise Locked(
                f"process {owner.pid}{serving} owns {path} since {owner.started_at}",
                owner_pid=owner.pid,
                owner_url=owner.url,
                hint="stop it, or give another directory with --data",
            ) from error
        return


def _write_owner(lock: int, owner: Owner) -> None:
    said = {"pid": owner.pid, "url": owner.url, "started_at": owner.started_at}
    os.ftruncate(lock, 0)
    os.pwrite(lock, json.dumps(said).encode() + b"\n", 0)


def _read_owner(lock: int) -> Owner:
    """Read the note of the owner; it may be in the middle of writing it."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            said = json.loads(os.pread(lock, 4096, 0))
            return Owner(pid=said["pid"], url=said["url"], started_at=said["started_at"])
        except (ValueError, KeyError, TypeError):
            if time.monotonic() >= until:
                return Owner(pid=0, url=None, started_at="an unknown time")
            time.sleep(0.02)


def _settle_format(path: Path) -> None:
    file = path / "format.json"
    try:
        found = json.loads(file.read_bytes())
        stores = {str(name): int(version) for name, version in found["stores"].items()}
    except FileNotFoundError:
        stores = {}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Conflict(
            f"{file} is not a format file: {error}",
            hint="restore it from a backup, or give another directory with --data",
        ) from error
    newer = sorted(name for name, version in stores.items() if version > FORMATS.get(name, 0))
    if newer:
        what = ", ".join(f"{name} {stores[name]}" for name in newer)
        known = ", ".join(f"{name} {version}" for name, version in FORMATS.items())
        raise Conflict(
            f"{path} holds formats that this version does not know: {what} (it knows {known})",
            hint="install the version of headwater that wrote it, or a later one",
            details={"newer": {name: stores[name] for name in newer}},
        )
    if stores != FORMATS:
        _replace(file, json.dumps({"written_by": __version__, "stores": FORMATS}, indent=2) + "\n")


def _replace(file: Path, text: str) -> None:
    """Put a whole new file in the place of `file`, durably."""
    beside = file.with_name(f"{file.name}.new")
    with beside.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _explained(error, path) from error


def _explained(error: OSError, path: Path) -> HeadwaterError:
    said = error.strerror or str(error)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFull(f"no space left to write {path}", hint="free some space and try again")
    if error.errno in (errno.EEXIST, errno.ENOTDIR):
        return Invalid(f"{path} is not a folder", hint="give a folder with --data")
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return Unavailable(
            f"cannot write {path}: {said}",
            hint="check the folder's permissions, or give another with --data",
        )
    return Unavailable(f"cannot use the data directory {path}: {said}")
