"""Records on their way into the lake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

DOOR: Final = "ingest"
"""The stage of records that were refused as they came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """Why one record of a request was not accepted: its position, the field, the reason."""

    index: int
    path: str
    reason: str


class Admission(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to one ingest request; `ids` is as long as the input, None for rejected."""

    ids: tuple[str | None, ...]
    errors: tuple[Rejection, ...]

    @property
    def accepted(self) -> int:
        """Count the records that are durable."""
        return sum(1 for id_ in self.ids if id_ is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A sealed file of raw records: NDJSON lines `{"id","source","received_at","data"}`.

    `sequence` orders segments totally and is what bookmarks hold. `path` is relative to the
    lake's folder. `day` is the UTC day of reception, `first_at` and `last_at` its bounds.
    """

    sequence: int
    source: str
    day: str
    path: str
    log: str
    records: int
    size_bytes: int
    sha256: str
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantinedRecord:
    """A record that could not be used, kept with its reason until it is fixed or dropped.

    Keyed by (`log`, `offset`) for rejected input and by (`log`, `offset`) of the segment line
    for records refused by a job, so that doing it twice adds nothing. `stage` is `DOOR` or
    the name of the job; `data` is the bytes as sent.
    """

    key: str
    source: str
    stage: str
    received_at: datetime
    path: str
    reason: str
    data: bytes
    replayed_at: datetime | None = None
