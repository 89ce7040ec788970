"""What every telemetry store promises.

Blocking; `api` calls it from a thread. Rows are Arrow tables whose columns are those of the
ClickHouse exporter of the OpenTelemetry collector, so that a batch fits every backend as it is.
Telemetry is disposable: it is kept for as long as the settings say, and can be lost as a whole
without harm to lineage or the lake.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from headwater.model.intervals import Intervals
from headwater.model.pipeline_runs import PipelineRun, RunsEnded, RunTrace
from headwater.model.signals import (
    LogPage,
    LogQuery,
    MetricName,
    MetricPoint,
    MetricQuery,
)
from headwater.model.telemetry import (
    Operation,
    OutlineSpan,
    ServiceCall,
    Span,
    StageCount,
    TraceQuery,
    TraceSummary,
    Utilisation,
)

if TYPE_CHECKING:
    import pyarrow as pa  # the API reads this contract too, and a server starts without Arrow


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The rows of one request, by table.

    `hash` is of the body, for signals whose rows have no key of their own (logs and metrics): a
    body that came within the hour before `received_at` adds nothing. Spans have none; they are
    unique by trace and span.
    """

    tables: Mapping[str, pa.Table]
    hash: bytes | None
    received_at: datetime


class TelemetryWriter(Protocol):
    """Takes telemetry in and lets it go again.

    `write` is one transaction: on return the rows are durable and can be read. Idempotent in the
    sense of `Batch.hash`. Raises `StorageFull` and `Unavailable`; then nothing was kept.
    """

    def write(self, batches: Sequence[Batch]) -> None:
        """Insert the rows of all batches."""
        ...

    def expire(self, before: datetime) -> int:
        """Remove rows older than that, and return how many."""
        ...

    def close(self) -> None:
        """Checkpoint and let go of the file."""
        ...


class Traces(Protocol):
    """Answers questions about spans.

    A span that came more than once is one span. Lists end in a canonical order (time, then id,
    or name); nothing found is an empty list.
    """

    def services(self) -> Sequence[str]:
        """Return the names of the services that sent spans, sorted."""
        ...

    def operations(self, service: str, kind: str | None = None) -> Sequence[Operation]:
        """Return what spans of a service are called, of all kinds or of one, sorted."""
        ...

    def find(self, query: TraceQuery) -> Sequence[TraceSummary]:
        """Return the traces that a query wants, the latest first."""
        ...

    def summaries(self, trace_ids: Sequence[str]) -> Sequence[TraceSummary]:
        """Return those of some traces that are there, the latest first."""
        ...

    def spans(self, trace_ids: Sequence[str]) -> Sequence[Span]:
        """Return all spans of some traces, by trace, time and id."""
        ...

    def outline(self, trace_id: str) -> Sequence[OutlineSpan]:
        """Return what a picture of a trace needs, by time; many times faster than `spans`."""
        ...

    def span(self, trace_id: str, span_id: str) -> Span | None:
        """Return one span."""
        ...

    def spans_with(self, trace_id: str, text: str) -> Sequence[str]:
        """Return the ids of the spans of a trace that have a text in an attribute, sorted."""
        ...

    def calls(self, start: datetime, end: datetime) -> Sequence[ServiceCall]:
        """Return which services called which between two times and how that went, sorted."""
        ...


class Measures(Protocol):
    """Answers questions about how things went, interval by interval.

    What came more than once counts once. Only intervals of which something is known are there,
    in order, then by name.
    """

    def stages(self, intervals: Intervals) -> Sequence[StageCount]:
        """Count the spans that name their stage, and the errors among them, by their start."""
        ...

    def utilisation(self, intervals: Intervals) -> Sequence[Utilisation]:
        """Return means of the gauges that say how busy a service's machine and process are."""
        ...


class PipelineRuns(Protocol):
    """Keeps how runs went, as lineage knows it, beside the traces that they left.

    Runs follow from lineage: whoever follows its log says up to which sequence they are known.
    They are not telemetry that grows old. A run is the same by its id and its job.
    """

    def position(self) -> int:
        """Return the sequence up to which runs are known, 0 at first."""
        ...

    def keep(
        self, runs: Sequence[PipelineRun], traces: Sequence[RunTrace], *, sequence: int
    ) -> None:
        """Put runs in the place of what was known of them, in one transaction with `sequence`."""
        ...

    def clear(self) -> None:
        """Forget all runs, the traces that their facets name, and the position."""
        ...

    def ended(self, intervals: Intervals) -> Sequence[RunsEnded]:
        """Count the runs that ended, by interval, job and state, in that order."""
        ...

    def traces_of(self, run_ids: Sequence[str]) -> Sequence[RunTrace]:
        """Return the traces of runs, by run, trace and source."""
        ...

    def runs_of(self, trace_ids: Sequence[str]) -> Sequence[RunTrace]:
        """Return the runs of traces, by run, trace and source."""
        ...


class Records(Protocol):
    """Answers questions about log records and points of metrics."""

    def logs(self, query: LogQuery) -> LogPage:
        """Return a page of log records; raises `Invalid` for a cursor that no page gave.

        Records of one time come in an order of their content, so pages neither miss nor repeat.
        """
        ...

    def metric_names(self) -> Sequence[MetricName]:
        """Return what is measured, by name, service and kind."""
        ...

    def points(self, query: MetricQuery) -> Sequence[MetricPoint]:
        """Return points by time."""
        ...
