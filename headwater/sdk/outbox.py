"""Events that wait for one destination: on disk, so that neither kill nor restart loses them."""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Final

from headwater.sdk.configuration import OutboxSettings
from headwater.sdk.guard import warn
from headwater.sdk.lost_runs import ends_of_lost_runs
from headwater.sdk.segment import HEADER_BYTES, SUFFIX, Segment

MOST_EVENTS: Final = 500
"""How many events are sent at once."""

MOST_BYTES: Final = 1024 * 1024
"""How many bytes are sent at once, unless a single event is larger."""

MOST_ADOPTED: Final = 16
"""How many files of others are taken over at once."""

_LOCK_SECONDS: Final = 1.0
_MOST_IN_MEMORY: Final = 32 * 1024 * 1024
_MOST_REFUSED_BYTES: Final = 16 * 1024 * 1024
_SEGMENTS: Final = 8
_LARGEST_SEGMENT: Final = 16 * 1024 * 1024
_TIDY_BYTES: Final = 1024 * 1024

DESTINATION: Final = "destination"
REFUSED: Final = "refused.ndjson"
DROPPED: Final = "dropped.ndjson"
DAMAGED: Final = ".damaged"


@dataclass(frozen=True, slots=True)
class Parcel:
    """Events on their way; `source` is the file they are in, or None if they are in memory."""

    events: list[bytes]
    source: Segment | None
    end: int = 0
    damaged: list[bytes] = field(default_factory=list)


class Outbox:
    """What waits for one destination, of this process and of those that are gone.

    Order: events of one process are taken in the order in which they were put. Durability: once
    `put` has returned, an event survives the death of this process; how it survives that of the
    machine is the setting `sync`. What was left for a destination in `also` is delivered here too.
    Where there is no folder, or no room on the disk, events wait in
    memory. Safe to share by threads; `put` waits for at most a second.
    """

    def __init__(
        self,
        destination: str,
        settings: OutboxSettings,
        *,
        open_runs: Callable[[], list[bytes]] = list,
        also: tuple[str, ...] = (),
    ) -> None:
        self.folder = None if settings.folder is None else folder_of(settings.folder, destination)
        self._folders = [] if self.folder is None else [self.folder]
        if settings.folder is not None:
            self._folders += [folder_of(settings.folder, name) for name in also]
        self._destination = destination
        self._settings = settings
        self._open_runs = open_runs
        self._segment_bytes = min(
            _LARGEST_SEGMENT, max(HEADER_BYTES + 1, settings.max_bytes // _SEGMENTS)
        )
        self._lock = Lock()
        self._own: deque[Segment] = deque()
        self._orphans: deque[Segment] = deque()
        self._lost: dict[Path, list[bytes]] = {}
        self._memory: deque[bytes] = deque()
        self._memory_bytes = 0
        self._others_bytes = 0
        self._is_closed = False
        self.dropped = 0

    def put(self, event: bytes) -> None:
        """Keep an event until it is delivered; one for which there is no room is counted."""
        if not self._lock.acquire(timeout=_LOCK_SECONDS):
            self._keep_in_memory(event)
            return
        try:
            self._put(event)
        finally:
            self._lock.release()

    def take(self) -> Parcel | None:
        """Return what to send next, or None; `done` says that it was delivered."""
        with self._lock:
            for source in self._sources():
                if source is None:
                    events = [self._memory[at] for at in range(min(MOST_EVENTS, len(self._memory)))]
                    if events:
                        return Parcel(events, None)
                    continue
                batch = source.read(MOST_EVENTS, MOST_BYTES)
                if batch.events or batch.end > source.sent:
                    return Parcel(batch.events, source, batch.end, batch.damaged)
                lost = self._lost.get(source.path)
                if lost:
                    return Parcel(lost, source, source.size)
                self._finish(source)
        return None

    def done(self, parcel: Parcel, *, again: list[bytes] | None = None) -> None:
        """Forget what was delivered; `again` are those of it that are to be sent once more."""
        with self._lock:
            for event in again or ():
                self._put(event)
            source = parcel.source
            if source is None:
                for event in parcel.events:
                    if self._memory and self._memory[0] is event:
                        self._memory_bytes -= len(self._memory.popleft())
                return
            if source not in self._own and source not in self._orphans:
                return  # it was dropped meanwhile, to make room
            if parcel.damaged:
                self._write(f"{source.path.name}{DAMAGED}", b"\n".join(parcel.damaged) + b"\n")
                warn(f"damaged events are set aside beside {source.path}", f"{len(parcel.damaged)}")
            if parcel.events is self._lost.get(source.path):
                del self._lost[source.path]
            source.advance(max(parcel.end, source.sent))
            if source.waiting_bytes <= 0 and source.path not in self._lost:
                self._finish(source)

    def set_aside(self, event: bytes, reason: str) -> None:
        """Keep an event that the destination refuses where people can look at it."""
        line = {"time": _now(), "reason": reason, "event": event.decode("utf-8", "replace")}
        with self._lock:
            if self.folder is not None and _size(self.folder / REFUSED) < _MOST_REFUSED_BYTES:
                self._write(REFUSED, json.dumps(line).encode() + b"\n")
                return
        warn("an event was refused and could not be kept", reason)

    def adopt(self, most: int = MOST_ADOPTED) -> int:
        """Take over what processes left that are gone, the oldest first; return how many files."""
        taken = 0
        for path in self._files_of_others():
            if taken == most:
                break
            segment = Segment.take_over(path)
            if segment is None:
                continue
            lost = ends_of_lost_runs(segment.lines()) if segment.is_whole else []
            with self._lock:
                self._orphans.append(segment)
                if lost:
                    self._lost[path] = lost
            taken += 1
        return taken

    def waiting(self) -> int:
        """Return how many bytes wait, of this process and of those whose files it took over."""
        with self._lock:
            segments = [*self._own, *self._orphans]
            lost = sum(len(event) for events in self._lost.values() for event in events)
            return sum(each.waiting_bytes for each in segments) + self._memory_bytes + lost

    def sync(self) -> None:
        """Bring what waits to the disk itself, unless the setting is `never`."""
        if self._settings.sync == "never":
            return
        with self._lock:
            segments = [each for each in self._own if each.waiting_bytes]
        for segment in segments:
            segment.sync()

    def close(self) -> None:
        """Let go of the files, remove those that are delivered; memory is lost if it is not empty.

        Closing again does nothing.
        """
        with self._lock:
            for event in [self._memory.popleft() for _ in range(len(self._memory))]:
                self._memory_bytes -= len(event)
                self._put(event)  # perhaps there is room again
            self._is_closed = True
            if self._memory:
                self.dropped += len(self._memory)
                self._note_dropped(len(self._memory), "the outbox could not be written to")
                self._memory.clear()
            if self._own and self._own[-1].dropped:
                self._note_dropped(self._own[-1].dropped, "the outbox was full")
            for segment in (*self._own, *self._orphans):
                is_done = segment.waiting_bytes <= 0 and segment.path not in self._lost
                if not is_done and self._settings.sync != "never":
                    _try(segment.sync)
                segment.close(removing=is_done)
            self._own.clear()
            self._orphans.clear()

    def abandon(self) -> None:
        """Let go of files that belong to the process which this one was forked from."""
        for segment in (*self._own, *self._orphans):
            segment.close()
        for held in (self._own, self._orphans, self._memory, self._lost):
            held.clear()
        self._memory_bytes = 0
        self._is_closed = True

    def _put(self, event: bytes) -> None:
        if self._is_closed or self.folder is None:
            self._keep_in_memory(event)
            return
        try:
            segment = self._segment()
            own = sum(each.size for each in self._own)
            if own + self._others_bytes + len(event) > self._settings.max_bytes:
                if self._settings.when_full == "drop-new" or not self._drop_oldest():
                    self._drop(1)
                    return
                segment = self._segment()
            segment.append(event)
            if self._settings.sync == "always":
                segment.sync()
        except OSError as error:
            warn(f"the outbox {self.folder} cannot be written to; events wait in memory", error)
            self._keep_in_memory(event)
            if self._own:
                _try(self._own[-1].mark_broken)

    def _segment(self) -> Segment:
        """Return the file that events go to now."""
        if self._own and self._own[-1].size < self._segment_bytes:
            return self._own[-1]
        return self._rotate()

    def _rotate(self) -> Segment:
        assert self.folder is not None
        if not self._own:
            self._make_folder(self.folder)
        others = sum(map(_size, self._files_of_others()))
        self._others_bytes = others + sum(each.size for each in self._orphans)
        made = Segment.create(self.folder)
        made.carry([event for event in self._open_runs() if event])
        if self._own and self._own[-1].dropped:
            made.count_dropped(self._own[-1].dropped)
        self._own.append(made)
        if self._settings.sync == "always":
            _sync_folder(self.folder)
        return made

    def _make_folder(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        named = folder / DESTINATION
        if not named.exists():
            named.write_text(self._destination + "\n", encoding="utf-8")

    def _sources(self) -> Iterator[Segment | None]:
        """Yield where to look for events, in turn: our own, one that was left, memory."""
        own, orphans = tuple(self._own), tuple(self._orphans)
        yield from (*own[:1], *orphans[:1], *own[1:], *orphans[1:], None)

    def _finish(self, segment: Segment) -> None:
        """Remove a file of which all is delivered; our last one only once it is large."""
        if segment in self._orphans:
            self._orphans.remove(segment)
            segment.close(removing=True)
            return
        if segment.waiting_bytes > 0:
            return
        if segment is self._own[-1]:
            if segment.size < _TIDY_BYTES:
                return
            try:
                self._rotate()
            except OSError:
                return
        self._own.remove(segment)
        segment.close(removing=True)

    def _drop_oldest(self) -> bool:
        """Make room by letting the oldest file go that no other process holds."""
        found = (Segment.take_over(path) for path in self._files_of_others())
        oldest = next((each for each in found if each is not None), None)
        if oldest is None:
            if len(self._own) < 2:
                self._rotate()
            oldest = self._own.popleft()
        else:
            self._others_bytes -= oldest.size
        count = sum(1 for _ in oldest.lines(waiting=True))
        oldest.close(removing=True)
        self._drop(count)
        return True

    def _files_of_others(self) -> list[Path]:
        mine = {segment.path for segment in (*self._own, *self._orphans)}
        found = (path for each in self._folders for path in sorted(each.glob(f"*{SUFFIX}")))
        return [path for path in found if path not in mine]

    def _drop(self, count: int) -> None:
        self.dropped += count
        warn(f"the outbox {self.folder} is full; events are dropped", self._settings.when_full)
        if self._own:
            self._own[-1].count_dropped(count)

    def _keep_in_memory(self, event: bytes) -> None:
        if self._is_closed or self._memory_bytes + len(event) > _MOST_IN_MEMORY:
            self.dropped += 1
            warn("there is no room for more events of lineage; some are dropped", "memory is full")
            return
        self._memory.append(event)
        self._memory_bytes += len(event)

    def _note_dropped(self, count: int, reason: str) -> None:
        line = {"time": _now(), "count": count, "reason": reason}
        self._write(DROPPED, json.dumps(line).encode() + b"\n")

    def _write(self, name: str, text: bytes) -> None:
        if self.folder is None:
            return
        try:
            with (self.folder / name).open("ab") as file:
                file.write(text)
        except OSError as error:
            warn(f"{self.folder / name} cannot be written to", error)


def folder_of(outboxes: Path, destination: str) -> Path:
    """Return the folder of a destination."""
    from hashlib import sha256

    return outboxes / sha256(destination.encode()).hexdigest()[:16]


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _try(action: Callable[[], None]) -> None:
    try:
        action()
    except OSError as error:
        warn("a file of the outbox cannot be written to", error)
