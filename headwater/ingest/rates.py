"""How many records came of late, counted as they come."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from headwater.clock import Clock
from headwater.ingest.frame import Frame
from headwater.model.record import Segment

MINUTES: Final = 24 * 60
MOST_SOURCES: Final = 1_000
_MINUTE: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class MinuteCount:
    """The records of a minute, which begins at `start` in Unix seconds."""

    start: int
    accepted: int
    rejected: int


class RecordRates:
    """Counts records by source and minute, for a day, since the process began.

    What came before is in the segments. Of more than `MOST_SOURCES` sources the others are
    counted in the sum alone.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._minutes: dict[str, dict[int, list[int]]] = {}
        self._sum: dict[int, list[int]] = {}
        self._waiting: dict[str, int] = {}
        self._pruned = 0
        self.started_at: datetime = clock.now()

    def now(self) -> datetime:
        """Return the time by which it counts."""
        return self._clock.now()

    def note(self, counts: Iterable[tuple[str, int, int]]) -> None:
        """Count records that are durable: source, accepted and rejected."""
        minute = int(self._clock.now().timestamp()) // _MINUTE
        with self._lock:
            self._prune(minute)
            for source, accepted, rejected in counts:
                _add(self._sum, minute, accepted, rejected)
                held = self._minutes.get(source)
                if held is None:
                    if len(self._minutes) >= MOST_SOURCES:
                        continue
                    held = self._minutes[source] = {}
                _add(held, minute, accepted, rejected)
                self._waiting[source] = self._waiting.get(source, 0) + accepted

    def sealed(self, segments: Sequence[Segment]) -> None:
        """Take what is in the raw zone now off those that wait for it."""
        with self._lock:
            for segment in segments:
                if segment.first_at >= self.started_at and segment.source in self._waiting:
                    left = self._waiting[segment.source] - segment.records
                    self._waiting[segment.source] = max(0, left)

    def waiting(self) -> Mapping[str, int]:
        """Return how many records are durable and not in the raw zone yet, by source."""
        with self._lock:
            return {source: count for source, count in self._waiting.items() if count}

    def since(self, moment: datetime, source: str | None = None) -> list[MinuteCount]:
        """Return the minutes that end after a moment, in order, of a source or of all."""
        first = int(moment.timestamp()) // _MINUTE
        with self._lock:
            held = self._sum if source is None else self._minutes.get(source, {})
            found = sorted((minute, *counts) for minute, counts in held.items() if minute >= first)
        return [
            MinuteCount(start=minute * _MINUTE, accepted=accepted, rejected=rejected)
            for minute, accepted, rejected in found
        ]

    def accepted_since(self, moment: datetime) -> Mapping[str, int]:
        """Return how many records were accepted in the minutes that end after a moment."""
        return self._since(moment, 0)

    def rejected_since(self, moment: datetime) -> Mapping[str, int]:
        """Return how many records were rejected in the minutes that end after a moment."""
        return self._since(moment, 1)

    def has_any(self) -> bool:
        """Tell whether a record came since the process began."""
        with self._lock:
            return bool(self._sum)

    def last_at(self) -> Mapping[str, datetime]:
        """Return by source when the last minute began in which a record came."""
        zero = self._clock.now()
        with self._lock:
            latest = {source: max(held) for source, held in self._minutes.items() if held}
        return {
            source: zero.fromtimestamp(minute * _MINUTE, zero.tzinfo)
            for source, minute in latest.items()
        }

    def _since(self, moment: datetime, which: int) -> dict[str, int]:
        first = int(moment.timestamp()) // _MINUTE
        with self._lock:
            return {
                source: sum(counts[which] for minute, counts in held.items() if minute >= first)
                for source, held in self._minutes.items()
            }

    def _prune(self, minute: int) -> None:
        """Forget what is older than a day, once a minute."""
        if minute == self._pruned:
            return
        self._pruned = minute
        for held in (self._sum, *self._minutes.values()):
            for old in [one for one in held if one <= minute - MINUTES]:
                del held[old]


def counts_of(frames: Iterable[Frame]) -> Iterator[tuple[str, int, int]]:
    """Yield source, accepted and rejected for everything in frames that are durable."""
    for frame in frames:
        for part in frame.parts:
            yield part.source, part.records, 0
        for reject in frame.rejects:
            yield reject.source, 0, 1


def _add(held: dict[int, list[int]], minute: int, accepted: int, rejected: int) -> None:
    counts = held.setdefault(minute, [0, 0])
    counts[0] += accepted
    counts[1] += rejected


def spread(segments: Iterable[Segment], until: datetime, since: datetime) -> dict[int, float]:
    """Return records by minute of what segments hold, as if they had come evenly."""
    found: dict[int, float] = {}
    for segment in segments:
        last = min(segment.last_at, until)
        if last < segment.first_at or segment.last_at < since:
            continue
        whole = max((segment.last_at - segment.first_at) / timedelta(seconds=1), 1e-6)
        first, end = segment.first_at.timestamp(), last.timestamp()
        minutes = range(int(first) // _MINUTE, int(end) // _MINUTE + 1)
        for minute in minutes:
            begin, stop = minute * _MINUTE, (minute + 1) * _MINUTE
            share = (min(stop, end) - max(begin, first)) / whole if len(minutes) > 1 else 1.0
            found[begin] = found.get(begin, 0.0) + segment.records * share
    return found
