"""A run of a job while it goes on: what it reads and writes, and the events that say so."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from threading import RLock
from typing import TYPE_CHECKING, Final, Literal

from headwater.sdk import facets as make
from headwater.sdk.datasets import DatasetInfo
from headwater.sdk.events import EventType, RunEventParts, facet_text, run_text
from headwater.sdk.facets import Facet, InputField, RunOf, SchemaField, Transformation
from headwater.sdk.guard import Guarded, GuardedLock, described, logger
from headwater.sdk.redaction import redact
from headwater.sdk.resources import ResourceUse
from headwater.sdk.run_dataset import (
    DatasetLike,
    Datasets,
    RunDataset,
    Side,
    dataset_info,
    dataset_infos,
)
from headwater.sdk.run_datasets import RunDatasets
from headwater.sdk.times import format_time
from headwater.sdk.values import Shape, shape_of

if TYPE_CHECKING:
    from headwater.sdk.delivery import Delivery
    from headwater.sdk.prepared import Prepared
    from headwater.sdk.telemetry import JobSpan

Ending = Literal["COMPLETE", "FAIL", "ABORT"]

MESSAGES_SCHEMA: Final = "urn:headwater:facet:messages:1-0-0"
_TRACE_SCHEMA: Final = "urn:headwater:facet:traceContext:1-0-0"
_MOST_MESSAGES: Final = 100
_MESSAGE_SECONDS: Final = 1.0
_LONGEST_TEXT: Final = 32_768
_OURS: Final = frozenset({__file__, __file__.replace("run.py", "wrapping.py")})


class JobRun:
    """A run that goes on; safe to use from several threads, and it never raises.

    What is added after the start is told with the next event, at the latest with the end.
    """

    def __init__(
        self,
        prepared: Prepared,
        run_id: str,
        *,
        delivery: Delivery | None,
        parent: RunOf | None = None,
        root: RunOf | None = None,
    ) -> None:
        self.id: Final[str] = run_id
        self.job_namespace: Final[str] = prepared.namespace
        self.job_name: Final[str] = prepared.name
        self.parent: Final[RunOf | None] = parent
        self.root: Final[RunOf | None] = root
        self.enclosing: JobRun | None = None
        self.traceparent: str | None = None
        self.span: JobSpan | None = None
        self.start_event = b""
        self.process_id: Final[int] = os.getpid()
        self._child_facet: str | None = None
        self._delivery = delivery
        self._prepared: Final = prepared
        self._facets: dict[str, str] = dict(prepared.run_facets)
        self._job_facets: dict[str, str] | None = None
        self._inputs = prepared.datasets("input")
        self._outputs = prepared.datasets("output")
        self._sides: Final[dict[Side, RunDatasets]] = {
            "input": self._inputs,
            "output": self._outputs,
        }
        self._messages: list[dict[str, str]] = []
        self._troubles: list[tuple[str, str]] = []
        self._last_time = ""
        self._use: ResourceUse | None = None
        self._last_message = 0.0
        self._is_behind = False
        self._lock = RLock()
        self.ended: Ending | None = None

    def __repr__(self) -> str:
        return f"<JobRun {self.id} of {self.job_namespace}/{self.job_name}>"

    @property
    def is_recorded(self) -> bool:
        """Whether anything is told: not if lineage is disabled, or outside of every job."""
        return self._delivery is not None

    def has(self, side: Side) -> bool:
        """Tell whether the job names any dataset that it reads, or writes."""
        return len(self._sides[side]) > 0

    def as_parent(self) -> RunOf:
        """Return the run as the facet `parent` of another names it."""
        return RunOf(run_id=self.id, job_namespace=self.job_namespace, job_name=self.job_name)

    def add_input(self, dataset: DatasetLike, *facets: Facet, value: object = None) -> None:
        """Add a dataset that the run reads; `value` is a table whose columns and rows it has."""
        self._add("input", dataset, facets, value)

    def add_output(self, dataset: DatasetLike, *facets: Facet, value: object = None) -> None:
        """Add a dataset that the run writes; `value` is a table whose columns and rows it has."""
        self._add("output", dataset, facets, value)

    def add_statistics(
        self,
        dataset: DatasetLike,
        *,
        rows: int | None = None,
        size_bytes: int | None = None,
        files: int | None = None,
    ) -> None:
        """Add how much of a dataset was read or written; one not named before is an output."""
        with self._telling("statistics"):
            info = dataset_info(dataset)
            self._dataset(self._side_of(info), info).put_rows(rows, size=size_bytes, files=files)

    def add_schema(
        self, dataset: DatasetLike, schema: Mapping[str, str] | Iterable[str | SchemaField]
    ) -> None:
        """Add the columns of a dataset; one not named before is an output."""
        with self._telling("a schema"):
            from headwater.sdk.datasets import schema_fields

            info = dataset_info(dataset)
            fields = list(schema.items()) if isinstance(schema, Mapping) else schema
            self._dataset(self._side_of(info), info).put(make.schema(schema_fields(fields)))

    def add_column_lineage(
        self,
        output: DatasetLike,
        columns: Mapping[str, Iterable[tuple[DatasetLike, str] | InputField]],
    ) -> None:
        """Add which input columns each column of an output is made of: (dataset, column) each."""
        with self._telling("column lineage"):
            fields = {
                column: [self._input_field(each) for each in inputs]
                for column, inputs in columns.items()
            }
            self._dataset("output", dataset_info(output)).put(make.column_lineage(fields))

    def add_sql(
        self,
        sql: str,
        *,
        dialect: str = "duckdb",
        schema: Mapping[str, Mapping[str, str]] | None = None,
        namespace: str | None = None,
        output: DatasetLike | None = None,
    ) -> None:
        """Add a statement that the job runs, with what it reads and writes down to columns.

        Tables are in `namespace`, else in the job's. `output` is where the result of a query
        goes. Needs the extra `sql`; without it the statement alone is told.
        """
        with self._telling("the lineage of SQL"):
            from headwater.sdk.statement_facets import add_statement

            self.add_facet(make.sql(redact(sql), dialect=dialect), on="job")
            place = namespace or self.job_namespace
            add_statement(self, sql, dialect, schema or {}, namespace=place, output=output)

    def add_facet(self, facet: Facet, *, on: Literal["run", "job"] = "run") -> None:
        """Add a facet to the run or its job; one of the same key is replaced."""
        with self._telling(f"the facet {facet.key}"):
            if on == "run":
                self._facets[facet.key] = facet_text(facet, "run")
            else:
                if self._job_facets is None:
                    self._job_facets = dict(self._prepared.job_facets)
                self._job_facets[facet.key] = facet_text(facet, "job")

    def add_tags(self, **tags: str) -> None:
        """Add tags to the run."""
        self.add_facet(make.tags([*self._prepared.run_tags.items(), *tags.items()], source="USER"))

    def set_nominal_time(self, start: datetime, end: datetime | None = None) -> None:
        """Say which time the run stands for; naive times are this machine's."""
        with self._telling("the nominal time"):
            self.add_facet(make.nominal_time(_aware(start), None if end is None else _aware(end)))

    def message(self, text: str, *, level: Literal["info", "warning", "error"] = "info") -> None:
        """Log a message and tell it within seconds, the last hundred; secrets are redacted."""
        with self._telling("a message"):
            shown = redact(str(text))[:_LONGEST_TEXT]
            severity = {"info": 20, "warning": 30, "error": 40}[level]
            about = {"openlineage.run_id": self.id, "openlineage.job.name": self.job_name}
            logger.getChild("messages").log(severity, "%s", shown, extra=about)
            said = {"time": format_time(datetime.now(UTC)), "level": level, "message": shown}
            self._messages = [*self._messages[1 - _MOST_MESSAGES :], said]
            self.add_facet(
                Facet("headwater_messages", {"messages": self._messages}, MESSAGES_SCHEMA)
            )
            self._is_behind = True
            if time.monotonic() - self._last_message >= _MESSAGE_SECONDS:
                self._last_message = time.monotonic()
                self.report()

    def report(self) -> None:
        """Tell now, with a RUNNING event, what has been added so far."""
        if self.ended is None:
            self._is_behind = False
            self._emit("RUNNING")

    def environment(self) -> dict[str, str]:
        """Return the variables by which a sub-process finds this run as its parent."""
        from headwater.sdk.propagation import environment_of

        return environment_of(self)

    def inherit(self, above: JobRun | None) -> None:
        """Take over from the run above what its children share: its name, and its nominal time."""
        if above is not None:
            self._facets["parent"] = above.facet_of_children()
            nominal = above.facet("nominalTime")
            if nominal is not None:
                self._facets.setdefault("nominalTime", nominal)
        elif self.parent is not None:
            self._facets["parent"] = _parent_text(self.parent, self.root or self.parent)

    def facet_of_children(self) -> str:
        """Return the facet by which a child names this run as its parent, as JSON."""
        if self._child_facet is None:
            mine = self.as_parent()
            self._child_facet = _parent_text(mine, self.root or mine)
        return self._child_facet

    def facet(self, key: str) -> str | None:
        """Return a facet of the run as JSON, if it has it."""
        return self._facets.get(key)

    def records(self, side: Side) -> int | None:
        """Return how many rows were read or written in all, if that is known of any dataset."""
        return self._sides[side].rows()

    def after_fork(self) -> None:
        """Make the lock new in a process that was forked while another thread held it."""
        self._lock = RLock()

    def trouble(self, part: str, error: BaseException) -> None:
        """Remember that a part of the lineage could not be found; the end tells it."""
        self._troubles.append((part, redact(described(error))[:_LONGEST_TEXT]))

    def start(self) -> None:
        """Tell that the run has begun."""
        if self.traceparent:
            _, trace_id, span_id, _ = self.traceparent.split("-")
            body = {"traceparent": self.traceparent, "traceId": trace_id, "spanId": span_id}
            self.add_facet(Facet("headwater_traceContext", body, _TRACE_SCHEMA))
        self._use = ResourceUse()
        self.start_event = self._emit("START")

    def complete(self) -> None:
        """Tell that the run is done; after an end nothing else is told."""
        self._end("COMPLETE", None)

    def fail(self, error: BaseException | str) -> None:
        """Tell that the run has failed, and why."""
        self._end("FAIL", error)

    def abort(self, reason: BaseException | str) -> None:
        """Tell that the run was given up, and why."""
        self._end("ABORT", reason)

    def describe(self, side: Side, shapes: list[Shape]) -> None:
        """Add what the values that pass in or out say about the declared datasets."""
        with self._telling(f"the {side}s"):
            self._sides[side].describe(shapes)

    def declare(self, side: Side, datasets: Datasets) -> None:
        """Add what a callable of the declaration returned."""
        with self._lock:
            for info in dataset_infos(datasets):
                self._dataset(side, info)

    def heartbeat(self, before: str) -> None:
        """Tell that the run goes on, if nothing was told since the time `before`, or messages."""
        if self._last_time and (self._is_behind or self._last_time < before):
            self.report()

    def _end(self, kind: Ending, error: BaseException | str | None) -> None:
        with self._lock:
            if self.ended is not None or self.process_id != os.getpid():
                return
            self.ended = kind
        if error is not None:
            with Guarded("an error cannot be told"):
                self._put_error(error)
        if self._troubles:
            total = max(2, len(self._troubles))
            self.add_facet(make.extraction_error(self._troubles, total=total))
        if self._delivery is not None:
            self._delivery.runs.pop(id(self), None)
            with Guarded("what a run used cannot be told"):
                self._put_use()
            self._emit(kind)
        if self.span is not None:
            with Guarded("the span of a job cannot be ended"):
                self.span.end(self, kind, error)

    def _put_use(self) -> None:
        facet = None if self._use is None else self._use.facet()
        if facet is not None:
            self.add_facet(facet)

    def _put_error(self, error: BaseException | str) -> None:
        trace = None
        if isinstance(error, BaseException) and error.__traceback__ is not None:
            from traceback import format_exception

            with Guarded("a stack trace cannot be told"):
                place = error.__traceback__
                while place.tb_next is not None and place.tb_frame.f_code.co_filename in _OURS:
                    place = place.tb_next  # begin where the user's code begins
                lines = format_exception(type(error), error, place)
                trace = redact("".join(lines))[-_LONGEST_TEXT:]
        said = error if isinstance(error, str) else described(error)
        self.add_facet(make.error_message(redact(said)[:_LONGEST_TEXT], stack_trace=trace))

    def _emit(self, kind: EventType) -> bytes:
        """Build the event and hand it over; return its bytes."""
        if self._delivery is None:
            return b""
        event = b""
        with Guarded("an event of lineage cannot be made"):
            with self._lock:
                now = datetime.now(UTC).isoformat(timespec="microseconds")[:-6] + "Z"
                self._last_time = max(now, self._last_time)
                event = self._parts().to_json(kind, self._last_time)
            self._delivery.emit(event)
        return event

    def _parts(self) -> RunEventParts:
        prepared = self._prepared
        job = prepared.job
        if self._job_facets is not None:
            job = prepared.job_text(self._job_facets)
        return RunEventParts(
            run=run_text(self.id, self._facets),
            job=job,
            inputs=self._inputs.text(),
            outputs=self._outputs.text(),
        )

    def _add(
        self, side: Side, dataset: DatasetLike, facets: tuple[Facet, ...], value: object
    ) -> None:
        with self._telling(f"an {side}"):
            place = self._dataset(side, dataset_info(dataset))
            for facet in facets:
                place.put(facet)
            shape = None if value is None else shape_of(value)
            if shape is not None:
                place.describe(shape)

    def _dataset(self, side: Side, info: DatasetInfo) -> RunDataset:
        return self._sides[side].get(info)

    def _side_of(self, info: DatasetInfo) -> Side:
        return "input" if info in self._sides["input"] else "output"

    def _input_field(self, given: tuple[DatasetLike, str] | InputField) -> InputField:
        if isinstance(given, InputField):
            return given
        info = dataset_info(given[0])
        return InputField(
            namespace=info.namespace or self.job_namespace,
            dataset=info.name,
            column=given[1],
            transformations=(Transformation(type="DIRECT", subtype="TRANSFORMATION"),),
        )

    def _telling(self, what: str) -> GuardedLock:
        return GuardedLock(self._lock, f"{what} of a run cannot be told")


def _parent_text(parent: RunOf, root: RunOf) -> str:
    return facet_text(make.parent(parent, root=root), "run")


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo is not None else moment.astimezone()
