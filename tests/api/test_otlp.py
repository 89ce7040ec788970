"""OTLP over HTTP: answers and errors as the specification has them, in the request's encoding."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from headwater.api.otlp import otlp_routes
from headwater.app.telemetry import Telemetry
from headwater.clock import SystemClock
from headwater.telemetry.settings import TelemetrySettings
from tests.telemetry.payloads import captured

PROTOBUF = {"Content-Type": "application/x-protobuf"}
JSON = {"Content-Type": "application/json; charset=utf-8"}


@pytest.fixture
def telemetry(tmp_path: Path) -> Iterator[Telemetry]:
    opened = Telemetry(tmp_path, settings=TelemetrySettings(), clock=SystemClock())
    yield opened
    opened.close()


@pytest.fixture
def call(calling, telemetry: Telemetry):
    return calling(hot=otlp_routes(telemetry.door, max_body_bytes=100_000))


def count(telemetry: Telemetry) -> int:
    return telemetry.store().reader().execute("SELECT count(*) FROM otel_traces").fetchone()[0]


def test_captured_requests_are_answered_in_their_encoding(call, telemetry) -> None:
    assert telemetry.state() == "idle"
    for sent in captured():
        headers = {"Content-Type": sent.media_type}
        reply = call("POST", f"/v1/{sent.signal}", sent.body, headers=headers)
        assert reply.status == 200
        assert reply.headers["content-type"] == sent.media_type
        assert reply.body == (b"{}" if sent.media_type == "application/json" else b"")
    assert telemetry.state() == "ready"
    assert count(telemetry) == 53


def test_gzip_is_inflated_and_an_empty_request_is_well(call, telemetry) -> None:
    sent = next(captured())
    headers = {"Content-Type": sent.media_type, "Content-Encoding": "gzip"}
    body = gzip.compress(sent.body)
    assert call("POST", f"/v1/{sent.signal}", body, headers=headers).status == 200
    assert call("POST", "/v1/traces", b"", headers=PROTOBUF).body == b""
    assert call("POST", "/v1/traces", b"{}", headers=JSON).body == b"{}"


def test_what_was_not_kept_is_told_and_the_rest_is_kept(call, telemetry) -> None:
    well = {"traceId": "ab" * 16, "spanId": "cd" * 8}
    spans = {"resourceSpans": [{"scopeSpans": [{"spans": [well, {"traceId": "xx"}]}]}]}
    reply = call("POST", "/v1/traces", json.dumps(spans).encode(), headers=JSON)
    told = json.loads(reply.body)["partialSuccess"]
    assert (reply.status, told["rejectedSpans"]) == (200, "1")
    assert told["errorMessage"].startswith("/resourceSpans/0/scopeSpans/0/spans/1/traceId ")
    assert count(telemetry) == 1


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        (PROTOBUF, b"\x0a\xff", 400),
        (JSON, b"{", 400),
        (PROTOBUF, gzip.compress(bytes(10_000_000)), 413),
        (JSON, b" " * 100_001, 413),
        ({"Content-Type": "text/plain"}, b"", 415),
    ],
)
def test_errors_are_a_status_in_the_encoding_of_the_request(call, headers, body, status) -> None:
    reply = call("POST", "/v1/traces", body, headers=headers)
    assert reply.status == status
    if headers is JSON:
        assert reply.headers["content-type"] == "application/json"
        assert json.loads(reply.body)["message"]
    else:
        assert reply.headers["content-type"] == "application/x-protobuf"
        # `google.rpc.Status` has its message where the answer has nothing: an unknown field.
        assert ExportTraceServiceResponse.FromString(reply.body).partial_success.rejected_spans == 0
        assert reply.body[:1] == b"\x12"


def test_broken_store_is_answered_503_with_a_short_wait(calling, tmp_path: Path) -> None:
    (tmp_path / "telemetry.duckdb").write_bytes(b"broken" * 2000)
    telemetry = Telemetry(tmp_path, settings=TelemetrySettings(), clock=SystemClock())
    call = calling(hot=otlp_routes(telemetry.door, max_body_bytes=1000))
    reply = call("POST", "/v1/traces", b"{}", headers=JSON)
    assert reply.status == 503
    assert 1 <= int(reply.headers["retry-after"]) <= 5
    assert "telemetry" in json.loads(reply.body)["message"]
    telemetry.close()
