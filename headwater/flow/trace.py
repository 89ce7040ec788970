"""A run of a pipeline as one trace: its id is the run's, a span for the run and each stage."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from headwater.flow.runs import PipelineRun, StageRun, span_id
from headwater.version import __version__

SERVICE: Final = "headwater.pipelines"


def trace_of(run: PipelineRun) -> bytes:
    """Return a run that has ended as an OTLP request; the same run gives the same spans."""
    request = ExportTraceServiceRequest()
    of_resource = request.resource_spans.add()
    of_resource.resource.attributes.add(key="service.name").value.string_value = SERVICE
    of_scope = of_resource.scope_spans.add()
    of_scope.scope.name, of_scope.scope.version = "headwater", __version__
    root = of_scope.spans.add(name=run.pipeline, kind=Span.SPAN_KIND_SERVER)
    root.span_id = span_id(run.run_id)
    _fill(root, run.run_id, start=run.started_at, end=run.ended_at)
    _say(root, run.run_id, job=run.pipeline, error=run.error)
    for stage in run.stages:
        if stage.started_at is None:
            continue
        span = of_scope.spans.add(name=stage.name, kind=Span.SPAN_KIND_INTERNAL)
        span.span_id, span.parent_span_id = span_id(stage.run_id), root.span_id
        _fill(span, run.run_id, start=stage.started_at, end=stage.ended_at)
        _say(span, stage.run_id, job=f"{run.pipeline}.{stage.name}", error=stage.error)
        _say_stage(span, run, stage)
    return request.SerializeToString()


def _fill(span: Span, trace: str, *, start: str, end: str | None) -> None:
    span.trace_id = UUID(trace).bytes
    span.start_time_unix_nano = _nanoseconds(start)
    span.end_time_unix_nano = _nanoseconds(end or start)


def _say(span: Span, run_id: str, *, job: str, error: str | None) -> None:
    span.attributes.add(key="openlineage.run_id").value.string_value = run_id
    span.attributes.add(key="openlineage.job.name").value.string_value = job
    if error is not None:
        span.status.code = Status.STATUS_CODE_ERROR
        span.status.message = error


def _say_stage(span: Span, run: PipelineRun, stage: StageRun) -> None:
    told = {
        "pipeline.stage": stage.name,
        "openlineage.parent_run_id": run.run_id,
    }
    for key, text in told.items():
        span.attributes.add(key=key).value.string_value = text
    counts = {
        "headwater.records.read": stage.rows_in,
        "headwater.records.written": stage.rows_out,
        "headwater.records.rejected": stage.rejected,
        "headwater.attempts": stage.attempts,
    }
    for key, count in counts.items():
        if count is not None:
            span.attributes.add(key=key).value.int_value = count


def _nanoseconds(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1_000_000) * 1_000
