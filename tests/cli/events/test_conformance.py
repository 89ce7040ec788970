from __future__ import annotations

import json

from typer.testing import CliRunner

from headwater.cli.main import app


def _run(tmp_path, *arguments, text=None):
    command = ["--data", str(tmp_path / "data"), "events", *arguments]
    return CliRunner().invoke(app, command, input=text)


def test_producers_are_listed_with_what_they_send_wrongly(tmp_path):
    assert "no events yet" in _run(tmp_path, "conformance").output
    event = {"run": {"runId": "x"}, "job": {"namespace": "n", "name": "j"}, "producer": "https://p"}
    _run(tmp_path, "import", "-", text=json.dumps(event))
    shown = _run(tmp_path, "conformance").output
    assert "https://p: 1 event" in shown
    assert "/run/runId" in shown
    found = json.loads(_run(tmp_path, "conformance", "--level", "error", "--json").stdout)
    assert (found["entries"], found["checked"], found["partial"]) == (1, 1, False)
    (producer,) = found["producers"]
    assert {
        "severity": "error",
        "rule": "wrong-format",
        "pattern": "/run/runId",
        "message": "is not a uuid",
        "events": 1,
        "examples": [{"sequence": 1, "path": "/run/runId"}],
    } in producer["findings"]
    other = _run(tmp_path, "conformance", "--producer", "x", "--json").stdout
    assert json.loads(other)["producers"] == []
