"""The way back for refused events, as a person goes it."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from headwater.cli.main import app
from headwater.cli.session import Session
from headwater.errors import Malformed, Missing, Unprocessable

EVENT = {"run": {"runId": "r"}, "job": {"namespace": "ns", "name": "j"}}


@pytest.fixture
def run(tmp_path):
    def invoke(*arguments, text=None):
        command = ["--data", str(tmp_path / "data"), "dead-letters", *arguments]
        return CliRunner().invoke(app, command, input=text)

    return invoke


@pytest.fixture
def send(tmp_path):
    def post(body, query=""):
        with Session(data=tmp_path / "data").answers() as answers:
            answers.post_bytes(f"/api/v1/lineage/batch{query}", body, headers={})

    return post


def test_without_any_the_list_says_so(run):
    assert run("list").output == "no refused event waits\n"


def test_look_fix_and_it_is_gone(run, send, tmp_path):
    send(b'{"run": {"runId": "r"}, "job": {"name": "load"}, "password": "p"}')
    found = json.loads(run("list", "--json").stdout)
    (letter,) = found["dead_letters"]
    assert (found["waiting"], letter["path"]) == (1, "/job/namespace")
    shown = run("show", letter["key"]).output
    assert "/job/namespace: job.namespace is missing" in shown
    assert "error: /job/namespace is missing" in shown
    assert '"password":"***"' in shown, "cleaned before it is kept"
    body = json.loads(run("show", letter["key"], "--body").stdout)
    body["job"]["namespace"] = "ns"
    (tmp_path / "fixed.json").write_text(json.dumps(body))
    assert run("fix", letter["key"], str(tmp_path / "fixed.json")).exit_code == 0
    assert json.loads(run("list", "--json").stdout)["waiting"] == 0
    assert isinstance(run("show", letter["key"]).exception, Missing)


def test_what_strict_refused_is_replayed(run, send):
    send(json.dumps([EVENT, EVENT | {"eventType": "start"}]).encode(), "?validate=strict")
    letters = json.loads(run("list", "--json").stdout)["dead_letters"]
    assert len(letters) == 2
    assert "2 events went in, 0 are still wrong" in run("replay", "--all").output


def test_what_is_still_wrong_fails(run, send):
    send(b"{")
    send(b"[1]")
    (one, other) = json.loads(run("list", "--json").stdout)["dead_letters"]
    result = run("replay", "--all")
    assert (result.exit_code, "0 events went in, 2 are" in result.output) == (3, True)
    assert isinstance(run("replay", one["key"]).exception, Malformed | Unprocessable)
    assert run("delete", one["key"]).exit_code == 0
    assert [x["key"] for x in json.loads(run("list", "--json").stdout)["dead_letters"]] == [
        other["key"]
    ]


def test_wrong_use_is_explained(run, tmp_path):
    assert run("replay").exit_code == 2
    assert isinstance(run("fix", "x", str(tmp_path / "none")).exception, Missing)
    assert isinstance(run("list", "--after", "x").exception, Unprocessable)
