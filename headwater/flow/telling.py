"""The lineage of pipeline runs: a run for the pipeline, and a child of it for each stage."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from headwater.flow.context import RunContext
from headwater.flow.runs import StageRun, stage_run_id
from headwater.sdk import facets as make
from headwater.sdk.datasets import DatasetInfo
from headwater.sdk.events import (
    EventType,
    InputDataset,
    Job,
    OutputDataset,
    Run,
    RunEvent,
    to_json,
)
from headwater.sdk.facets import Facet, RunOf, SchemaField
from headwater.sdk.pipeline import Pipeline, Stage
from headwater.sdk.transport import Transport

_INTEGRATION: Final = "HEADWATER"


class Telling:
    """Tells runs of one pipeline; events that come twice are one, so a stage may tell again."""

    def __init__(
        self, transport: Transport, *, namespace: str, run_id: str, pipeline: Pipeline
    ) -> None:
        self._transport = transport
        self._namespace = namespace
        self._run_id = run_id
        self._pipeline = pipeline

    def pipeline(self, kind: EventType, at: datetime, *, error: str | None = None) -> None:
        """Tell that the run of the pipeline began or ended."""
        facets = [make.job_type(integration=_INTEGRATION, kind="PIPELINE")]
        if self._pipeline.description:
            facets.append(make.documentation(self._pipeline.description))
        self._tell(
            RunEvent(
                time=at,
                type=kind,
                run=Run(id=self._run_id, facets=_error_facets(error)),
                job=Job(namespace=self._namespace, name=self._pipeline.name, facets=tuple(facets)),
            )
        )

    def stage_began(self, stage: Stage, at: datetime) -> None:
        """Tell that a stage began, for the first time or again."""
        self._stage(stage, "START", at, ())

    def stage_ended(
        self,
        stage: Stage,
        kind: EventType,
        *,
        report: StageRun,
        context: RunContext,
    ) -> None:
        """Tell that a stage ended, with what it read and wrote."""
        assert report.ended_at is not None
        at = datetime.fromisoformat(report.ended_at)
        inputs = tuple(
            InputDataset(
                namespace=one.namespace or self._namespace,
                name=one.name,
                facets=one.all_facets(),
            )
            for one in context.inputs
        )
        outputs = tuple(self._output(one, report) for one in _written(context))
        self._stage(stage, kind, at, _error_facets(report.error), inputs=inputs, outputs=outputs)

    def _output(self, dataset: DatasetInfo, report: StageRun) -> OutputDataset:
        facets = list(dataset.all_facets())
        if dataset.schema is None and report.columns:
            columns = [SchemaField(name=name, type=type_) for name, type_ in report.columns]
            facets.append(make.schema(columns))
        statistics: tuple[Facet, ...] = ()
        if report.rows_out is not None:
            statistics = (make.output_statistics(row_count=report.rows_out),)
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
        self._transport.emit(to_json(event))


def _written(context: RunContext) -> list[DatasetInfo]:
    raw = [DatasetInfo(name=f"raw.{source}") for source in context.sources]
    return [*context.outputs, *raw]


def _error_facets(error: str | None) -> tuple[Facet, ...]:
    return () if error is None else (make.error_message(error),)
