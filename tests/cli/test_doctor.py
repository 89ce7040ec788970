"""The doctor looks and does not touch."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from headwater.app.directory import DataDirectory
from headwater.cli.main import app
from headwater.sdk.configuration import OutboxSettings
from headwater.sdk.outbox import Outbox


def examine(data: Path) -> tuple[int, dict[str, tuple[str, str]]]:
    result = CliRunner().invoke(app, ["--data", str(data), "doctor", "--json"])
    checks = json.loads(result.stdout)["checks"]
    return result.exit_code, {one["name"]: (one["state"], one["seen"]) for one in checks}


def test_new_directory_is_fine_and_not_made(tmp_path: Path) -> None:
    code, checks = examine(tmp_path / "new")
    assert code == 0
    assert {state for state, _ in checks.values()} <= {"ok", "warning"}
    assert "is new" in checks["data directory"][1]
    assert not (tmp_path / "new").exists()


def test_owner_of_the_directory_is_named(tmp_path: Path) -> None:
    with DataDirectory.open(tmp_path):
        code, checks = examine(tmp_path)
    assert code == 0
    assert "is held by process" in checks["data directory"][1]


def test_directory_of_a_later_version_fails(tmp_path: Path) -> None:
    (tmp_path / "format.json").write_text('{"stores": {"lineage": 99}}')
    code, checks = examine(tmp_path)
    assert code == 1
    assert checks["data directory"][0] == "failed"
    assert "lineage 99" in checks["data directory"][1]


def test_server_that_does_not_answer_fails(tmp_path: Path) -> None:
    with DataDirectory.open(tmp_path, url="http://127.0.0.1:9"):
        code, checks = examine(tmp_path)
    assert code == 1
    assert checks["server"][0] == "failed"


def test_table_names_every_check(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["--data", str(tmp_path), "doctor"])
    assert result.exit_code == 0
    for name in ("python", "disk", "fsync", "data directory", "server"):
        assert name in result.stdout


def test_outbox_of_pipelines_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_OUTBOX", str(tmp_path / "outbox"))
    _, checks = examine(tmp_path / "new")
    assert checks["outbox"] == ("ok", "no events of pipelines wait on this machine")
    box = Outbox("http http://away/api/v1/lineage", OutboxSettings(folder=tmp_path / "outbox"))
    for number in range(3):
        box.put(b'{"number":%d}' % number)
    box.set_aside(b"{}", "no run")
    _, checks = examine(tmp_path / "new")
    state, seen = checks["outbox"]
    assert state == "warning"
    assert "3 events" in seen
    assert "wait for http http://away/api/v1/lineage" in seen
    assert "1 refused" in seen
    while (parcel := box.take()) is not None:
        box.done(parcel)
    box.close()
    _, checks = examine(tmp_path / "new")
    assert "0 events" in checks["outbox"][1]
