"""Spans and traces as answers hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

Attributes = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanEvent:
    """Something that happened while a span lasted; times are Unix nanoseconds."""

    at: int
    name: str
    attributes: Attributes


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanLink:
    """Another span that one has to do with, without being its child."""

    trace_id: str
    span_id: str
    trace_state: str
    attributes: Attributes


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A span; ids are lower-case hexadecimal, times Unix nanoseconds, durations nanoseconds.

    `parent_span_id` and `run_id` are empty where there is none. `kind` and `status` are words
    such as `Server` and `Error`. Attributes are text, as the store keeps them.
    """

    trace_id: str
    span_id: str
    parent_span_id: str
    trace_state: str
    name: str
    kind: str
    service: str
    resource: Attributes
    scope_name: str
    scope_version: str
    attributes: Attributes
    start: int
    duration: int
    status: str
    message: str
    events: Sequence[SpanEvent]
    links: Sequence[SpanLink]
    run_id: str


class OutlineSpan(NamedTuple):
    """What a picture of a trace needs of a span, which is all but its attributes and events.

    Ids, times and words are as in `Span`; `events` and `links` are counts.
    """

    span_id: str
    parent_span_id: str
    name: str
    kind: str
    service: str
    start: int
    duration: int
    status: str
    message: str
    run_id: str
    events: int
    links: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A name that spans of a service have, with their kind."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceShare:
    """How many spans of a trace are of one service, and how many of them are errors."""

    name: str
    spans: int
    errors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceSummary:
    """A trace in a list; its root is the span without a parent that began first, if it came.

    `orphans` counts the spans whose parent is not there.
    """

    trace_id: str
    root_service: str
    root_operation: str
    start: int
    end: int
    spans: int
    errors: int
    orphans: int
    services: Sequence[ServiceShare]
    run_ids: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCall:
    """How often spans of one service are parents of spans of another, and how these went.

    `errors` of the calls failed. Half of them took at most `p50` nanoseconds, and 19 of 20 at most
    `p95`: durations that were seen, at most 4.5 % above what sorting all of them would give.
    """

    parent: str
    child: str
    calls: int
    errors: int
    p50: int
    p95: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceQuery:
    """Which traces are wanted: those with a span that is all of this, the latest first.

    `attributes` are looked for on the span and on its resource; a run's id by any of its
    spellings finds the spans that belong to the run, `runs` those that belong to one of several.
    Durations are nanoseconds.
    """

    service: str | None = None
    operation: str | None = None
    attributes: Attributes
    start: datetime | None = None
    end: datetime | None = None
    shortest: int | None = None
    longest: int | None = None
    has_error: bool = False
    runs: Sequence[str] | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class StageCount:
    """How many spans of a stage began in an interval, by its number, and how many failed."""

    stage: str
    interval: int
    spans: int
    errors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Utilisation:
    """The mean of a gauge of a service in an interval, by its number, in the gauge's unit."""

    service: str
    metric: str
    unit: str
    interval: int
    value: float
