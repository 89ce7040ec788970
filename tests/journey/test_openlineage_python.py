"""openlineage-python, unmodified, with its transports and oddities, against a running server."""

from __future__ import annotations

import gzip
import json
import urllib.request
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import (
    DatasetEvent,
    InputDataset,
    Job,
    JobEvent,
    OutputDataset,
    Run,
    RunEvent,
    RunState,
    StaticDataset,
)
from openlineage.client.facet_v2 import (
    data_quality_metrics_dataset,
    error_message_run,
    output_statistics_output_dataset,
    schema_dataset,
)

from tests.journey.test_first_minutes import serving

TIME = "2026-06-01T10:00:00Z"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data: Path = tmp_path_factory.mktemp("client") / "data"
    with serving(data) as (url, _):
        yield url


def _get(url: str, path: str) -> Any:
    with urllib.request.urlopen(url + path, timeout=60) as answer:
        return json.loads(answer.read())


def _event(state: RunState | None = RunState.COMPLETE, **more: Any) -> RunEvent:
    fields: dict[str, Any] = {
        "eventTime": TIME,
        "eventType": state,
        "run": Run(runId=str(uuid4())),
        "job": Job(namespace="client", name="job"),
    }
    return RunEvent(**{**fields, **more})


@pytest.mark.parametrize(
    "transport",
    [
        {"type": "http"},
        {"type": "http", "compression": "gzip"},
        {"type": "http", "auth": {"type": "api_key", "apiKey": "k"}, "custom_headers": {"x": "y"}},
        {"type": "async_http"},
        {"type": "async_http", "compression": "gzip"},
        {"type": "http", "endpoint": "/api/v1/lineage/"},
        {"type": "http", "endpoint": "api/v1/lineage/batch"},
    ],
    ids=lambda transport: "-".join(map(str, transport.values())),
)
def test_events_of_every_transport_arrive(url: str, transport: dict[str, Any]) -> None:
    event = _event(
        inputs=[InputDataset(namespace="ds", name="in")],
        outputs=[OutputDataset(namespace="ds", name="out")],
    )
    client = OpenLineageClient(config={"transport": {**transport, "url": url}})
    client.emit(event)
    assert client.close(timeout=60)
    run = _get(url, f"/api/v2/runs/{event.run.runId}")
    assert run["own_state"] == "COMPLETED"
    assert [d["name"] for side in ("inputs", "outputs") for d in run[side]] == ["in", "out"]


def test_a_url_that_holds_the_path_already_still_leads_here(url: str) -> None:
    event = _event()
    config = {"transport": {"type": "http", "url": f"{url}/api/v1/lineage/"}}
    OpenLineageClient(config=config).emit(event)
    assert _get(url, f"/api/v2/runs/{event.run.runId}")["own_state"] == "COMPLETED"


def test_events_about_jobs_and_datasets_arrive(url: str) -> None:
    client = OpenLineageClient(config={"transport": {"type": "http", "url": url}})
    fields = [schema_dataset.SchemaDatasetFacetFields(name="a", type="int")]
    facets = {"schema": schema_dataset.SchemaDatasetFacet(fields=fields)}
    dataset = StaticDataset(namespace="ds", name="told", facets=facets)
    client.emit(DatasetEvent(eventTime=TIME, dataset=dataset))
    job = Job(namespace="client", name="planned")
    client.emit(JobEvent(eventTime=TIME, job=job, outputs=[OutputDataset("ds", "made")]))
    found = _get(url, "/api/v1/namespaces/ds/datasets/told")
    assert [field["name"] for field in found["fields"]] == ["a"]
    planned = _get(url, "/api/v1/namespaces/client/jobs/planned")
    assert [d["name"] for d in planned["outputs"]] == ["made"]


def test_what_the_client_lets_through_is_kept(url: str) -> None:
    metrics = data_quality_metrics_dataset.ColumnMetrics(min=float("nan"), max=float("inf"))
    facet = data_quality_metrics_dataset.DataQualityMetricsDatasetFacet(
        columnMetrics={"x": metrics}, rowCount=4115428054613373118
    )
    own: Any = {"plain": True}
    outputs = [
        OutputDataset(
            namespace="",
            name="a b/ü\ud800",
            facets={"dataQualityMetrics": facet, "own.facet-1": own},
            outputFacets={
                "outputStatistics": (
                    output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(rowCount=3)
                )
            },
        )
    ]
    event = _event(RunState.OTHER, eventTime="2026-06-01T10:00:00", outputs=outputs)
    OpenLineageClient(config={"transport": {"type": "http", "url": url}}).emit(event)
    (written,) = _get(url, f"/api/v2/runs/{event.run.runId}")["outputs"]
    assert (written["name"], written["rows"]) == ("a b/ü\ud800", 3)


def test_a_secret_in_an_error_does_not_stay(url: str) -> None:
    facet = error_message_run.ErrorMessageRunFacet(
        message="cannot reach postgres://etl:hunter2@db", programmingLanguage="PYTHON"
    )
    run = Run(runId=str(uuid4()), facets={"errorMessage": facet})
    event = _event(RunState.FAIL, run=run)
    OpenLineageClient(config={"transport": {"type": "http", "url": url}}).emit(event)
    found = _get(url, f"/api/v2/runs/{run.runId}")
    assert found["error"]["message"] == "cannot reach postgres://etl:***@db"


def test_strict_validation_reaches_the_client_as_an_error(url: str) -> None:
    config = {
        "transport": {"type": "http", "url": url, "endpoint": "api/v1/lineage?validate=strict"}
    }
    client = OpenLineageClient(config=config)
    client.emit(_event())
    with pytest.raises(Exception, match="422"):
        client.emit(_event(eventTime="2026-06-01T10:00:00"))
    assert _get(url, "/api/v2/dead-letters")["dead_letters"][0]["path"] == "/eventTime"


@pytest.mark.parametrize("encoding", [{"Content-Encoding": "gzip"}, {}])
def test_chunked_gzip_arrives_as_java_sends_it(url: str, encoding: dict[str, str]) -> None:
    run_id = str(uuid4())
    job = {"namespace": "client", "name": "java"}
    event = {"eventType": "START", "eventTime": TIME, "run": {"runId": run_id}, "job": job}
    packed = gzip.compress(json.dumps(event).encode())
    parts = [packed[start : start + 20] for start in range(0, len(packed), 20)]
    server = urlsplit(url)
    connection = HTTPConnection(str(server.hostname), server.port, timeout=60)
    headers = {"Content-Type": "application/json; charset=UTF-8", **encoding}
    connection.request("POST", "/api/v1/lineage", iter(parts), headers, encode_chunked=True)
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["status"]) == (201, "ok")
    connection.close()
    assert _get(url, f"/api/v2/runs/{run_id}")["own_state"] == "RUNNING"
