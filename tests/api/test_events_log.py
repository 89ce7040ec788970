"""The log over HTTP: streamed out in pages, taken in by administrators."""

from __future__ import annotations

import gzip
import json

import pytest

from headwater.app.inside import inside_exchange
from headwater.app.platform import Platform
from headwater.config import load_settings


def _event(number):
    job = {"namespace": "ns", "name": f"j{number}"}
    return {"eventTime": f"2026-06-01T10:00:{number:02}Z", "job": job}


@pytest.fixture
def ask(tmp_path):
    with Platform.open(load_settings(data=tmp_path / "data")) as platform:
        exchange = inside_exchange(platform.application)

        def call(method, path, body=b"", **headers):
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return exchange(method, path, body, named)

        yield call


def _lines(reply):
    assert (reply.status, reply.headers["content-type"]) == (200, "application/x-ndjson")
    return [json.loads(line) for line in reply.body.splitlines()]


def test_the_log_is_streamed_in_order_and_in_parts(ask):
    sent = [_event(n) for n in range(5)]
    ask("POST", "/api/v1/lineage", json.dumps(sent).encode())
    assert _lines(ask("GET", "/api/v2/events?bare=true")) == sent
    part = _lines(ask("GET", "/api/v2/events?after=1&limit=2"))
    assert [line["_headwater"]["sequence"] for line in part] == [2, 3]
    assert [line["job"]["name"] for line in part] == ["j1", "j2"]
    assert _lines(ask("GET", "/api/v2/events?after=5")) == []
    assert json.loads(ask("GET", "/api/v2/events/count?after=3").body) == {"entries": 2}


@pytest.mark.parametrize("path", ["?after=-1", "?limit=0", "?limit=x", "/count?after=x"])
def test_a_wrong_question_is_named(ask, path):
    assert ask("GET", f"/api/v2/events{path}").status == 422


def test_more_than_a_page_comes_whole(ask, monkeypatch):
    monkeypatch.setattr("headwater.api.events._PAGE", 2)
    ask("POST", "/api/v1/lineage", json.dumps([_event(n) for n in range(7)]).encode())
    assert len(_lines(ask("GET", "/api/v2/events"))) == 7
    assert len(_lines(ask("GET", "/api/v2/events?limit=5"))) == 5


@pytest.mark.parametrize("form", ["array", "lines", "gzip", "one"])
def test_an_import_takes_every_form(ask, form):
    events = [_event(n) for n in range(1 if form == "one" else 3)]
    body = b"\n".join(json.dumps(event).encode() for event in events)
    if form == "array":
        body = json.dumps(events, indent=1).encode()
    elif form == "gzip":
        body = gzip.compress(body)
    reply = ask("POST", "/api/v2/events/import", body)
    assert json.loads(reply.body) == {
        "received": len(events),
        "new": len(events),
        "known": 0,
        "failed": [],
    }
    again = json.loads(ask("POST", "/api/v2/events/import", body).body)
    assert (again["new"], again["known"]) == (0, len(events))


def test_an_import_is_for_administrators_and_an_export_for_readers(tmp_path):
    settings = load_settings(data=tmp_path / "data")
    with Platform.open(settings, url="http://127.0.0.1:1") as platform:
        exchange = inside_exchange(platform.application)

        def secret_of(name, role, headers):
            body = json.dumps({"name": name, "role": role}).encode()
            sent = {"content-type": "application/json", **headers}
            found = json.loads(exchange("POST", "/api/v2/tokens", body, sent).body)
            return {"authorization": f"Bearer {found['secret']}"}

        admin = secret_of("boss", "admin", {})
        writer = secret_of("writer", "writer", admin)
        body = json.dumps(_event(1)).encode()
        statuses = [
            exchange("POST", "/api/v2/events/import", body, headers).status
            for headers in ({}, writer, admin)
        ]
        assert statuses == [401, 403, 200]
        assert exchange("GET", "/api/v2/events", b"", writer).status == 200
        assert exchange("GET", "/api/v2/events", b"", {}).status == 401


def test_old_runs_are_cut_and_the_cut_is_in_the_log(ask):
    def run(day):
        return {
            "eventType": "COMPLETE",
            "eventTime": f"2026-06-{day:02}T10:00:00Z",
            "run": {"runId": f"00000000-0000-4000-8000-{day:012}"},
            "job": {"namespace": "ns", "name": "j"},
        }

    ask("POST", "/api/v1/lineage", json.dumps([run(day) for day in (1, 2, 3)]).encode())
    path = "/api/v2/events/cut?before=2026-06-30T02:00:00%2B02:00"
    time = "2026-06-30T00:00:00Z"
    assert json.loads(ask("POST", f"{path}&trial=true").body) == {
        "before": time,
        "entries": 2,
        "trial": True,
    }
    assert json.loads(ask("POST", path).body) == {"before": time, "entries": 2, "trial": False}
    entry, command = _lines(ask("GET", "/api/v2/events"))
    assert entry["run"]["runId"].endswith("3")
    assert command["_headwater"]["principal"] == "local"
    runs = json.loads(ask("GET", "/api/v2/runs").body)["runs"]
    assert [one["id"][-1] for one in runs] == ["3"]
    assert ask("POST", "/api/v2/events/cut?before=yesterday").status == 422
