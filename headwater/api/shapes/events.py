"""The log of events, what is off in them, and those that were refused."""

from __future__ import annotations

from datetime import datetime

from typing_extensions import TypedDict

from headwater.api.shapes.names import EntityName
from headwater.query.event_log import EventKind
from headwater.wire.openlineage.conformance.findings import SeverityWord


class EventLineShape(TypedDict):
    """An event or command of the log, without its body."""

    sequence: int
    kind: EventKind
    type: str | None
    time: str | None
    received_at: datetime
    principal: str
    producer: str | None
    job: EntityName | None
    dataset: EntityName | None
    run: str | None
    inputs: int
    outputs: int
    size_bytes: int
    errors: int
    warnings: int


class EventPage(TypedDict):
    """A page of the log; `next` is where to go on. Partial: rare events may come further on."""

    events: list[EventLineShape]
    next: int | None
    partial: bool


class EventFinding(TypedDict):
    """One thing that is off, by its place in the event as a JSON Pointer."""

    path: str
    rule: str
    severity: SeverityWord
    message: str


class EventDetail(TypedDict):
    """One event with its body as it was sent."""

    event: EventLineShape
    findings: list[EventFinding]
    body: str


class FindingExample(TypedDict):
    """Where in the log a mistake is."""

    sequence: int
    path: str


class FindingKindShape(TypedDict):
    """One mistake of a producer, and in how many events."""

    severity: SeverityWord
    rule: str
    pattern: str
    message: str
    events: int
    examples: list[FindingExample]


class ProducerShape(TypedDict):
    """What one producer sent, and what is off in it."""

    producer: str
    events: int
    findings: list[FindingKindShape]
    more_kinds: bool


class ConformanceShape(TypedDict):
    """The producers by how much they sent, over the `checked` latest of all entries."""

    entries: int
    checked: int
    partial: bool
    reason: str | None
    producers: list[ProducerShape]


class RefusedLine(TypedDict):
    """An event that was refused."""

    key: str
    received_at: datetime
    principal: str
    path: str | None
    reason: str
    bytes: int


class RefusedList(TypedDict):
    """Refused events, the latest first."""

    waiting: int
    dropped: int
    dead_letters: list[RefusedLine]
    next: str | None


class RefusedDetail(RefusedLine):
    """One refused event; not `whole` where it was too long to keep all of it."""

    whole: bool
    findings: list[EventFinding]
    body: str


class RefusedSent(TypedDict):
    """What became of a refused event that was sent in again."""

    key: str
    hash: str
    new: bool
    warnings: list[str]


class RefusedError(TypedDict):
    """Why one is still refused."""

    key: str
    reason: str


class RefusedSentAll(TypedDict):
    """What became of many."""

    accepted: int
    rejected: int
    errors: list[RefusedError]
    next: str | None


class RefusedGone(TypedDict):
    """One that was removed for good."""

    key: str
