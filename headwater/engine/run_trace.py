"""Runs of the shipped jobs as traces, made of the lineage events that pass by.

Imported when the first run ends: a server starts without OpenTelemetry.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Final
from uuid import UUID

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from headwater.engine.traced import ProcessUse, TracedRun
from headwater.version import __version__

SERVICE: Final = "headwater.jobs"


def trace_of(runs: Mapping[str, TracedRun], root: TracedRun, use: ProcessUse | None) -> bytes:
    """Return a run with all below it as an OTLP request; its trace id is its run id."""
    request = ExportTraceServiceRequest()
    of_resource = request.resource_spans.add()
    _describe(of_resource.resource)
    of_scope = of_resource.scope_spans.add()
    of_scope.scope.name, of_scope.scope.version = "headwater", __version__
    for run in runs.values():
        span = of_scope.spans.add(name=run.job, kind=Span.SPAN_KIND_INTERNAL)
        span.trace_id = UUID(root.run_id).bytes
        span.span_id = _span_id(run.run_id)
        if run is not root:
            span.parent_span_id = _span_id(run.parent_id or root.run_id)
        span.start_time_unix_nano = _nanoseconds(run.start)
        span.end_time_unix_nano = _nanoseconds(run.end or root.end or run.start)
        _tell(span, run, stage=_stage_of(run, runs, root))
        if run is root and use is not None:
            span.attributes.add(key="headwater.cpu.seconds").value.double_value = use.cpu_seconds
            span.attributes.add(key="headwater.memory.bytes").value.int_value = use.memory_bytes
    return request.SerializeToString()


def use_of(root: TracedRun, use: ProcessUse) -> bytes:
    """Return what the process of a run used as an OTLP request of gauges."""
    request = ExportMetricsServiceRequest()
    of_resource = request.resource_metrics.add()
    _describe(of_resource.resource)
    metrics = of_resource.scope_metrics.add().metrics
    told = (
        ("process.cpu.utilization", "1", use.cpu_share),
        ("process.memory.usage", "By", float(use.memory_bytes)),
    )
    for name, unit, value in told:
        point = metrics.add(name=name, unit=unit).gauge.data_points.add(as_double=value)
        point.time_unix_nano = _nanoseconds(root.end or root.start)
        point.attributes.add(key="openlineage.job.name").value.string_value = root.job
    return request.SerializeToString()


def _describe(resource: Resource) -> None:
    for key, value in (("service.name", SERVICE), ("service.version", __version__)):
        resource.attributes.add(key=key).value.string_value = value


def _tell(span: Span, run: TracedRun, *, stage: str) -> None:
    texts = {
        "openlineage.run_id": run.run_id,
        "openlineage.job.namespace": run.namespace,
        "openlineage.job.name": run.job,
        "openlineage.parent_run_id": run.parent_id,
        "pipeline.stage": stage,
    }
    for key, text in texts.items():
        if text:
            span.attributes.add(key=key).value.string_value = text
    counts = {"headwater.records.read": run.read, "headwater.records.written": run.written}
    for key, count in counts.items():
        if count is not None:
            span.attributes.add(key=key).value.int_value = count
    if run.error is not None:
        span.status.code, span.status.message = Status.STATUS_CODE_ERROR, run.error


def _stage_of(run: TracedRun, runs: Mapping[str, TracedRun], root: TracedRun) -> str:
    """Return the job right below the root that a run belongs to; the root is a stage itself."""
    seen = {run.run_id}
    above = run.parent_id
    while above is not None and above in runs and above not in seen and above != root.run_id:
        run = runs[above]
        seen.add(above)
        above = run.parent_id
    return run.job


def _span_id(run_id: str) -> bytes:
    return blake2b(run_id.encode(), digest_size=8).digest()


def _nanoseconds(text: str) -> int:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1_000_000) * 1_000
