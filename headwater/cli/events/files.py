"""Events in files: a line each, an array, one to a file, a folder of them, any of it in gzip."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, cast

from headwater.cli.ingest import whole_gzip
from headwater.errors import Invalid, Missing
from headwater.wire.openlineage.bodies import split_events
from headwater.wire.openlineage.canonical import decode

SUFFIXES: Final = (".json", ".ndjson", ".jsonl", ".gz")
"""What counts as a file of events in a folder."""

_GZIP_MAGIC: Final = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class FileEvent:
    """The bytes of one event, and where they were: file and, where it holds several, position."""

    where: str
    body: bytes


def size_of(paths: Sequence[Path]) -> int | None:
    """Return the bytes of all files, None where that cannot be known; raises `Missing`."""
    if any(str(path) == "-" for path in paths):
        return None
    return sum(file.stat().st_size for path in paths for file in _files(path))


def read_events(
    paths: Sequence[Path], advance: Callable[[int], None] = lambda _done: None
) -> Iterator[FileEvent]:
    """Yield the events of files and folders in order of their names; `-` is standard input.

    `advance` is told how many bytes of files are done. Lines are read one at a time; an array or
    an event over several lines is read whole. Raises `Missing` and `Malformed`.
    """
    done = 0
    for path in paths:
        for file in _files(path):
            with _opened(file) as (stream, position):
                for event in _events_of(str(file), stream):
                    advance(done + position())
                    yield event
                done += position()


def _files(path: Path) -> Iterator[Path]:
    if str(path) == "-" or path.is_file():
        yield path
        return
    if not path.is_dir():
        raise Missing(f"there is no file or folder {path}")
    found = sorted(f for f in path.rglob("*") if f.suffix in SUFFIXES and f.is_file())
    if not found:
        raise Invalid(f"{path} holds no file that ends in {', '.join(SUFFIXES)}")
    yield from found


@contextmanager
def _opened(file: Path) -> Iterator[tuple[IO[bytes], Callable[[], int]]]:
    if str(file) == "-":
        yield sys.stdin.buffer, lambda: 0
        return
    with file.open("rb") as raw:
        is_packed = raw.read(2) == _GZIP_MAGIC
        raw.seek(0)
        if not is_packed:
            yield raw, raw.tell
            return
        with gzip.open(raw) as inflated:
            yield cast("IO[bytes]", inflated), raw.tell


def _events_of(name: str, stream: IO[bytes]) -> Iterator[FileEvent]:
    with whole_gzip(name):
        first = _first_line(stream)
        if not _is_line_of_many(first):
            yield from _whole(name, first + stream.read())
            return
        if first.strip():
            yield FileEvent(f"{name}:1", first.strip())
        for number, line in enumerate(stream, 2):
            if line.strip():
                yield FileEvent(f"{name}:{number}", line.strip())


def _first_line(stream: IO[bytes]) -> bytes:
    return next((line for line in stream if line.strip()), b"")


def _is_line_of_many(first: bytes) -> bool:
    """Tell whether a first line is an event of its own, rather than the start of something."""
    line = first.strip()
    return line[:1] == b"{" and line[-1:] == b"}"


def _whole(name: str, body: bytes) -> Iterator[FileEvent]:
    """Yield the events of one document; of what is none, its lines, where some look like events."""
    lines = body.split(b"\n")
    if _is_broken(body) and any(map(_is_line_of_many, lines)):
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield FileEvent(f"{name}:{number}", line.strip())
        return
    events = split_events(body)
    for index, event in enumerate(events):
        yield FileEvent(name if len(events) == 1 else f"{name}[{index}]", event)


def _is_broken(body: bytes) -> bool:
    try:
        decode(body)
    except Invalid:
        return True
    return False
