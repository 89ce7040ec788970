"""Runs of jobs leave traces, whatever becomes of those."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from headwater.engine.run_trace import trace_of, use_of
from headwater.engine.traced import ProcessUse, TracedRun, TracedTransport, used_by


class Taken:
    """A transport that remembers what it took."""

    def __init__(self) -> None:
        self.events: list[bytes] = []

    def emit(self, event: bytes) -> None:
        self.events.append(event)

    def close(self) -> None:
        self.events.clear()


def id_of(number: int) -> str:
    return str(UUID(int=number))


def event(number: int, job: str, kind: str, second: int, **how: Any) -> bytes:
    facets: dict[str, Any] = {}
    if "parent" in how:
        facets["parent"] = {"run": {"runId": id_of(how["parent"])}, "job": {}}
    if "error" in how:
        facets["errorMessage"] = {"message": how["error"]}
    rows = {"outputFacets": {"outputStatistics": {"rowCount": how.get("rows")}}}
    body = {
        "eventType": kind,
        "eventTime": f"2026-11-21T10:00:{second:02}Z",
        "run": {"runId": id_of(number), "facets": facets},
        "job": {"namespace": "lake", "name": job},
        "outputs": [rows, {"name": "without"}] if "rows" in how else [],
    }
    return json.dumps(body).encode()


CHAIN = [
    event(1, "refresh", "START", 0),
    event(2, "tidy", "START", 1, parent=1),
    event(3, "tidy.flights", "START", 2, parent=2),
    event(3, "tidy.flights", "COMPLETE", 5, parent=2, rows=12),
    event(2, "tidy", "COMPLETE", 6, parent=1),
    event(4, "sum", "START", 7, parent=1),
    event(4, "sum", "FAIL", 8, parent=1, error="no tide"),
    event(1, "refresh", "FAIL", 9, error="no tide"),
]


def test_chain_is_one_trace_with_a_span_for_each_job_and_table() -> None:
    kept: list[bytes] = []

    def keep(runs: Mapping[str, TracedRun], root: TracedRun, use: ProcessUse | None) -> None:
        kept.append(trace_of(runs, root, use))

    transport = TracedTransport(Taken(), keep)
    for one in CHAIN:
        transport.emit(one)
    (request,) = map(ExportTraceServiceRequest.FromString, kept)
    spans = {span.name: span for span in request.resource_spans[0].scope_spans[0].spans}
    assert {span.trace_id for span in spans.values()} == {UUID(int=1).bytes}
    assert spans["refresh"].parent_span_id == b""
    assert spans["tidy.flights"].parent_span_id == spans["tidy"].span_id
    told = {
        attribute.key: attribute.value.string_value or attribute.value.int_value
        for attribute in spans["tidy.flights"].attributes
    }
    assert told["pipeline.stage"] == "tidy"
    assert told["headwater.records.written"] == 12
    assert told["openlineage.run_id"] == id_of(3)
    assert (spans["sum"].status.message, spans["tidy"].status.code) == ("no tide", 0)
    took = spans["tidy.flights"].end_time_unix_nano - spans["tidy.flights"].start_time_unix_nano
    assert took == 3 * 10**9


def test_trace_that_cannot_be_kept_fails_no_run() -> None:
    def broken(*_: object) -> None:
        raise OSError("the store is full")

    taken = Taken()
    transport = TracedTransport(taken, broken)
    for one in [*CHAIN, b"[]", b"no json", b'{"run": 3}']:
        transport.emit(one)
    assert taken.events[: len(CHAIN)] == CHAIN
    assert len(taken.events) == len(CHAIN) + 3


def test_event_that_was_refused_is_not_traced() -> None:
    class Refusing(Taken):
        def emit(self, event: bytes) -> None:
            raise ConnectionError("refused")

    kept: list[object] = []
    transport = TracedTransport(Refusing(), lambda *told: kept.append(told))
    for one in CHAIN:
        with pytest.raises(ConnectionError):
            transport.emit(one)
    assert kept == []


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_use_of_a_process_is_read_while_it_lives() -> None:
    use = used_by(os.getpid())
    assert use is not None
    assert use[0] > 0
    assert use[1] > 1_000_000
    assert used_by(2**22 + 1) is None


def test_use_is_sent_as_gauges() -> None:
    run = TracedRun(
        run_id=id_of(1), namespace="lake", job="refresh", parent_id=None, start="2026-11-21T10:00Z"
    )
    body = use_of(run, ProcessUse(cpu_seconds=2.0, cpu_share=0.5, memory_bytes=10**6))
    assert b"process.cpu.utilization" in body
    assert b"process.memory.usage" in body
