"""From a run to its traces, stages, errors and logs, and from a span back to its run.

A trace belongs to a run for certain when a span of it names the run, or when a facet of the run
names the trace. Without either, traces of the time of the run whose service or operation has
the name of its job are taken for probable.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from headwater.lineage.reading.view import LineageView
from headwater.model.lineage import Facets, Moment, Name, Run
from headwater.model.signals import LogQuery, LogRecord
from headwater.model.telemetry import Span, TraceQuery, TraceSummary
from headwater.query.lineage.run_facts import use_facts
from headwater.query.lineage.schemas import said_by
from headwater.telemetry.contract import Records, Traces

How = Literal["attribute", "facet", "probable"]
MOST_TRACES: Final = 20
MOST_BELOW: Final = 100
_MOST_ASKED: Final = 10
_MOST_PROBABLE: Final = 5
_MOST_ERRORS: Final = 20
_MOST_LOGS: Final = 50
_RUN_KEY: Final = "openlineage.run_id"
_PARTS_OF_TRACEPARENT: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceOfRun:
    """A trace, and how it is known to belong to the run."""

    summary: TraceSummary
    how: How


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The spans of one stage: `busy` is the time in which at least one was open."""

    name: str
    spans: int
    errors: int
    start: int
    end: int
    busy: int
    read: int | None
    written: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowSpan:
    """A span with the time that it spent itself, outside of its children."""

    span: Span
    own: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTelemetry:
    """What telemetry knows of a run; `run` is None where lineage does not know it.

    `reason` says why it knows nothing, where it cannot be read.
    """

    run: Run | None
    traces: Sequence[TraceOfRun]
    stages: Sequence[Stage]
    slowest: SlowSpan | None
    errors: Sequence[Span]
    logs: Sequence[LogRecord]
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """How much a run read or wrote, as far as it told; None where it told nothing."""

    rows: int | None
    size_bytes: int | None
    files: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOfSpan:
    """The run that a span names: its job, and the tables that it read and wrote."""

    run: Run
    inputs: Sequence[Name]
    outputs: Sequence[Name]


def telemetry_of(
    view: LineageView, run_id: UUID, *, run: Run | None, traces: Traces, records: Records
) -> RunTelemetry:
    """Return what telemetry knows of a run and of those below it."""
    ids = [str(run_id), *(_descendants(view, run) if run is not None else ())]
    found = list(_traces_of(ids, run, traces))
    spans = traces.spans([one.summary.trace_id for one in found])
    certain = {one.summary.trace_id for one in found if one.how != "attribute"}
    # A trace may hold other runs: of one that spans name the run in, only these spans are its.
    own = [span for span in spans if span.run_id in ids or span.trace_id in certain]
    return RunTelemetry(
        run=run,
        traces=found,
        stages=stages_of(own),
        slowest=slowest_of(spans, own),
        errors=[span for span in own if span.status == "Error"][:_MOST_ERRORS],
        logs=records.logs(LogQuery(run=str(run_id), limit=_MOST_LOGS)).records,
    )


def without_telemetry(run: Run, reason: str) -> RunTelemetry:
    """Return a run of which only lineage tells, and why."""
    return RunTelemetry(
        run=run, traces=(), stages=(), slowest=None, errors=(), logs=(), reason=reason
    )


def runs_of_spans(view: LineageView, run_ids: Iterable[str]) -> list[RunOfSpan]:
    """Return those of the runs that lineage knows, with what they read and wrote."""
    keys = [key for id_ in run_ids for key in _keys_of(view, id_)]
    runs, sides = view.runs.by_keys(keys, is_whole=False), view.runs.io_names(keys)
    return [RunOfSpan(run=runs[k], inputs=sides[k][0], outputs=sides[k][1]) for k in keys]


def volumes_of(run: Run) -> Mapping[str, Volume]:
    """Return rows and bytes over all `inputs`, and over all `outputs`."""
    sides: dict[str, Volume] = {}
    for side, uses in (("inputs", run.inputs), ("outputs", run.outputs)):
        facts = [use_facts(use.facets) for use in uses]
        sides[side] = Volume(
            rows=_sum(one.rows for one in facts),
            size_bytes=_sum(one.size_bytes for one in facts),
            files=_sum(one.files for one in facts),
        )
    return sides


def stages_of(spans: Iterable[Span]) -> list[Stage]:
    """Return the stages that spans name, in order of time."""
    held: defaultdict[str, list[Span]] = defaultdict(list)
    for span in spans:
        name = span.attributes.get("pipeline.stage")
        if name:
            held[name].append(span)
    found = [
        Stage(
            name=name,
            spans=len(of_stage),
            errors=sum(span.status == "Error" for span in of_stage),
            start=min(span.start for span in of_stage),
            end=max(span.start + span.duration for span in of_stage),
            busy=_union((span.start, span.start + span.duration) for span in of_stage),
            read=_sum(_count(span, "headwater.records.read") for span in of_stage),
            written=_sum(_count(span, "headwater.records.written") for span in of_stage),
        )
        for name, of_stage in held.items()
    ]
    return sorted(found, key=lambda one: (one.start, one.name))


def slowest_of(spans: Iterable[Span], among: Iterable[Span]) -> SlowSpan | None:
    """Return the span that itself took longest, what its children took left out."""
    children: defaultdict[tuple[str, str], list[Span]] = defaultdict(list)
    for span in spans:
        children[span.trace_id, span.parent_span_id].append(span)
    slowest: SlowSpan | None = None
    for span in among:
        end = span.start + span.duration
        below = _union(
            (max(span.start, child.start), min(end, child.start + child.duration))
            for child in children[span.trace_id, span.span_id]
        )
        own = span.duration - below
        if slowest is None or own > slowest.own:
            slowest = SlowSpan(span=span, own=own)
    return slowest


def _traces_of(ids: Sequence[str], run: Run | None, traces: Traces) -> Iterator[TraceOfRun]:
    found: dict[str, TraceSummary] = {}
    for id_ in ids[:_MOST_ASKED]:
        for one in traces.find(TraceQuery(attributes={_RUN_KEY: id_}, limit=MOST_TRACES)):
            found.setdefault(one.trace_id, one)
        if len(found) >= MOST_TRACES:
            break
    for summary in _in_order(found.values()):
        yield TraceOfRun(summary=summary, how="attribute")
    if run is None:
        return
    named = sorted(set(traces_named(run.facets)) - found.keys())[:MOST_TRACES]
    if named:
        for summary in _in_order(traces.summaries(named)):
            found[summary.trace_id] = summary
            yield TraceOfRun(summary=summary, how="facet")
    if not found:
        for summary in _probable(run, traces):
            yield TraceOfRun(summary=summary, how="probable")


def traces_named(facets: Facets) -> Iterator[str]:
    """Yield the ids of traces that facets of a run name, in `traceparent` or `traceId`."""
    for name, body in facets.items():
        if b"traceparent" not in body and b"traceId" not in body:
            continue
        said = said_by(facets, name)
        parts = str(said.get("traceparent", "")).split("-")
        texts = [said.get("traceId")]
        if len(parts) >= _PARTS_OF_TRACEPARENT:
            texts.append(parts[1])
        for text in texts:
            if isinstance(text, str) and len(text) == 32 and _is_hexadecimal(text):
                yield text.lower()


def _probable(run: Run, traces: Traces) -> list[TraceSummary]:
    """Return traces of the time of the run that are called like its job."""
    if run.started_at is None:
        return []
    start = _time(run.started_at)
    end = start + timedelta(hours=1) if run.ended_at is None else _time(run.ended_at)
    margin = timedelta(seconds=1)
    name = run.job.name
    found: dict[str, TraceSummary] = {}
    for service, operation in ((None, name), (name, None)):
        query = TraceQuery(
            service=service,
            operation=operation,
            attributes={},
            start=start - margin,
            end=end + margin,
            limit=_MOST_PROBABLE,
        )
        # A trace that names other runs is theirs.
        found |= {one.trace_id: one for one in traces.find(query) if not one.run_ids}
    return _in_order(found.values())[:_MOST_PROBABLE]


def _descendants(view: LineageView, run: Run) -> list[str]:
    """Return the ids of the runs below one, those near it first, as far as there are not many."""
    found: dict[str, None] = {}
    waiting = deque([run.key])
    while waiting and len(found) < MOST_BELOW:
        keys = view.families.children_of_run(waiting.popleft(), limit=MOST_BELOW)
        for key, child in sorted(view.runs.by_keys(keys, is_whole=False).items()):
            if child.id != run.id and child.id not in found:
                found[child.id] = None
                waiting.append(key)
    return list(found)


def _keys_of(view: LineageView, run_id: str) -> list[int]:
    try:
        return view.runs.keys_by_id(UUID(run_id))
    except ValueError:
        return []  # what a span says may be no run's id


def _in_order(summaries: Iterable[TraceSummary]) -> list[TraceSummary]:
    return sorted(summaries, key=lambda one: (-one.start, one.trace_id))[:MOST_TRACES]


def _union(times: Iterable[tuple[int, int]]) -> int:
    """Return how long the union of intervals is."""
    whole, reached = 0, 0
    for start, end in sorted(times):
        begin = max(start, reached)
        if end > begin:
            whole += end - begin
            reached = end
    return whole


def _count(span: Span, key: str) -> int | None:
    text = span.attributes.get(key, "")
    return int(text) if text.isdecimal() else None


def _sum(counts: Iterable[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _is_hexadecimal(text: str) -> bool:
    return all(letter in "0123456789abcdefABCDEF" for letter in text)


def _time(moment: Moment) -> datetime:
    return datetime.fromtimestamp(moment.seconds, UTC) + timedelta(
        microseconds=moment.nanoseconds // 1000
    )
