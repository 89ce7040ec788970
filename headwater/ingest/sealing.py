"""Sealing: a log becomes files of the raw zone, then rows of the manifest, then nothing."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from headwater.clock import Clock
from headwater.errors import HeadwaterError, StorageFull, Unavailable
from headwater.ingest.files import Files, make_folders
from headwater.ingest.frame import Frame, LogReading
from headwater.ingest.idempotency import IdempotencyKeys
from headwater.ingest.proposals import Proposals
from headwater.ingest.record_door import rejected_rows
from headwater.ingest.record_log import FULL, RecordLog
from headwater.ingest.settings import IngestSettings
from headwater.ingest.turns import in_turns
from headwater.lake.contract import Quarantine
from headwater.lake.sealed_log import KeptAnswer, SealedLogs
from headwater.model.record import QuarantinedRecord, Segment
from headwater.observe import LogEvent, log

_PIECE_BYTES: Final = 1 << 20
_DAY: Final = 86_400_000_000
"""In microseconds."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

OnSealed = Callable[[Sequence[Segment]], None]


@dataclass(slots=True)
class _File:
    """What one log holds of one source and one day."""

    lines: list[bytes] = field(default_factory=list)
    records: int = 0
    first: int = 0
    last: int = 0


class Sealing:
    """Turns logs into segments. Safe to call from any thread, while ingest goes on.

    A log is removed only after its files are on the disk and its rows are committed; doing any
    of it again writes the same names, so that a crash at any point is repaired by `recover` and
    the next `seal`.
    """

    def __init__(
        self,
        record_log: RecordLog,
        *,
        lake: Path,
        files: Files,
        sealed: SealedLogs,
        quarantine: Quarantine,
        keys: IdempotencyKeys,
        proposals: Proposals,
        settings: IngestSettings,
        clock: Clock,
    ) -> None:
        self._log = record_log
        self._lake = lake
        self._files = files
        self._sealed = sealed
        self._quarantine = quarantine
        self._keys = keys
        self._proposals = proposals
        self._remembered = timedelta(hours=settings.idempotency_hours)
        self._clock = clock
        self._lock = threading.Lock()
        self._on_sealed: list[OnSealed] = []

    def subscribe(self, on_sealed: OnSealed) -> None:
        """Call back with the segments of each seal, on the thread that sealed."""
        self._on_sealed.append(on_sealed)

    def recover(self) -> int:
        """Take up the logs that an earlier process left; return how many records they hold.

        Their keys are known again, their quarantine rows are added if they are missing. The
        records themselves come with the next `seal`.
        """
        records = 0
        for path in self._log.unsealed():
            reading = self._log.read(path)
            for found in reading:
                records += sum(part.records for part in found.frame.parts)
                self._quarantine.add(rejected_rows(found.frame, path.stem, found.offset))
                self._quarantine.mark_replayed(found.frame.replays, self._clock.now())
                if found.frame.key is not None:
                    self._keys.recover(self._kept(found.frame))
            _tell_torn(reading)
        return records

    def seal(self) -> tuple[Segment, ...]:
        """Seal everything that was acknowledged before the call, and return its segments."""
        segments: list[Segment] = []
        with self._lock:
            self._log.rotate()
            for path in self._log.unsealed():
                try:
                    segments += self._seal_with_room(path)
                except OSError as error:
                    raise _translate(error, self._lake) from error
        if segments:
            for on_sealed in self._on_sealed:
                on_sealed(segments)
        return tuple(segments)

    def _seal_with_room(self, path: Path) -> tuple[Segment, ...]:
        """Seal a log; on a full disk the file made for the next one makes room."""
        try:
            return self._seal(path)
        except (OSError, StorageFull) as error:
            is_full = isinstance(error, StorageFull) or error.errno in FULL
            if not is_full or not self._log.give_up_spare():
                raise
        return self._seal(path)

    def _seal(self, path: Path) -> tuple[Segment, ...]:
        by_file: dict[tuple[str, str], _File] = {}
        answers: list[KeptAnswer] = []
        replayed: list[str] = []
        rejects: list[QuarantinedRecord] = []
        for found in in_turns(self._log.read(path)):
            frame = found.frame
            _gather(by_file, frame)
            replayed += frame.replays
            if frame.rejects:
                rejects += rejected_rows(frame, path.stem, found.offset)
            if frame.key is not None:
                answers.append(self._kept(frame))
        segments = [
            self._write(path.stem, source, day, content)
            for (source, day), content in sorted(by_file.items())
        ]
        self._quarantine.add(rejects)
        for source in dict.fromkeys(source for source, _ in by_file):
            chunks = [b for (s, _), f in by_file.items() if s == source for b in f.lines]
            self._proposals.look(source, chunks)
        stored = self._sealed.commit(segments, answers, replayed, at=self._clock.now())
        self._keys.release(answers)
        self._log.remove(path)
        return stored

    def _write(self, name: str, source: str, day: str, content: _File) -> Segment:
        year, month, of_month = day.split("-")
        inside = f"raw/source={source}/year={year}/month={month}/day={of_month}/{name}.ndjson"
        target = self._lake / inside
        make_folders(self._files, target.parent)
        partial = target.with_suffix(".partial")
        digest = sha256()
        size = 0
        descriptor = self._files.create(partial)
        try:
            for piece in _pieces(content.lines):
                digest.update(piece)
                size += len(piece)
                self._files.append(descriptor, piece)
                self._files.sync(descriptor)
        except OSError:
            with suppress(OSError):  # it is made again from the log
                self._files.remove(partial)
            raise
        finally:
            self._files.close(descriptor)
        self._files.replace(partial, target)
        self._files.sync_folder(target.parent)
        return Segment(
            sequence=0,
            source=source,
            day=day,
            path=inside,
            log=name,
            records=content.records,
            size_bytes=size,
            sha256=digest.hexdigest(),
            first_at=_time(content.first),
            last_at=_time(content.last),
        )

    def _kept(self, frame: Frame) -> KeptAnswer:
        assert frame.key is not None
        return KeptAnswer(
            principal=frame.principal,
            key=frame.key,
            digest=frame.digest,
            answer=frame.answer,
            expires_at=_time(frame.received) + self._remembered,
        )


def _gather(by_file: dict[tuple[str, str], _File], frame: Frame) -> None:
    day = _day(frame.received // _DAY)
    for part in frame.parts:
        content = by_file.get((part.source, day))
        if content is None:
            content = by_file[part.source, day] = _File(first=frame.received, last=frame.received)
        content.lines.append(part.lines)
        content.records += part.records
        content.first = min(content.first, frame.received)
        content.last = max(content.last, frame.received)


def _pieces(lines: Sequence[bytes]) -> Iterator[bytes]:
    """Join lines to pieces of about `_PIECE_BYTES`.

    Each is synced by itself: a sync of the log being written can have to wait for the file
    system's journal, and that for all that was written and not yet synced beside it.
    """
    start = size = 0
    for place, each in enumerate(lines):
        size += len(each)
        if size >= _PIECE_BYTES:
            yield b"".join(lines[start : place + 1])
            start, size = place + 1, 0
    if start < len(lines):
        yield b"".join(lines[start:])


@lru_cache(maxsize=8)
def _day(number: int) -> str:
    return _time(number * _DAY).date().isoformat()


def _time(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


def _tell_torn(reading: LogReading) -> None:
    lost = reading.size_bytes - reading.good_bytes
    if lost > 0:
        log(
            LogEvent.LOG_TAIL_DROPPED,
            level=logging.WARNING,
            log=reading.path.name,
            size_bytes=lost,
        )


def _translate(error: OSError, folder: Path) -> HeadwaterError:
    hint = "nothing is lost: the records stay in the log until they can be sealed"
    if error.errno in FULL:
        return StorageFull(f"no space left to seal into {folder}", hint=hint)
    return Unavailable(f"cannot seal into {folder}: {error.strerror or error}", hint=hint)
