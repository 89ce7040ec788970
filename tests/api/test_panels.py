"""How runs went is told from lineage and telemetry, on both databases of lineage."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from headwater.api.panels import panels_router
from headwater.app.telemetry import Telemetry
from headwater.clock import ManualClock
from headwater.errors import StorageFull, Unavailable
from headwater.lineage.contract import Applied, Arrival
from headwater.lineage.log import SqlLineage
from headwater.lineage.reading.view import LineageReads
from headwater.model.principal import LOCAL
from headwater.telemetry.duckdb.runs import DuckPipelineRuns
from headwater.telemetry.settings import TelemetrySettings
from headwater.wire.otlp.signals import PROTOBUF, Signal
from tests.lineage_stores import LineageBackend

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
WINDOW = "since=2026-11-21T10:00:00Z&until=2026-11-21T12:00:00Z"


@pytest.fixture
def log(lineage_backend: LineageBackend) -> SqlLineage:
    return lineage_backend.open()


@pytest.fixture
def telemetry(tmp_path: Path, log: SqlLineage) -> Iterator[Telemetry]:
    telemetry = Telemetry(
        tmp_path,
        settings=TelemetrySettings(),
        clock=ManualClock(NOW),
        lineage=LineageReads(log.engine),
    )
    yield telemetry
    telemetry.close()


@pytest.fixture
def get(calling: Any, log: SqlLineage, telemetry: Telemetry) -> Any:
    router = panels_router(
        LineageReads(log.engine),
        measures=telemetry.measures,
        runs=telemetry.runs,
        clock=ManualClock(NOW),
    )
    call = calling(router)

    def ask(target: str, status: int = 200) -> Any:
        reply = call("GET", target)
        assert reply.status == status, reply.body
        return json.loads(reply.body)

    return ask


def run(log: SqlLineage, number: int, job: str, *, ended: str, **how: Any) -> None:
    """Send a run that took ten seconds."""
    end = datetime.fromisoformat(ended)
    facets: dict[str, Any] = {}
    if "parent" in how:
        parent = str(UUID(int=how["parent"]))
        facets["parent"] = {
            "run": {"runId": parent},
            "job": {"namespace": "etl", "name": "whole"},
        }
    if "cpu" in how:
        facets["headwater_resources"] = {"cpuSeconds": how["cpu"], "peakMemoryBytes": 1000}
    outputs = [
        {
            "namespace": "db",
            "name": name,
            "outputFacets": {"outputStatistics": {"rowCount": how["rows"]}},
        }
        for name in ("a", "b")
        if "rows" in how
    ]
    for kind, at in (("START", end - timedelta(seconds=10)), (how.get("state", "COMPLETE"), end)):
        event = {
            "eventType": kind,
            "eventTime": at.isoformat(),
            "run": {"runId": str(UUID(int=number)), "facets": facets},
            "job": {"namespace": "etl", "name": job},
            "outputs": outputs,
        }
        body = json.dumps(event).encode()
        (outcome,) = log.apply([Arrival(body=body, principal=LOCAL, received_at=NOW)])
        assert isinstance(outcome, Applied), outcome


def test_runs_are_counted_where_they_ended(log: SqlLineage, get: Any) -> None:
    run(log, 1, "whole", ended="2026-11-21T10:10:00+00:00", rows=50, cpu=2)
    run(log, 2, "whole", ended="2026-11-21T10:20:00+00:00", state="FAIL", cpu=4)
    run(log, 3, "whole", ended="2026-11-21T11:10:00+00:00")
    run(log, 4, "whole", ended="2026-11-21T12:00:00+00:00", state="FAIL")
    run(log, 5, "whole.load", ended="2026-11-21T10:30:00+00:00", parent=1, rows=5)
    run(log, 6, "whole.load", ended="2026-11-21T10:40:00+00:00", parent=2, state="ABORT")
    rate = get(f"/api/v2/panels/success-rate?{WINDOW}&step=3600")
    assert rate["times"] == ["2026-11-21T10:00:00Z", "2026-11-21T11:00:00Z"]
    assert [one["values"] for one in rate["series"]] == [[0.5, 1.0]]
    durations = get(f"/api/v2/panels/average-duration?{WINDOW}&step=3600")["series"]
    assert {one["name"]: one["values"] for one in durations} == {
        "etl whole": [10.0, 10.0],
        "etl whole.load": [10.0, None],
    }
    records = get(f"/api/v2/panels/records-per-hour?{WINDOW}&step=1800")["series"]
    assert {one["name"]: one["values"] for one in records} == {
        "etl whole": [200.0, None, None, None],
        "etl whole.load": [None, 20.0, None, None],
    }
    use = get(f"/api/v2/panels/resource-utilisation?{WINDOW}&step=7200")["series"]
    assert {(one["name"], one["unit"]): one["values"] for one in use} == {
        ("etl whole CPU of a run", "s"): [3.0],
        ("etl whole memory of a run", "By"): [1000.0],
    }
    assert get(f"/api/v1/metrics?{WINDOW}") == {
        "since": "2026-11-21T10:00:00Z",
        "until": "2026-11-21T12:00:00Z",
        "runs": {"total": 5, "completed": 3, "failed": 1, "aborted": 1},
        "success_rate": 0.6,
        "average_duration_seconds": 10.0,
        "records": 110,
        "records_per_hour": 55.0,
        "error_rate_by_stage": {"load": {"runs": 2, "failed": 1, "error_rate": 0.5}},
        "resources": {"cpu_seconds": 3.0, "memory_bytes": 1000.0},
    }


def test_panel_says_that_runs_are_missing_while_they_cannot_be_kept(
    log: SqlLineage, get: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise StorageFull("no space left")

    run(log, 1, "whole", ended="2026-11-21T10:10:00+00:00")
    with monkeypatch.context() as patched:
        patched.setattr(DuckPipelineRuns, "keep", fail)
        behind = get(f"/api/v2/panels/success-rate?{WINDOW}&step=3600")
    assert (behind["partial"], behind["series"]) == (True, [])
    assert behind["reason"] == "2 entries of lineage are not counted yet"
    whole = get(f"/api/v2/panels/success-rate?{WINDOW}&step=3600")
    assert (whole["partial"], whole["series"][0]["values"]) == (False, [1.0, None])


def test_panels_of_runs_are_the_same_while_telemetry_cannot_be_read(
    log: SqlLineage, get: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(log, 1, "whole", ended="2026-11-21T10:10:00+00:00", rows=50, cpu=2)
    run(log, 2, "whole", ended="2026-11-21T10:20:00+00:00", state="FAIL", cpu=4)
    run(log, 3, "whole", ended="2026-11-21T11:10:00+00:00", rows=0)
    run(log, 4, "other", ended="2026-11-21T10:30:00+00:00", rows=5)
    run(log, 5, "other", ended="2026-11-21T10:40:00+00:00", state="ABORT", parent=2)

    def ask() -> dict[str, Any]:
        return {
            name: get(f"/api/v2/panels/{name}?{WINDOW}&step=3600")
            for name in (
                "success-rate",
                "average-duration",
                "records-per-hour",
                "resource-utilisation",
            )
        }

    def fail(*_: object) -> None:
        raise Unavailable("the telemetry store failed")

    whole = ask()
    with monkeypatch.context() as patched:
        patched.setattr(Telemetry, "store", fail)
        without = ask()
        get(f"/api/v2/panels/error-rate-by-stage?{WINDOW}", status=503)
    used = without["resource-utilisation"]
    assert (used.pop("partial"), used.pop("reason")) == (
        True,
        "only what runs tell of themselves is there: the telemetry store failed",
    )
    assert used.items() <= whole["resource-utilisation"].items()
    for name in ("success-rate", "average-duration", "records-per-hour"):
        assert without[name] == whole[name]
        assert whole[name]["series"]


def test_spans_are_counted_once_by_stage(get: Any, telemetry: Telemetry) -> None:
    request = ExportTraceServiceRequest()
    scope = request.resource_spans.add().scope_spans.add()
    for number, (stage, failed) in enumerate([("load", True), ("load", False), ("", True)]):
        span = scope.spans.add(name="x", trace_id=b"t" * 16, span_id=bytes([number + 1]) * 8)
        span.start_time_unix_nano = int((NOW - timedelta(hours=1)).timestamp()) * 10**9
        span.status.code = 2 if failed else 0
        if stage:
            span.attributes.add(key="pipeline.stage").value.string_value = stage
    telemetry.keep_spans(request.SerializeToString())
    telemetry.keep_spans(request.SerializeToString())
    found = get(f"/api/v2/panels/error-rate-by-stage?{WINDOW}&step=3600")["series"]
    assert found == [{"name": "load", "unit": "ratio", "values": [None, 0.5]}]


def test_gauges_of_use_are_averaged(get: Any, telemetry: Telemetry) -> None:
    request = ExportMetricsServiceRequest()
    of_resource = request.resource_metrics.add()
    of_resource.resource.attributes.add(key="service.name").value.string_value = "etl"
    metric = of_resource.scope_metrics.add().metrics.add(name="system.cpu.utilization", unit="1")
    for value in (0.25, 0.75):
        at = int((NOW - timedelta(minutes=90)).timestamp()) * 10**9
        metric.gauge.data_points.add(time_unix_nano=at, as_double=value)

    async def send() -> None:
        door = await telemetry.door()
        await door.admit(Signal.METRICS, request.SerializeToString(), PROTOBUF)

    asyncio.run(send())
    found = get(f"/api/v2/panels/resource-utilisation?{WINDOW}&step=3600")["series"]
    assert found == [{"name": "etl system.cpu.utilization", "unit": "1", "values": [0.5, None]}]


def test_nothing_is_known_of_an_empty_window(get: Any) -> None:
    names = [one["name"] for one in get("/api/v2/panels")["panels"]]
    assert len(names) == 5
    for name in names:
        found = get(f"/api/v2/panels/{name}")
        assert (found["series"], len(found["times"])) == ([], 60)
    figures = get("/api/v1/metrics")
    assert (figures["success_rate"], figures["runs"]["total"]) == (None, 0)


@pytest.mark.parametrize(
    "target",
    [
        "/api/v2/panels/nonsense",
        "/api/v2/panels/success-rate?step=0",
        "/api/v2/panels/success-rate?step=1",
        "/api/v2/panels/success-rate?since=2026-01-01T00:00:00",
        "/api/v1/metrics?since=2027-01-01T00:00:00Z",
    ],
)
def test_wrong_questions_are_problems(get: Any, target: str) -> None:
    assert get(target, 422)["status"] == 422
