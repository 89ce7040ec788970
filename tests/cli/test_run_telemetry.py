from __future__ import annotations

from typing import Any

import pytest

from headwater.cli.answers import Answers
from headwater.cli.run_telemetry import print_path, print_telemetry, telemetry_of
from headwater.model.exchange import Reply


def test_telemetry_that_cannot_answer_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    def broken(*_: Any) -> Reply:
        body = b'{"title": "Unavailable", "status": 503, "detail": "the store is broken"}'
        return Reply(503, {"content-type": "application/problem+json"}, body)

    print_telemetry(telemetry_of(Answers(broken), "r1"))
    assert "the store is broken" in capsys.readouterr().out


def test_stages_errors_and_probable_traces_are_printed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    stage = {"name": "load", "busy_ms": 1500.0, "spans": 2, "errors": 1}
    print_telemetry(
        {
            "data": {
                "inputs": {"rows": 1234, "bytes": None},
                "outputs": {"rows": None, "bytes": None},
            },
            "stages": [stage | {"records": {"read": 1234, "written": None}}],
            "slowest_span": {"name": "write", "own_ms": 12.0},
            "errors": [{"name": "write", "message": "no tide"}],
            "logs": [{"time": "2026-11-21T10:00:00Z", "severity": "ERROR", "body": "out"}],
            "traces": [{"trace_id": "ab" * 16, "how": "probable"}],
            "reason": None,
        }
    )
    said = capsys.readouterr().out
    assert "read      1,234 rows" in said
    assert "written" not in said.splitlines()[1]
    for part in ("load", "slowest   write", "no tide", "ERROR out", "probable"):
        assert part in said


def test_data_of_a_run_is_printed_with_why_telemetry_is_missing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    nothing: dict[str, Any] = {"stages": [], "slowest_span": None, "errors": [], "logs": []}
    data = {"outputs": {"rows": 7, "bytes": None}}
    reason = "telemetry cannot be read: the store is broken"
    print_telemetry(nothing | {"data": data, "traces": [], "reason": reason})
    assert capsys.readouterr().out.splitlines() == ["written   7 rows", reason]


def test_path_names_what_took_longest(capsys: pytest.CaptureFixture[str]) -> None:
    run = {"run_id": "r1", "job": {"name": "sum"}, "started_at": None, "ended_at": None}
    step = run | {"waited_ms": 5000, "took_ms": None, "later": {"state": "FAILED"}}
    dominant = {"what": "wait", "job": {"name": "sum"}, "ms": 5000}
    print_path({"steps": [step], "dominant": dominant, "partial": True})
    said = capsys.readouterr().out
    assert "the wait before sum, 5.0 s" in said
    assert "failed" in said
    assert "longer than what is shown" in said
