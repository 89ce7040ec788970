"""The OpenTelemetry SDK for Python, unmodified: what it sends is there when it is asked for."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from tests.journey.test_first_minutes import request, serving

RUN = "01890f3c-7c11-7000-8000-00000000000b"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data: Path = tmp_path_factory.mktemp("otel") / "data"
    with serving(data) as (url, _):
        yield url


@pytest.mark.parametrize("compression", [Compression.Gzip, Compression.NoCompression])
def test_spans_metrics_and_logs_are_there_once_they_are_sent(
    url: str, compression: Compression
) -> None:
    service = f"python-{compression.value}"
    resource = Resource({"service.name": service})
    ways: dict[str, Any] = {"compression": compression, "timeout": 60}
    tracing = TracerProvider(resource=resource)
    tracing.add_span_processor(
        BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{url}/v1/traces", **ways))
    )
    metric_exporter = OTLPMetricExporter(endpoint=f"{url}/v1/metrics", **ways)
    metering = MeterProvider([PeriodicExportingMetricReader(metric_exporter)], resource)
    logging = LoggerProvider(resource)
    logging.add_log_record_processor(
        BatchLogRecordProcessor(OTLPLogExporter(endpoint=f"{url}/v1/logs", **ways))
    )
    tracer = tracing.get_tracer("journey")
    with tracer.start_as_current_span("nightly") as whole:
        whole.set_attribute("openlineage.run_id", RUN)
        trace = f"{whole.get_span_context().trace_id:032x}"
        with tracer.start_as_current_span("load") as load:
            load.set_attribute("pipeline.stage", "load")
            load.set_attribute("headwater.records.written", 7)
            logging.get_logger("journey").emit(
                LogRecord(
                    timestamp=time.time_ns(),
                    body="seven rows",
                    severity_number=SeverityNumber.INFO,
                )
            )
        metering.get_meter("journey").create_counter("rows", unit="{rows}").add(7)
    for provider in (tracing, metering, logging):
        provider.shutdown()

    found = request(f"{url}/api/v2/traces/{trace}")
    assert [span["name"] for span in found["spans"]] == ["nightly", "load"]
    assert found["run_ids"] == [RUN]
    listed = request(f"{url}/api/v2/traces?run={RUN}&service={service}")["traces"]
    assert [one["trace_id"] for one in listed] == [trace]
    logged = request(f"{url}/api/v2/logs?trace={trace}")["logs"]
    assert [one["body"] for one in logged] == ["seven rows"]
    measured = request(f"{url}/api/v2/metrics")["metrics"]
    own = [(one["name"], one["kind"]) for one in measured if one["service"] == service]
    assert own == [("rows", "sum")]
    jaeger = request(f"{url}/jaeger/api/traces/{trace}")["data"]
    assert len(jaeger[0]["spans"]) == 2
