"""Health says whether a write could be acknowledged, and what is wrong if not."""

from __future__ import annotations

import json

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from headwater import observe
from headwater.api.health import Part, health_router
from headwater.errors import StorageFull
from headwater.identity.access import Role
from headwater.model.principal import LOCAL


def full() -> str:
    raise StorageFull("no space left", hint="free some")


def ready() -> str:
    return "ready"


def test_health_lists_the_state_of_each_part(calling) -> None:
    parts = [
        Part(name="ingest", probe=ready, is_needed_to_acknowledge=True),
        Part(name="sql", probe=lambda: "idle"),
    ]
    reply = calling(health_router(parts))("GET", "/api/v1/health")
    assert reply.status == 200
    body = json.loads(reply.body)
    assert body["status"] == "ok"
    assert body["parts"] == {"ingest": "ready", "sql": "idle"}


def test_health_is_503_when_a_write_could_not_be_acknowledged(calling) -> None:
    parts = [Part(name="ingest", probe=full, is_needed_to_acknowledge=True)]
    reply = calling(health_router(parts))("GET", "/api/v1/health")
    assert reply.status == 503
    assert reply.headers["retry-after"] == "5"
    assert json.loads(reply.body)["reasons"] == {"ingest": "no space left (free some)"}


def test_health_is_degraded_when_only_another_part_fails(calling) -> None:
    parts = [
        Part(name="ingest", probe=ready, is_needed_to_acknowledge=True),
        Part(name="sql", probe=full),
    ]
    reply = calling(health_router(parts))("GET", "/api/v1/health")
    assert reply.status == 200
    assert json.loads(reply.body)["status"] == "degraded"


def test_ping_answers(calling) -> None:
    reply = calling(health_router([]))("GET", "/ping")
    assert (reply.status, reply.body) == (200, b"pong\n")


def test_health_and_ping_need_no_token_and_metrics_do(calling, access) -> None:
    _, secret = access.create("watcher", Role.READER, expires_at=None, by=LOCAL)
    call = calling(health_router([]), access=access)
    assert call("GET", "/ping").status == 200
    assert call("GET", "/api/v1/health").status == 200
    assert call("GET", "/metrics").status == 401
    assert call("GET", "/metrics", token=secret).status == 200


def test_metrics_are_valid_openmetrics_and_count_requests(calling) -> None:
    call = calling(health_router([]))
    labels = {"route": "/ping", "method": "GET", "status": "200"}
    before = observe.HTTP_REQUESTS.value(**labels)
    call("GET", "/ping")
    call("GET", "/ping")
    reply = call("GET", "/metrics")
    assert reply.headers["content-type"].startswith("application/openmetrics-text")
    families = {one.name: one for one in text_string_to_metric_families(reply.body.decode())}
    counted = {
        tuple(sorted(sample.labels.items())): sample.value
        for sample in families["headwater_http_requests"].samples
    }
    assert counted[tuple(sorted(labels.items()))] == before + 2
    assert set(families) == {metric.name for metric in observe.metrics()}


def test_healthcheck_tells_which_part_does_not_work(calling) -> None:
    parts = [Part(name="ingest", probe=full), Part(name="sql", probe=ready)]
    reply = calling(health_router(parts))("GET", "/healthcheck")
    assert reply.status == 500
    body = json.loads(reply.body)
    assert (body["ingest"]["healthy"], body["sql"]["healthy"]) == (False, True)
    assert calling(health_router(parts[1:]))("GET", "/healthcheck").status == 200


@pytest.mark.parametrize(
    ("traceparent", "is_known"),
    [
        (f"00-{'ab' * 16}-{'cd' * 8}-01", True),
        (f"00-{'ab' * 16}-{'cd' * 8}-00", False),
        (f"00-{'00' * 16}-{'cd' * 8}-01", False),
        (f"00-{'AB' * 16}-{'cd' * 8}-01", False),
        ('00-"} 1 # {x="-1-01', False),
        (None, False),
    ],
)
def test_durations_name_the_trace_of_a_request_that_is_kept(
    calling, monkeypatch, traceparent: str | None, is_known: bool
) -> None:
    monkeypatch.setattr(observe.HTTP_REQUEST_SECONDS, "_exemplars", {})
    call = calling(health_router([]))
    call("GET", "/ping", headers={} if traceparent is None else {"traceparent": traceparent})
    text = call("GET", "/metrics").body.decode()
    traces = {
        one.exemplar.labels["trace_id"]
        for family in text_string_to_metric_families(text)
        if family.name == "headwater_http_request_seconds"
        for one in family.samples
        if one.exemplar is not None
    }
    assert traces == ({"ab" * 16} if is_known else set())
