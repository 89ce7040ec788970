"""What waits in the outboxes of this machine, for people who look after it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from headwater.sdk.configuration import outbox_folder
from headwater.sdk.outbox import DAMAGED, DESTINATION, DROPPED, REFUSED
from headwater.sdk.segment import HEADER_BYTES, SUFFIX, dropped_of, sent_of


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxState:
    """What waits for one destination, since when, and what was lost or refused on the way."""

    folder: Path
    destination: str
    waiting_events: int
    waiting_bytes: int
    oldest: datetime | None
    files: int
    refused: int
    dropped: int
    damaged_files: int


def survey(folder: Path | None = None) -> list[OutboxState]:
    """Return the state of every outbox; reads only, also what a process is writing now."""
    place = outbox_folder() if folder is None else folder
    if place is None or not place.is_dir():
        return []
    return [_state(one) for one in sorted(place.iterdir()) if (one / DESTINATION).is_file()]


def _state(folder: Path) -> OutboxState:
    events, size, files, dropped = 0, 0, 0, 0
    oldest: float | None = None
    for path in folder.glob(f"*{SUFFIX}"):
        try:
            found, header = _waiting(path)
        except FileNotFoundError:
            continue  # delivered meanwhile
        files += 1
        dropped += dropped_of(header)
        if found:
            events += found.count(b"\n")
            size += len(found)
            began = int(path.name.partition("-")[0]) / 1e9 if path.name[0].isdigit() else None
            oldest = min(filter(None, (oldest, began)), default=None)
    return OutboxState(
        folder=folder,
        destination=(folder / DESTINATION).read_text(encoding="utf-8").strip(),
        waiting_events=events,
        waiting_bytes=size,
        oldest=None if oldest is None else datetime.fromtimestamp(oldest, UTC),
        files=files,
        refused=sum(1 for _ in _lines(folder / REFUSED)),
        dropped=dropped + sum(_counts(folder / DROPPED)),
        damaged_files=len(list(folder.glob(f"*{DAMAGED}"))),
    )


def _waiting(path: Path) -> tuple[bytes, bytes]:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        header = os.pread(descriptor, HEADER_BYTES, 0)
        sent = sent_of(header) or HEADER_BYTES
        size = os.fstat(descriptor).st_size
        return os.pread(descriptor, max(0, size - sent), sent), header
    finally:
        os.close(descriptor)


def _lines(path: Path) -> Iterator[bytes]:
    if path.is_file():
        with path.open("rb") as file:
            yield from file


def _counts(path: Path) -> Iterator[int]:
    for line in _lines(path):
        try:
            yield int(json.loads(line)["count"])
        except (KeyError, TypeError, ValueError):
            continue
