"""Local files written so that they survive a power loss: file and folders are on disk on return."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from types import TracebackType
from urllib.parse import unquote, urlsplit

from headwater.errors import StorageFull, Unavailable


def local_path(location: str) -> Path:
    """Return the path of a location, which is a path already or a `file:` URI."""
    return (
        Path(unquote(urlsplit(location).path)) if location.startswith("file:") else Path(location)
    )


def sync_file(path: Path) -> None:
    """Wait until the content of the file is on disk."""
    _sync(path, os.O_RDONLY)


def sync_folder(path: Path) -> None:
    """Wait until the names in the folder are on disk."""
    _sync(path, os.O_RDONLY | os.O_DIRECTORY)


def make_folder(folder: Path) -> None:
    """Create the folder and its parents; every new name is on disk on return."""
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for new in reversed(missing):
        new.mkdir(exist_ok=True)
        sync_folder(new.parent)


def sync_upwards(files: Iterable[Path], root: Path) -> None:
    """Wait until the names of the files are on disk, in every folder up to `root`."""
    folders = {folder for file in files for folder in file.parents if folder.is_relative_to(root)}
    for folder in sorted(folders, reverse=True):
        sync_folder(folder)


class AtomicFile(BytesIO):
    """A file that appears whole, or not at all, when it is closed.

    It is gathered in memory, written beside its place, synced, and then named. Without
    `overwrite` a file that is there stays, and closing raises `FileExistsError`. Leaving a
    `with` block by an exception writes nothing.
    """

    def __init__(self, path: Path, *, overwrite: bool = False) -> None:
        super().__init__()
        self._path = path
        self._overwrite = overwrite

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        else:
            super().close()

    def close(self) -> None:
        """Publish the file; closing again does nothing."""
        if self.closed:
            return
        content = self.getvalue()
        super().close()
        with storage_errors(self._path):
            _publish(self._path, content, overwrite=self._overwrite)


def _publish(path: Path, content: bytes, *, overwrite: bool) -> None:
    make_folder(path.parent)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.draft")
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if overwrite:
            draft.replace(path)
        else:
            path.hardlink_to(draft)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn a full disk, a lack of rights and a missing file into our errors; the rest passes."""
    try:
        yield
    except FileNotFoundError as error:
        raise Unavailable(
            f"{error.filename} is missing", hint="restore the lake's folder from a backup"
        ) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull(
                f"no space left to write {path}", hint="free some space and try again"
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise Unavailable(
                f"cannot write {path}: {error.strerror}", hint="check the folder's permissions"
            ) from error
        raise


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
