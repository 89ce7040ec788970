"""Log records and metrics of real senders are found over HTTP."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from headwater.api.signals import signals_router
from headwater.app.telemetry import Telemetry
from headwater.clock import ManualClock
from headwater.telemetry.settings import TelemetrySettings
from headwater.wire.otlp.signals import PROTOBUF, Signal
from tests.telemetry.payloads import captured

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def telemetry(tmp_path: Path) -> Iterator[Telemetry]:
    telemetry = Telemetry(tmp_path, settings=TelemetrySettings(), clock=ManualClock(NOW))
    yield telemetry
    telemetry.close()


@pytest.fixture
def get(calling: Any, telemetry: Telemetry) -> Any:
    call = calling(signals_router(telemetry.records, clock=ManualClock(NOW)))

    def ask(target: str, status: int = 200) -> Any:
        reply = call("GET", f"/api/v2{target}")
        assert reply.status == status, reply.body
        return json.loads(reply.body)

    return ask


def send(telemetry: Telemetry, *requests: tuple[Signal, bytes, str]) -> None:
    async def send_all() -> None:
        door = await telemetry.door()
        for signal, body, media_type in requests:
            await door.admit(signal, body, media_type)

    asyncio.run(send_all())


@pytest.fixture
def sent(telemetry: Telemetry) -> None:
    send(telemetry, *((one.signal, one.body, one.media_type) for one in captured()))


@pytest.mark.usefixtures("sent")
def test_logs_of_real_senders_are_found(get: Any) -> None:
    logs = get("/logs?limit=1000")["logs"]
    assert len(logs) == 58
    assert [one["time"] for one in logs] == sorted((o["time"] for o in logs), reverse=True)
    one = next(one for one in logs if one["trace_id"])
    of_trace = get(f"/logs?trace={one['trace_id']}")["logs"]
    assert one in of_trace
    assert {each["trace_id"] for each in of_trace} == {one["trace_id"]}
    assert {o["service"] for o in get(f"/logs?service={one['service']}")["logs"]} == {
        one["service"]
    }
    assert get("/logs")["logs"] == logs
    loud = get("/logs?severity=error&limit=1000")["logs"]
    assert all(each["severity_number"] >= 17 for each in loud)
    assert 0 < len(loud) < len(logs)
    word = one["body"].split()[0]
    assert one in get(f"/logs?limit=1000&text={word.upper()}")["logs"]


@pytest.mark.usefixtures("sent")
def test_pages_of_logs_neither_miss_nor_repeat(get: Any) -> None:
    whole = get("/logs?limit=1000")["logs"]
    found: list[Any] = []
    page = get("/logs?limit=7")
    found += page["logs"]
    while page["next"]:
        page = get(f"/logs?limit=7&after={page['next']}")
        found += page["logs"]
    assert found == whole


def test_logs_of_one_time_are_paged(get: Any, telemetry: Telemetry) -> None:
    request = ExportLogsServiceRequest()
    records = request.resource_logs.add().scope_logs.add().log_records
    for number in range(9):
        record = records.add(time_unix_nano=5 * 10**9)
        record.body.string_value = "same"
        record.attributes.add(key="n").value.int_value = number
    send(telemetry, (Signal.LOGS, request.SerializeToString(), PROTOBUF))
    seen, page = [], get("/logs?limit=2")
    while True:
        seen += [one["attributes"]["n"] for one in page["logs"]]
        if page["next"] is None:
            break
        page = get(f"/logs?limit=2&after={page['next']}")
    assert sorted(seen) == [str(number) for number in range(9)]


@pytest.mark.usefixtures("sent")
def test_logs_of_a_run_are_those_of_its_spans_too(get: Any, telemetry: Telemetry) -> None:
    rows = (
        telemetry.store()
        .reader()
        .execute(
            "SELECT s.RunId, l.Body FROM otel_logs l JOIN otel_traces s"
            " ON s.TraceId = l.TraceId AND s.SpanId = l.SpanId WHERE s.RunId <> ''"
        )
    )
    expected = rows.fetchall()
    assert expected
    for run, body in expected:
        assert body in {one["body"] for one in get(f"/logs?run={run}&limit=1000")["logs"]}


@pytest.mark.usefixtures("sent")
def test_metrics_of_every_kind_are_listed_and_drawn(get: Any) -> None:
    names = get("/metrics")["metrics"]
    assert {one["kind"] for one in names} >= {"gauge", "sum", "exp_histogram"}
    for kind in {one["kind"] for one in names}:
        name, last = next((one["name"], one["last"]) for one in names if one["kind"] == kind)
        day = last[:10]
        found = get(
            f"/metrics/series?name={name}&kind={kind}"
            f"&since={day}T00:00:00Z&until={day}T23:59:59Z&step=3600"
        )
        assert found["kind"] == kind
        assert len(found["times"]) == 24
        assert all(len(one["values"]) == 24 for one in found["series"])
    assert any(
        value is not None
        for one in names
        if one["kind"] == "gauge"
        for series in get(
            f"/metrics/series?name={one['name']}&since={one['last'][:10]}T00:00:00Z"
            f"&until={one['last'][:10]}T23:59:59Z"
        )["series"]
        for value in series["values"]
    )


def test_nothing_is_found_where_nothing_was_sent(get: Any) -> None:
    assert get("/logs") == {"logs": [], "next": None}
    assert get("/metrics") == {"metrics": []}
    assert get("/metrics/series?name=x")["series"] == []


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/logs?severity=loud", 422),
        ("/logs?after=nonsense", 400),
        ("/logs?since=2026-01-01T00:00:00", 422),
        ("/logs?limit=0", 422),
        ("/metrics/series", 422),
        ("/metrics/series?name=x&step=1", 422),
    ],
)
def test_wrong_questions_are_problems(get: Any, target: str, status: int) -> None:
    assert get(target, status)["status"] == status
