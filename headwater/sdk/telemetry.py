"""Jobs as OpenTelemetry spans and metrics, where OpenTelemetry is installed and used.

Imported only then. A program that sets OpenTelemetry up itself is left alone; else, where an
`OTEL_` variable names an exporter, OpenTelemetry is set up as those variables say.
"""

from __future__ import annotations

import os
import time
from functools import cache
from typing import TYPE_CHECKING, Final, cast

from opentelemetry import context, metrics, trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from headwater.sdk.configuration import exports_telemetry
from headwater.sdk.guard import Guarded, described
from headwater.sdk.redaction import redact
from headwater.version import __version__

if TYPE_CHECKING:
    from contextvars import Token

    from headwater.sdk.run import Ending, JobRun

_NAME: Final = "headwater.sdk"
_CARRIER: Final = "traceparent"


class JobSpan:
    """The span of a run: a child of the span of the run above, of the current one, or of
    TRACEPARENT."""

    def __init__(self, run: JobRun, above: JobRun | None, stage: str | None) -> None:
        self._started = time.perf_counter()
        self._stage = stage or run.job_name.rpartition(".")[2]
        attributes = {
            "openlineage.run_id": run.id,
            "openlineage.job.namespace": run.job_namespace,
            "openlineage.job.name": run.job_name,
            "pipeline.stage": self._stage,
        }
        if run.parent is not None:
            attributes["openlineage.parent_run_id"] = run.parent.run_id
        if run.root is not None:
            attributes["openlineage.root_run_id"] = run.root.run_id
        self._span = trace.get_tracer(_NAME, __version__).start_span(
            run.job_name, context=_above(run, above), attributes=attributes
        )
        self._context = trace.set_span_in_context(self._span)

    @property
    def traceparent(self) -> str | None:
        """The span as the W3C writes it, if it is recorded by anybody."""
        carrier: dict[str, str] = {}
        TraceContextTextMapPropagator().inject(carrier, context=self._context)
        return carrier.get(_CARRIER)

    @property
    def context(self) -> context.Context:
        """The context in which the span is the current one."""
        return self._context

    def attach(self) -> object:
        """Make the span current, so that spans and logs of the job's code belong to it."""
        return context.attach(self._context)

    def end(self, run: JobRun, kind: Ending, error: BaseException | str | None) -> None:
        """End the span, and count the run."""
        read, written = run.records("input"), run.records("output")
        for name, count in (("read", read), ("written", written)):
            if count is not None:
                self._span.set_attribute(f"headwater.records.{name}", count)
        self._span.set_attribute("openlineage.run.state", kind)
        if kind == "FAIL" and error is not None:
            said = error if isinstance(error, str) else described(error)
            self._span.set_status(trace.Status(trace.StatusCode.ERROR, redact(said)))
            if isinstance(error, BaseException):
                kinds = {"exception.type": type(error).__name__, "exception.message": redact(said)}
                self._span.add_event("exception", kinds)
        self._span.end()
        about = {
            "openlineage.job.namespace": run.job_namespace,
            "openlineage.job.name": run.job_name,
            "pipeline.stage": self._stage,
        }
        runs, seconds, records = _instruments()
        runs.add(1, {**about, "openlineage.run.state": kind})
        seconds.record(time.perf_counter() - self._started, about)
        for direction, count in (("read", read), ("written", written)):
            if count:
                records.add(count, {**about, "direction": direction})


def begin_span(run: JobRun, above: JobRun | None, stage: str | None) -> None:
    """Give a run its span; without a tracer that records, it has none."""
    _set_up()
    span = JobSpan(run, above, stage)
    traceparent = span.traceparent
    if traceparent is not None:
        run.span = span
        run.traceparent = traceparent


def detach(token: object) -> None:
    """Make the span before current again."""
    context.detach(cast("Token[context.Context]", token))


def _above(run: JobRun, above: JobRun | None) -> context.Context | None:
    current = trace.get_current_span().get_span_context()
    if above is not None and above.span is not None:
        inside = above.span.context
        mine = trace.get_current_span(inside).get_span_context()
        return None if current.is_valid and current.trace_id == mine.trace_id else inside
    if not current.is_valid and run.traceparent:
        return TraceContextTextMapPropagator().extract({_CARRIER: run.traceparent})
    return None


@cache
def _set_up() -> None:
    """Set OpenTelemetry up by its own variables, unless the program has done so."""
    if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return
    provider = trace.get_tracer_provider()
    if not isinstance(provider, trace.ProxyTracerProvider) or not exports_telemetry():
        return
    with Guarded("OpenTelemetry cannot be set up from its variables"):
        from headwater.sdk.telemetry_setup import set_up

        set_up()


@cache
def _instruments() -> tuple[metrics.Counter, metrics.Histogram, metrics.Counter]:
    meter = metrics.get_meter(_NAME, __version__)
    return (
        meter.create_counter("pipeline.runs", unit="{run}", description="Runs that ended."),
        meter.create_histogram(
            "pipeline.run.duration", unit="s", description="How long runs take."
        ),
        meter.create_counter("pipeline.records", unit="{record}", description="Records of runs."),
    )
