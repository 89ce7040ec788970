"""The log of events as people read it: pages by filter, and one event with what is off in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

from headwater.errors import Missing
from headwater.lineage.reading.log_pages import COMMAND, LogEntry, LogFilter
from headwater.lineage.reading.view import LineageReads
from headwater.model.json import JsonObject
from headwater.model.lineage import Moment, Name
from headwater.wire.openlineage.canonical import decode
from headwater.wire.openlineage.conformance.findings import Finding, Severity
from headwater.wire.openlineage.conformance.inspector import inspect
from headwater.wire.openlineage.event import EventType

EventKind = Literal["run", "job", "dataset", "command"]
Order = Literal["newest", "oldest"]

KINDS: Final[tuple[EventKind, ...]] = ("run", "job", "dataset", "command")
MOST_JOBS: Final = 200
MOST_LOOKED_AT: Final = 1_000
_BATCH: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class EventWish:
    """Which events are wanted: `job` is words of a name, `producer` a whole URI; None is any."""

    kind: EventKind | None = None
    type: str | None = None
    job: str | None = None
    producer: str | None = None
    since: Moment | None = None
    until: Moment | None = None
    order: Order = "newest"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLine:
    """An entry with what its body says; counts of findings are of errors and of warnings."""

    entry: LogEntry
    kind: EventKind
    type: str | None
    time: str | None
    producer: str | None
    job: Name | None
    dataset: Name | None
    inputs: int
    outputs: int
    errors: int
    warnings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsFound:
    """A page; `next` is where to go on, `is_partial` if not all was looked at to fill it."""

    lines: tuple[EventLine, ...]
    next: int | None
    is_partial: bool


class EventLog:
    """Reads the log; blocking, so call it from a thread."""

    def __init__(self, reads: LineageReads) -> None:
        self._reads = reads

    def find(self, wish: EventWish, *, after: int | None, limit: int) -> EventsFound:
        """Return the events that are wanted, beyond a sequence in the direction of reading."""
        found: list[EventLine] = []
        looked = 0
        with self._reads.view() as view:
            wanted = _filter(wish)
            if wish.job:
                jobs = view.log_pages.jobs_like(wish.job, most=MOST_JOBS)
                wanted = replace(wanted, jobs=jobs)
            at = after
            size = limit if wish.producer is None else _BATCH
            while looked < MOST_LOOKED_AT:
                page = view.log_pages.page(
                    wanted, after=at, is_newest_first=wish.order == "newest", limit=size
                )
                looked += max(len(page.entries), 1)
                for entry in page.entries:
                    line = _line(entry)
                    if wish.producer is not None and line.producer != wish.producer:
                        continue
                    found.append(line)
                    if len(found) == limit:
                        return EventsFound(
                            lines=tuple(found), next=entry.sequence, is_partial=False
                        )
                at = page.reached
                if at is None:
                    return EventsFound(lines=tuple(found), next=None, is_partial=False)
        return EventsFound(lines=tuple(found), next=at, is_partial=True)

    def get(self, sequence: int) -> tuple[EventLine, tuple[Finding, ...]]:
        """Return one event with all that is off in it; raises `Missing`."""
        with self._reads.view() as view:
            entry = view.log_pages.get(sequence)
        if entry is None:
            raise Missing(
                f"the log has no event {sequence}",
                hint="it may have been erased; the list of events shows those that are there",
            )
        findings = () if entry.kind == COMMAND else inspect(entry.body).findings
        return _line(entry), findings


def _filter(wish: EventWish) -> LogFilter:
    type_ = None
    if wish.type is not None:
        type_ = EventType.__members__.get(wish.type.upper(), EventType.OTHER).value
    return LogFilter(
        type=type_,
        kind=None if wish.kind is None else KINDS.index(wish.kind),
        since=wish.since,
        until=wish.until,
    )


def _line(entry: LogEntry) -> EventLine:
    said = decode(entry.body)
    body: JsonObject = said if isinstance(said, dict) else {}
    findings = () if entry.kind == COMMAND else inspect(entry.body).findings
    is_command = entry.kind == COMMAND
    entity = body.get("entity") if is_command else None
    return EventLine(
        entry=entry,
        kind=KINDS[entry.kind],
        type=_text(body.get("command" if is_command else "eventType")),
        time=_text(body.get("at" if is_command else "eventTime")),
        producer=_text(body.get("producer")),
        job=_name(body) if entity == "job" else entry.job,
        dataset=_name(body if entity == "dataset" else body.get("dataset")),
        inputs=_count(body.get("inputs")),
        outputs=_count(body.get("outputs")),
        errors=sum(one.severity is Severity.ERROR for one in findings),
        warnings=sum(one.severity is Severity.WARNING for one in findings),
    )


def _name(said: object) -> Name | None:
    if not isinstance(said, dict):
        return None
    namespace, name = _text(said.get("namespace")), _text(said.get("name"))
    return None if namespace is None or name is None else Name(namespace, name)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _count(value: object) -> int:
    return len(value) if isinstance(value, list) else 0
