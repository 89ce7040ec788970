"""OpenTelemetry set up by its own variables, for programs that do not do so themselves.

`OTEL_TRACES_EXPORTER`, `OTEL_METRICS_EXPORTER` and `OTEL_LOGS_EXPORTER` name exporters, `otlp`
where only an endpoint is given; `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES` and what an
exporter reads hold as ever. A distribution that is installed does all of it instead.
"""

from __future__ import annotations

import atexit
import logging
import os
from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Final, cast

from opentelemetry import metrics, trace
from opentelemetry._logs import LogRecord, get_logger_provider, set_logger_provider
from opentelemetry._logs.severity import SeverityNumber
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor, LogRecordExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricExporter, PeriodicExportingMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter

from headwater.sdk.current import enclosing_run
from headwater.sdk.guard import Guarded, warn

_SEVERITIES: Final = (
    (logging.CRITICAL, SeverityNumber.FATAL),
    (logging.ERROR, SeverityNumber.ERROR),
    (logging.WARNING, SeverityNumber.WARN),
    (logging.INFO, SeverityNumber.INFO),
    (0, SeverityNumber.DEBUG),
)


def set_up() -> None:
    """Set up traces, metrics and logs; what a variable does not name stays as it is."""
    for found in entry_points(group="opentelemetry_configurator"):
        found.load()().configure()
        return
    for make in _exporters("traces"):
        spans = TracerProvider()
        spans.add_span_processor(BatchSpanProcessor(cast(SpanExporter, make())))
        trace.set_tracer_provider(spans)
    for make in _exporters("metrics"):
        reader = PeriodicExportingMetricReader(cast(MetricExporter, make()))
        metrics.set_meter_provider(MeterProvider([reader]))
    for make in _exporters("logs"):
        logs = LoggerProvider()
        logs.add_log_record_processor(BatchLogRecordProcessor(cast(LogRecordExporter, make())))
        set_logger_provider(logs)
        logging.getLogger().addHandler(RunLogHandler())
        atexit.register(logs.shutdown)


class RunLogHandler(logging.Handler):
    """Hands log records to OpenTelemetry, with the span and the run that they belong to."""

    def emit(self, record: logging.LogRecord) -> None:
        """Hand over one record."""
        if record.name.startswith(("opentelemetry", "headwater.sdk.console")):
            return
        with Guarded("a log record cannot be handed to OpenTelemetry"):
            attributes: dict[str, str | int] = {
                "code.file.path": record.pathname,
                "code.line.number": record.lineno,
            }
            run = enclosing_run()
            if run is not None and run.is_recorded:
                attributes["openlineage.run_id"] = run.id
                attributes["openlineage.job.name"] = run.job_name
            severity = next(own for level, own in _SEVERITIES if record.levelno >= level)
            get_logger_provider().get_logger(record.name).emit(
                LogRecord(
                    timestamp=int(record.created * 1e9),
                    severity_text=record.levelname,
                    severity_number=severity,
                    body=record.getMessage(),
                    attributes=attributes,
                )
            )


def _exporters(signal: str) -> list[Callable[[], object]]:
    """Return what makes the exporter of a signal: one, or none."""
    endpoint = f"OTEL_EXPORTER_OTLP_{signal.upper()}_ENDPOINT"
    is_addressed = bool(os.environ.get(endpoint) or os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"))
    named = os.environ.get(f"OTEL_{signal.upper()}_EXPORTER") or (
        "otlp" if is_addressed else "none"
    )
    first = named.partition(",")[0].strip()
    if first == "none":
        return []
    if first == "otlp":
        protocol = os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
        first = "otlp_proto_grpc" if protocol == "grpc" else "otlp_proto_http"
    for found in entry_points(group=f"opentelemetry_{signal}_exporter", name=first):
        return [cast(Callable[[], object], found.load())]
    warn(f"the {signal} of jobs are not exported", f"no exporter {first!r} is installed")
    return []
