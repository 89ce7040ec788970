"""The lineage of pipeline runs: a run for the pipeline, and a child of it for each stage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Event
from typing import Final

from headwater.errors import Unavailable
from headwater.flow.context import RunContext
from headwater.flow.runs import StageRun, stage_run_id
from headwater.sdk import facets as make
from headwater.sdk.datasets import DatasetInfo
from headwater.sdk.errors import TransportError
from headwater.sdk.events import (
    EventType,
    InputDataset,
    Job,
    OutputDataset,
    Run,
    RunEvent,
    to_json,
)
from headwater.sdk.facets import Assertion, Facet, RunOf, SchemaField
from headwater.sdk.pipeline import Pipeline, Stage
from headwater.sdk.run import MESSAGES_SCHEMA
from headwater.sdk.times import format_time
from headwater.sdk.transport import Transport

_INTEGRATION: Final = "HEADWATER"
_PAUSES_SECONDS: Final = (0.05, 0.2, 0.5, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What a stage did, and what the stages before it did in the same run.

    `written` is the stage whose columns and quality describe what was written: the stage itself
    where it returned records, else the one whose records it was given.
    """

    report: StageRun
    written: StageRun
    before: Sequence[StageRun] = ()


class Telling:
    """Tells runs of one pipeline; events that come twice are one, so a stage may tell again."""

    def __init__(
        self, transport: Transport, *, namespace: str, run_id: str, pipeline: Pipeline
    ) -> None:
        self._transport = transport
        self._namespace = namespace
        self._run_id = run_id
        self._pipeline = pipeline

    def pipeline(
        self,
        kind: EventType,
        at: datetime,
        *,
        error: str | None = None,
        changes: Sequence[str] = (),
    ) -> None:
        """Tell that the run of the pipeline began or ended; changes of the schema are messages."""
        facets = [make.job_type(integration=_INTEGRATION, kind="PIPELINE")]
        if self._pipeline.description:
            facets.append(make.documentation(self._pipeline.description))
        said = (*_error_facets(error), *_messages(changes, at))
        self._tell(
            RunEvent(
                time=at,
                type=kind,
                run=Run(id=self._run_id, facets=said),
                job=Job(namespace=self._namespace, name=self._pipeline.name, facets=tuple(facets)),
            )
        )

    def stage_began(self, stage: Stage, at: datetime) -> None:
        """Tell that a stage began, for the first time or again."""
        self._stage(stage, "START", at, ())

    def stage_aborted(self, stage: Stage, at: datetime) -> None:
        """Tell that a stage was asked to stop."""
        self._stage(stage, "ABORT", at, ())

    def stage_ended(
        self, stage: Stage, kind: EventType, *, ended: Ended, context: RunContext
    ) -> None:
        """Tell that a stage ended, with what it read and wrote."""
        assert ended.report.ended_at is not None
        at = datetime.fromisoformat(ended.report.ended_at)
        inputs = tuple(
            InputDataset(
                namespace=one.namespace or self._namespace,
                name=one.name,
                facets=one.all_facets(),
            )
            for one in context.inputs
        )
        outputs = tuple(self._output(one, ended) for one in _written(context))
        said = _error_facets(ended.report.error)
        self._stage(stage, kind, at, said, inputs=inputs, outputs=outputs)

    def _output(self, dataset: DatasetInfo, ended: Ended) -> OutputDataset:
        facets = list(dataset.all_facets())
        columns, quality = ended.written.columns, ended.written.quality
        if dataset.schema is None and columns:
            facets.append(make.schema([SchemaField(name=n, type=t) for n, t in columns]))
        if quality:
            facets.append(make.data_quality_metrics(quality, row_count=ended.written.rows_out))
        assertions = _assertions((*ended.before, ended.report))
        if assertions:
            facets.append(make.data_quality_assertions(assertions))
        rows = ended.report.rows_out
        statistics = () if rows is None else (make.output_statistics(row_count=rows),)
        return OutputDataset(
            namespace=dataset.namespace or self._namespace,
            name=dataset.name,
            facets=tuple(facets),
            output_facets=statistics,
        )

    def _stage(
        self,
        stage: Stage,
        kind: EventType,
        at: datetime,
        facets: Iterable[Facet],
        *,
        inputs: tuple[InputDataset, ...] = (),
        outputs: tuple[OutputDataset, ...] = (),
    ) -> None:
        above = RunOf(
            run_id=self._run_id, job_namespace=self._namespace, job_name=self._pipeline.name
        )
        documentation = stage.function.__doc__
        job_facets = [make.job_type(integration=_INTEGRATION, kind="STAGE")]
        if documentation:
            job_facets.append(make.documentation(documentation.strip().splitlines()[0]))
        self._tell(
            RunEvent(
                time=at,
                type=kind,
                run=Run(
                    id=stage_run_id(self._run_id, stage.name),
                    facets=(make.parent(above, root=above), *facets),
                ),
                job=Job(
                    namespace=self._namespace,
                    name=f"{self._pipeline.name}.{stage.name}",
                    facets=tuple(job_facets),
                ),
                inputs=inputs,
                outputs=outputs,
            )
        )

    def _tell(self, event: RunEvent) -> None:
        """Hand over an event; a store that is busy is asked again for two seconds."""
        body = to_json(event)
        never = Event()
        for pause in _PAUSES_SECONDS:
            try:
                self._transport.emit(body)
            except TransportError as error:
                if not error.retriable:
                    raise Unavailable(f"lineage is refused: {error.message}") from error
                never.wait(pause)
            else:
                return
        raise Unavailable("the lineage of a pipeline run cannot be kept")


def _written(context: RunContext) -> list[DatasetInfo]:
    raw = [DatasetInfo(name=f"raw.{source}") for source in context.sources]
    return [*context.outputs, *raw]


def _assertions(stages: Sequence[StageRun]) -> list[Assertion]:
    """Say of each stage that may leave out records whether it did."""
    return [
        Assertion(
            assertion="no_rejected_records",
            name=stage.name,
            success=stage.rejected == 0,
            severity="warn",
            expected="0",
            actual=str(stage.rejected),
        )
        for stage in stages
        if stage.kind == "transform" or stage.rejected
    ]


def _messages(changes: Sequence[str], at: datetime) -> tuple[Facet, ...]:
    if not changes:
        return ()
    time = format_time(at)
    said = [{"time": time, "level": "warning", "message": change} for change in changes]
    return (Facet("headwater_messages", {"messages": said}, MESSAGES_SCHEMA),)


def _error_facets(error: str | None) -> tuple[Facet, ...]:
    return () if error is None else (make.error_message(error),)
