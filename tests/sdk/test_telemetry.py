"""With OpenTelemetry a run is a span and counted; without it nothing of it is imported."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from headwater.sdk import capture_events, current_run, openlineage_job
from headwater.sdk.testing import CapturedEvents

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

EXPORTER = InMemorySpanExporter()
READER = InMemoryMetricReader()


@pytest.fixture(scope="module", autouse=True)
def providers() -> None:
    """Set up OpenTelemetry as a program does, which it allows once in a process."""
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(EXPORTER))
    trace.set_tracer_provider(provider)
    metrics.set_meter_provider(MeterProvider([READER]))


@pytest.fixture
def events() -> Iterator[CapturedEvents]:
    EXPORTER.clear()
    with capture_events(namespace="shop") as captured:
        yield captured


def spans() -> dict[str, ReadableSpan]:
    return {span.name: span for span in EXPORTER.get_finished_spans()}


def test_each_run_is_a_span_with_its_id(events: CapturedEvents) -> None:
    @openlineage_job("etl.load", inputs=["in"], outputs=["out"])
    def load(rows: list[dict[str, int]]) -> list[dict[str, int]]:
        return rows[:1]

    with openlineage_job("etl", stage="transform") as run:
        load([{"a": 1}, {"a": 2}])
    parent, child = spans()["etl"], spans()["etl.load"]
    assert child.parent is not None
    assert child.parent.span_id == parent.context.span_id
    about = dict(child.attributes or {})
    assert about["openlineage.run_id"] == events.of("etl.load")[0]["run"]["runId"]
    assert about["openlineage.parent_run_id"] == run.id
    assert about["openlineage.job.namespace"] == "shop"
    assert about["openlineage.job.name"] == "etl.load"
    assert about["pipeline.stage"] == "load"
    assert (about["headwater.records.read"], about["headwater.records.written"]) == (2, 1)
    assert about["openlineage.run.state"] == "COMPLETE"
    assert dict(parent.attributes or {})["pipeline.stage"] == "transform"
    facet = events.of("etl")[0]["run"]["facets"]["headwater_traceContext"]
    assert facet["spanId"] == f"{parent.context.span_id:016x}"


def test_spans_and_logs_of_the_job_belong_to_its_span(events: CapturedEvents) -> None:
    tracer = trace.get_tracer("mine")

    def own(name: str) -> None:
        with tracer.start_as_current_span(name):
            openlineage_job(f"job in {name}")(lambda: None)()

    with openlineage_job("job"):
        own("inside")
        thread = threading.Thread(target=openlineage_job("job in thread")(lambda: None))
        thread.start()
        thread.join()
    found = spans()
    ids = {name: span.context.span_id for name, span in found.items()}
    above = {name: span.parent.span_id for name, span in found.items() if span.parent}
    assert above["inside"] == ids["job"]
    assert above["job in inside"] == ids["inside"]
    assert above["job in thread"] == ids["job"]
    assert not trace.get_current_span().get_span_context().is_valid


def test_failure_is_an_error_of_the_span_without_secrets(events: CapturedEvents) -> None:
    with pytest.raises(ValueError, match="hunter2"), openlineage_job("bad"):
        raise ValueError("password=hunter2")
    span = spans()["bad"]
    assert span.status.status_code is trace.StatusCode.ERROR
    (event,) = span.events
    assert dict(event.attributes or {})["exception.type"] == "ValueError"
    assert "hunter2" not in span.to_json()


def test_generators_and_coroutines_leave_the_span_of_their_caller(events: CapturedEvents) -> None:
    @openlineage_job("yields")
    def yields() -> Iterator[int]:
        yield 1
        yield 2

    @openlineage_job("awaits")
    async def awaits() -> None:
        await asyncio.sleep(0)

    for _ in yields():
        assert not trace.get_current_span().get_span_context().is_valid
    asyncio.run(awaits())
    assert set(spans()) == {"yields", "awaits"}


def test_trace_of_the_process_above_is_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACEPARENT", TRACE)
    EXPORTER.clear()
    with capture_events(), openlineage_job("continues"):
        mine = current_run().environment()["TRACEPARENT"]
    span = spans()["continues"]
    assert f"{span.context.trace_id:032x}" == TRACE[3:35]
    assert span.parent is not None
    assert f"{span.parent.span_id:016x}" == TRACE[36:52]
    assert mine == f"00-{TRACE[3:35]}-{span.context.span_id:016x}-01"


def test_runs_and_records_are_counted(events: CapturedEvents) -> None:
    openlineage_job("counted", outputs=["x"])(lambda: [{"a": 1}] * 3)()
    found: dict[str, Any] = {}
    data = READER.get_metrics_data()
    assert data is not None
    for metric in data.resource_metrics[0].scope_metrics[0].metrics:
        for point in metric.data.data_points:
            attributes = dict(point.attributes or {})
            if attributes["openlineage.job.name"] == "counted":
                found[metric.name] = getattr(point, "value", getattr(point, "count", None))
                assert "openlineage.run_id" not in attributes
    assert found == {"pipeline.runs": 1, "pipeline.run.duration": 1, "pipeline.records": 3}


def test_messages_carry_the_run(events: CapturedEvents, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "headwater.sdk"), openlineage_job("says") as run:
        run.message("half done")
    (record,) = [one for one in caplog.records if one.message == "half done"]
    assert vars(record)["openlineage.run_id"] == run.id


CONSOLE = """
import logging
from headwater.sdk import capture_events, openlineage_job, current_run
with capture_events() as events, openlineage_job("exported"):
    logging.getLogger("mine").warning("inside")
"""


def run(code: str, **variables: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": "/usr/bin:/bin", **variables},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout


def test_spans_metrics_and_logs_are_exported_as_the_variables_say() -> None:
    out = run(
        CONSOLE,
        OTEL_TRACES_EXPORTER="console",
        OTEL_METRICS_EXPORTER="console",
        OTEL_LOGS_EXPORTER="console",
        OTEL_SERVICE_NAME="pipeline",
    )
    assert '"openlineage.run_id"' in out
    assert '"pipeline.runs"' in out
    assert '"body": "inside"' in out
    decoder, found = json.JSONDecoder(), []
    text = out.strip()
    while text:
        value, end = decoder.raw_decode(text)
        found.append(value)
        text = text[end:].strip()
    span = next(one for one in found if one.get("name") == "exported")
    log = next(one for one in found if one.get("body") == "inside")
    assert log["trace_id"] == span["context"]["trace_id"]
    assert log["span_id"] == span["context"]["span_id"]
    assert log["attributes"]["openlineage.run_id"] == span["attributes"]["openlineage.run_id"]


def test_without_being_asked_for_opentelemetry_is_not_imported() -> None:
    code = CONSOLE + "import sys; print('opentelemetry' in sys.modules)"
    assert run(code).strip() == "False"


def test_variables_without_opentelemetry_harm_nothing() -> None:
    code = "import sys; sys.modules['opentelemetry'] = None\n" + CONSOLE + "print(events.types())"
    assert "['START', 'COMPLETE']" in run(code, OTEL_TRACES_EXPORTER="console")
