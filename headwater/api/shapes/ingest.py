"""Sources, their schemas and segments, how fast records come, and those that were not accepted."""

from __future__ import annotations

from datetime import datetime

from typing_extensions import TypedDict

from headwater.model.json import JsonObject


class RecordRate(TypedDict):
    """Records by interval; `times` are when intervals begin."""

    times: list[str]
    step_seconds: int
    accepted: list[int]
    rejected: list[int]
    rejected_since: datetime


class SourceLine(TypedDict):
    """A source with what the raw zone holds of it; `unsealed` records are not there yet.

    `received_at` is when the last record came, to the minute while it is not sealed.
    """

    source: str
    records: int
    size_bytes: int
    segments: int
    first_at: datetime | None
    last_at: datetime | None
    schema_version: int | None
    schema_proposed: bool | None
    quarantined: int
    unsealed: int
    received_at: datetime | None
    accepted_last_hour: int
    rejected_last_hour: int


class SourceList(TypedDict):
    """Every source that has records or a schema."""

    sources: list[SourceLine]


class SchemaColumn(TypedDict):
    """A column of the processed table that a field of the schema becomes."""

    field: str
    name: str
    type: str
    required: bool
    description: str | None


class SchemaVersionShape(TypedDict):
    """One version of a source's schema; a proposed one was made of its records."""

    source: str
    version: int
    proposed: bool
    dedupe: str
    key: list[str]
    event_time: str | None
    registered_at: datetime
    registered_by: str
    columns: list[SchemaColumn]
    schema: JsonObject


class SchemaList(TypedDict):
    """Versions by source, the oldest first."""

    schemas: list[SchemaVersionShape]


class SegmentLine(TypedDict):
    """A sealed file of the raw zone."""

    sequence: int
    source: str
    path: str
    records: int
    size_bytes: int
    sha256: str
    first_at: datetime
    last_at: datetime


class SegmentList(TypedDict):
    """Sealed files in the order in which jobs read them, or the latest first."""

    segments: list[SegmentLine]


class SourceDetail(TypedDict):
    """A source with the versions of its schema, the latest first, and its latest segments."""

    source: SourceLine
    namespace: str
    tables: list[str]
    versions: list[SchemaVersionShape]
    segments: list[SegmentLine]


class QuarantinedLine(TypedDict):
    """A record that was not accepted, its data as text."""

    key: str
    source: str
    stage: str
    received_at: datetime
    path: str
    reason: str
    data: str
    replayed_at: datetime | None


class QuarantinedList(TypedDict):
    """Records by key; `next` is the next page."""

    waiting: int
    records: list[QuarantinedLine]
    next: str | None


class QuarantineReason(TypedDict):
    """Records that wait for the same reason; `pattern` stands for what their reasons share."""

    id: str
    source: str
    stage: str
    path: str
    pattern: str
    records: int
    first_at: datetime
    last_at: datetime


class QuarantineReasons(TypedDict):
    """Why records wait, the commonest reason first; partial if only the first were looked at."""

    waiting: int
    looked_at: int
    partial: bool
    reasons: list[QuarantineReason]


class RecordSent(TypedDict):
    """The id that a quarantined record has now that it is accepted."""

    key: str
    id: str | None


class RecordError(TypedDict):
    """Why a record is still wrong, and where."""

    key: str
    path: str
    reason: str


class RecordsSent(TypedDict):
    """What became of many records; `next` is where to go on."""

    accepted: int
    rejected: int
    errors: list[RecordError]
    next: str | None
