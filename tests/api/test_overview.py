"""The answers behind the first page, the pages about ingest and those about events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from headwater.app.inside import inside_exchange
from headwater.app.platform import Platform
from headwater.config import load_settings
from tests.shapes import check_shape

RUN = "01a1fb67-1800-7de6-80de-0d1c32a0395a"
SCHEMA = {"type": "object", "properties": {"celsius": {"type": "number"}}}


class Asked:
    """A platform that is asked; every answer must be what its route declares."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self._exchange = inside_exchange(platform.application)

    def __call__(self, target: str, body: Any = None, *, method: str = "") -> Any:
        method = method or ("GET" if body is None else "POST")
        sent = b"" if body is None else json.dumps(body).encode()
        reply = self._exchange(method, target, sent, {"Content-Type": "application/json"})
        check_shape(self.platform.application, method, target, reply)
        said = json.loads(reply.body) if reply.body else None
        assert reply.status < 300, said
        return said


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Asked]:
    with Platform.open(load_settings(data=tmp_path / "data")) as platform:
        yield Asked(platform)


def event(type_: str, *, ago: timedelta = timedelta(minutes=5), **more: Any) -> dict[str, Any]:
    return {
        "eventType": type_,
        "eventTime": (datetime.now(UTC) - ago).isoformat(),
        "producer": "https://a.example",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": RUN},
        "job": {"namespace": "shop", "name": "load_all"},
        "inputs": [{"namespace": "shop", "name": "orders"}],
        "outputs": [{"namespace": "shop", "name": "revenue"}],
        **more,
    }


def kinds(overview: Any) -> list[str]:
    return [one["kind"] for one in overview["findings"]]


def test_an_empty_lake_is_empty_and_well(ask):
    found = ask("/api/v2/overview")
    assert not any(found[name] for name in ("has_records", "has_lineage", "has_telemetry"))
    assert (found["findings"], found["freshness"], found["ingest"]["last_day"]) == ([], [], 0)


def test_what_is_wrong_is_found_the_worst_first(ask):
    ask("/api/v2/schemas?source=sensors", SCHEMA)
    ask("/ingest/sensors", [{"celsius": 1}, {"celsius": 2}, {"celsius": "hot"}])
    ask("/api/v1/lineage", event("FAIL"))
    found = ask("/api/v2/overview")
    assert kinds(found) == ["failing_job", "quarantine"]
    assert found["findings"][0]["subject"] == {"namespace": "shop", "name": "load_all"}
    assert found["findings"][0]["run"] == RUN
    assert found["ingest"]["last_hour"] == 2
    assert found["ingest"]["rejected_last_day"] == 1
    assert found["changes"]["datasets_came"]["count"] == 2


def test_an_answer_that_is_kept_is_not_older_than_the_log(ask):
    ask("/api/v1/lineage", event("FAIL"))
    assert kinds(ask("/api/v2/overview")) == ["failing_job"]
    done = event("COMPLETE", ago=timedelta(0), run={"runId": RUN[:-1] + "b"})
    ask("/api/v1/lineage", done)
    assert kinds(ask("/api/v2/overview")) == []


def test_changes_are_of_the_hours_that_are_asked_for(ask):
    ask("/api/v1/lineage", event("COMPLETE", ago=timedelta(hours=30)))
    assert ask("/api/v2/overview")["changes"]["datasets_came"]["count"] == 0
    assert ask("/api/v2/overview?hours=48")["changes"]["datasets_came"]["count"] == 2


def test_the_verdict_is_of_a_day_whatever_changes_are_shown(ask):
    def schema(*names: str) -> list[dict[str, Any]]:
        fields = [{"name": name, "type": "int"} for name in names]
        output = {"namespace": "shop", "name": "revenue", "facets": {"schema": {"fields": fields}}}
        return [output]

    def sent(hours: int, last: str, *names: str) -> None:
        run = {"runId": RUN[:-1] + last}
        done = event("COMPLETE", ago=timedelta(hours=hours), run=run, outputs=schema(*names))
        ask("/api/v1/lineage", done)

    sent(72, "b", "a", "b", "c")
    sent(48, "c", "a", "b")
    assert kinds(ask("/api/v2/overview?hours=168")) == []
    sent(4, "d", "a")
    for hours in (1, 24, 168):
        assert kinds(ask(f"/api/v2/overview?hours={hours}")) == ["breaking_change"]


def test_a_source_counts_what_is_not_sealed(ask):
    ask("/ingest/sensors", [{"celsius": 1}, {"celsius": 2}])
    (line,) = ask("/api/v2/sources")["sources"]
    assert (line["records"], line["unsealed"], line["accepted_last_hour"]) == (0, 2, 2)
    assert line["received_at"] is not None
    assert sum(ask("/api/v2/sources/rate?name=sensors")["accepted"]) == 2
    assert sum(ask("/api/v2/sources/rate?name=nobody")["accepted"]) == 0
    ask("/api/v2/seal", method="POST")
    detail = ask("/api/v2/sources/source?name=sensors")
    assert (detail["source"]["records"], detail["source"]["unsealed"]) == (2, 0)
    assert [one["records"] for one in detail["segments"]] == [2]
    assert detail["versions"][0]["proposed"] is True
    assert detail["tables"] == ["raw.sensors", "processed.sensors"]


def test_the_rate_goes_on_over_a_restart(tmp_path):
    for _ in range(2):
        with Platform.open(load_settings(data=tmp_path / "data")) as platform:
            ask = Asked(platform)
            ask("/api/v2/schemas?source=sensors", SCHEMA)
            ask("/ingest/sensors", [*[{"celsius": 1}] * 3, {"celsius": "hot"}])
            ask("/api/v2/seal", method="POST")
            rate = ask("/api/v2/sources/rate")
            nobody = ask("/api/v2/sources/rate?name=nobody")
            (line,) = ask("/api/v2/sources")["sources"]
            overview = ask("/api/v2/overview")
    assert (sum(rate["accepted"]), line["accepted_last_hour"]) == (6, 6)
    assert (sum(rate["rejected"]), line["rejected_last_hour"]) == (2, 2)
    assert overview["ingest"]["rejected_last_day"] == 2
    assert sum(nobody["rejected"]) == 0


def test_records_are_found_and_replayed_by_their_reason(ask):
    ask("/api/v2/schemas?source=sensors", {**SCHEMA, "required": ["room"]})
    hot = [{"room": "a", "celsius": word} for word in ("hot", "warm")]
    ask("/ingest/sensors", [*hot, {"celsius": 1}, {"celsius": 2}, {"celsius": 3}])
    found = ask("/api/v2/quarantine/reasons")
    assert [(one["path"], one["records"]) for one in found["reasons"]] == [("", 3), ("/celsius", 2)]
    reason = found["reasons"][1]["id"]
    page = ask(f"/api/v2/quarantine?reason={reason}")
    assert [json.loads(one["data"])["celsius"] for one in page["records"]] == ["hot", "warm"]
    done = ask(f"/api/v2/quarantine/replay-all?reason={reason}", method="POST")
    assert (done["accepted"], done["rejected"]) == (0, 2)
    key = page["records"][0]["key"]
    ask(f"/api/v2/quarantine/fix?key={key}", {"room": "a", "celsius": 20})
    assert ask("/api/v2/quarantine/reasons")["waiting"] == 4


def test_events_are_paged_and_filtered(ask):
    for type_ in ("START", "RUNNING", "COMPLETE"):
        ask("/api/v1/lineage", event(type_))
    other = event("FAIL", job={"namespace": "shop", "name": "other"})
    ask("/api/v1/lineage", {**other, "producer": "https://b.example", "run": {"runId": RUN[::-1]}})
    first = ask("/api/v2/events/page?limit=3")
    assert [one["sequence"] for one in first["events"]] == [4, 3, 2]
    rest = ask(f"/api/v2/events/page?limit=3&after={first['next']}")
    assert ([one["sequence"] for one in rest["events"]], rest["next"]) == ([1], None)

    def sequences(query: str) -> list[int]:
        found = ask(f"/api/v2/events/page?{query}")
        assert not found["partial"]
        return [one["sequence"] for one in found["events"]]

    assert sequences("order=oldest") == [1, 2, 3, 4]
    assert sequences("order=oldest&after=2") == [3, 4]
    assert sequences("type=FAIL") == [4]
    assert sequences("job=OAD_all") == [3, 2, 1]
    assert sequences("job=o%25d") == []
    assert sequences("producer=https%3A%2F%2Fb.example") == [4]
    assert sequences("kind=dataset") == []
    assert sequences("since=2999-01-01T00:00:00Z") == []


def test_an_event_comes_with_what_is_off_in_it(ask):
    ask("/api/v1/lineage", event("COMPLETE", eventTime="yesterday"))
    detail = ask("/api/v2/events/entry?sequence=1")
    assert json.loads(detail["body"])["eventTime"] == "yesterday"
    assert "/eventTime" in [one["path"] for one in detail["findings"]]
    assert detail["event"]["errors"] + detail["event"]["warnings"] > 0
    (producer,) = ask("/api/v2/conformance")["producers"]
    assert producer["producer"] == "https://a.example"


def test_what_people_do_is_in_the_log_too(ask):
    ask("/api/v1/lineage", event("COMPLETE"))
    ask("/api/v1/namespaces/shop/datasets/revenue", method="DELETE")
    (line,) = ask("/api/v2/events/page?kind=command")["events"]
    assert (line["type"], line["principal"]) == ("delete", "local")
    assert line["dataset"] == {"namespace": "shop", "name": "revenue"}
    assert ask(f"/api/v2/events/entry?sequence={line['sequence']}")["findings"] == []
    found = ask("/api/v2/overview")["changes"]
    assert found["datasets_went"]["names"] == [{"namespace": "shop", "name": "revenue"}]
