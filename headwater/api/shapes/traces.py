"""Traces: lists of them, one with its spans, who calls whom."""

from __future__ import annotations

from typing_extensions import TypedDict


class QualifiedName(TypedDict):
    """The name of a job or a dataset."""

    namespace: str
    name: str


class ServiceShare(TypedDict):
    """How many spans of a trace are of a service, and how many of them failed."""

    name: str
    spans: int
    errors: int


class TraceLine(TypedDict):
    """A trace in a list; `orphans` are spans whose parent did not come."""

    trace_id: str
    service: str
    operation: str
    start: str
    duration_ms: float
    spans: int
    errors: int
    orphans: int
    services: list[ServiceShare]
    run_ids: list[str]


class TraceList(TypedDict):
    """Traces, the latest first."""

    traces: list[TraceLine]


class RunLine(TypedDict):
    """A run that spans name, as far as lineage knows it."""

    id: str
    job: QualifiedName
    state: str


class FoundTrace(TraceLine):
    """A trace with the first few runs that its spans name, those that failed first."""

    runs: list[RunLine]


class FoundTraces(TypedDict):
    """What a search found, and what there is to choose from: `operations` of the service.

    `more` says that there may be older traces beyond the limit; `partial`, that some of the time
    that was asked for may be missing.
    """

    traces: list[FoundTrace]
    more: bool
    services: list[str]
    operations: list[str]
    partial: bool
    reason: str | None


class RunOfSpan(TypedDict):
    """A run that spans name, with the tables that it read and wrote."""

    id: str
    job: QualifiedName
    state: str
    inputs: list[QualifiedName]
    outputs: list[QualifiedName]


class SpanEvent(TypedDict):
    """Something that happened while a span lasted."""

    offset_ms: float
    name: str
    attributes: dict[str, str]


class SpanLink(TypedDict):
    """Another span that one has to do with."""

    trace_id: str
    span_id: str


class SpanLine(TypedDict):
    """A span; `offset_ms` is from the start of its trace."""

    span_id: str
    parent_span_id: str | None
    name: str
    kind: str
    service: str
    offset_ms: float
    duration_ms: float
    status: str
    message: str | None
    run_id: str | None
    attributes: dict[str, str]
    resource: dict[str, str]
    events: list[SpanEvent]
    links: list[SpanLink]


class WholeTrace(TypedDict):
    """A trace with all of every span."""

    trace_id: str
    start: str
    duration_ms: float
    run_ids: list[str]
    runs: list[RunOfSpan]
    spans: list[SpanLine]


class SpanColumns(TypedDict):
    """Spans by time, a list for each thing that is known of them, all of one length.

    `service`, `name`, `kind` and `run` are places in the lists of the trace, -1 where a span
    names no run; `status` is 0 unset, 1 ok, 2 error.
    """

    id: list[str]
    parent: list[str]
    service: list[int]
    name: list[int]
    kind: list[int]
    status: list[int]
    run: list[int]
    offset_ms: list[float]
    duration_ms: list[float]
    events: list[int]


class TraceOutline(TypedDict):
    """What the picture of a trace needs, and no more: thousands of spans are a few bytes each.

    `messages` has what spans that failed said, by the place of the span.
    """

    trace_id: str
    start: str
    duration_ms: float
    services: list[str]
    names: list[str]
    kinds: list[str]
    run_ids: list[str]
    runs: list[RunOfSpan]
    spans: SpanColumns
    messages: dict[str, str]


class SpanLog(TypedDict):
    """A log record that was written while a span was open."""

    time: str
    severity: str | None
    body: str
    attributes: dict[str, str]


class SpanPage(TypedDict):
    """All that is known of a span, with its log records; `offset_ms` of events is from its start.

    `more_logs` says that only the latest records are here.
    """

    trace_id: str
    span_id: str
    name: str
    kind: str
    service: str
    scope: str
    start: str
    duration_ms: float
    status: str
    message: str | None
    run_id: str | None
    attributes: dict[str, str]
    resource: dict[str, str]
    events: list[SpanEvent]
    links: list[SpanLink]
    logs: list[SpanLog]
    more_logs: bool


class SpansWith(TypedDict):
    """Which spans of a trace have a text."""

    span_ids: list[str]


class ServiceCall(TypedDict):
    """How often spans of one service are parents of spans of another, and how these went.

    `errors` of the calls failed; half of them took at most `p50_ms`, and 19 of 20 at most `p95_ms`.
    """

    parent: str
    child: str
    calls: int
    errors: int
    p50_ms: float
    p95_ms: float


class ServiceMap(TypedDict):
    """Which services called which between two times."""

    since: str
    until: str
    services: list[str]
    calls: list[ServiceCall]
