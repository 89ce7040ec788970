"""The composed platform: opened, asked from inside, closed, opened again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from headwater.app.inside import inside_exchange
from headwater.app.platform import Platform
from headwater.cli.answers import Answers
from headwater.config import load_settings
from headwater.errors import Locked

EVENT = {
    "eventType": "COMPLETE",
    "eventTime": "2026-01-02T03:04:05Z",
    "producer": "https://example.com/test",
    "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
    "run": {"runId": "01890a5d-ac96-774b-bcce-b302099a8057"},
    "job": {"namespace": "elsewhere", "name": "copy"},
    "inputs": [{"namespace": "elsewhere", "name": "a"}],
    "outputs": [{"namespace": "elsewhere", "name": "b"}],
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def lineage_of(answers: Answers) -> Any:
    return answers.get("/api/v2/lineage", node="dataset:elsewhere:b", direction="up")


def test_what_was_acknowledged_is_there_after_a_restart(data: Path) -> None:
    with Platform.open(load_settings(data=data)) as platform:
        answers = Answers(inside_exchange(platform.application))
        answers.post("/ingest", {"source": "a", "data": {"n": 1}})
        answers.post("/api/v1/lineage", EVENT)
        before = lineage_of(answers)
    with Platform.open(load_settings(data=data)) as platform:
        answers = Answers(inside_exchange(platform.application))
        assert lineage_of(answers) == before
        assert [one["records"] for one in answers.post("/api/v2/seal")["segments"]] == [1]


def test_a_rebuild_changes_no_answer(data: Path) -> None:
    with Platform.open(load_settings(data=data)) as platform:
        answers = Answers(inside_exchange(platform.application))
        answers.post("/api/v1/lineage", EVENT)
        before, dump = lineage_of(answers), platform.lineage.store.dump()
        assert answers.post("/api/v2/rebuild") == {"entries": 1}
        assert lineage_of(answers) == before
        assert platform.lineage.store.dump() == dump


def test_a_second_owner_is_refused_and_told_who_the_first_is(data: Path) -> None:
    settings = load_settings(data=data)
    with (
        Platform.open(settings, url="http://127.0.0.1:5000"),
        pytest.raises(Locked, match=r"http://127\.0\.0\.1:5000"),
        Platform.open(settings),
    ):
        pass


def test_health_names_every_part_and_runs_none_of_them(data: Path) -> None:
    with Platform.open(load_settings(data=data)) as platform:
        found = Answers(inside_exchange(platform.application)).get("/api/v1/health")
    assert found["status"] == "ok"
    assert found["parts"] == {
        "ingest": "ready",
        "lineage": "ready on SQLite",
        "sql": "idle",
        "pipelines": "idle",
        "telemetry": "idle",
    }


def test_a_setting_that_is_wrong_is_named_as_its_variable(
    monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    from headwater.errors import Invalid

    monkeypatch.setenv("HEADWATER_INGEST__SEAL_SECONDS", "soon")
    with pytest.raises(Invalid, match="HEADWATER_INGEST__SEAL_SECONDS"):
        load_settings(data=data)


def test_settings_in_json_reach_nested_values(monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    join = {"name": "j", "left": "a", "right": "b", "on": {"x": "y"}, "columns": ["z"]}
    monkeypatch.setenv("HEADWATER_JOBS__JOINS", json.dumps([join]))
    assert load_settings(data=data).jobs.joins[0].on == {"x": "y"}
