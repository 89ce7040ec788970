from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

NOW = datetime(2026, 11, 21, 2, 29, tzinfo=UTC)
KINDS = ("lineage-events", "jobs", "datasets", "sources")


def run_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def ago(**past: float) -> str:
    return (NOW - timedelta(**past)).isoformat()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("period", "entries"), [("DAY", 24), ("day", 24), ("WEEK", 7)])
def test_periods_have_their_number_of_entries(
    server: Any, kind: str, period: str, entries: int
) -> None:
    found = server.get(f"/api/v1/stats/{kind}", period=period, timezone="UTC").json()
    assert len(found) == entries
    ends = [item["endInterval"] for item in found]
    assert [item["startInterval"] for item in found[1:]] == ends[:-1]
    assert ends[-1] == ("2026-11-21T03:00:00Z" if entries == 24 else "2026-11-22T00:00:00Z")


def test_event_counts_are_live_and_by_type(server: Any, event: Any) -> None:
    def hours() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = server.get("/api/v1/stats/lineage-events?period=DAY").json()
        return found

    assert sum(hour["start"] for hour in hours()) == 0
    server.post(
        event("START", run=1, at=ago(hours=3)),
        event("RUNNING", run=1, at=ago(hours=3, minutes=-1)),
        event("COMPLETE", run=1, at=ago(minutes=5)),
        event("FAIL", run=2, at=ago(minutes=4)),
        event("ABORT", run=3, at=ago(minutes=3)),
        event("COMPLETE", run=4, at=ago(hours=30)),
    )
    after = hours()
    assert [h["start"] for h in after if h["start"]] == [1]
    assert {n: after[-1][n] for n in ("fail", "start", "complete", "abort")} == {
        "fail": 1,
        "start": 0,
        "complete": 1,
        "abort": 1,
    }
    assert sum(h["complete"] for h in after) == 1


def test_counts_of_things_grow_with_what_is_known(server: Any, event: Any) -> None:
    place = {"dataSource": {"name": "dock", "uri": "postgres://dock"}}
    server.post(
        event(job="old", run=1, at=ago(days=3), outputs=("a",)),
        event(
            job="new",
            run=2,
            at=ago(hours=1),
            outputs=({"namespace": "ns", "name": "b", "facets": place},),
        ),
    )
    for kind in ("jobs", "datasets", "sources"):
        counts = [
            item["count"]
            for item in server.get(f"/api/v1/stats/{kind}?period=WEEK&timezone=UTC").json()
        ]
        assert counts == [0, 0, 0, 1, 1, 1, 2], kind


def test_days_begin_at_midnight_of_the_time_zone(server: Any) -> None:
    found = server.get("/api/v1/stats/jobs", period="WEEK", timezone="Europe/Berlin").json()
    assert found[-1]["startInterval"] == "2026-11-20T23:00:00Z"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "query",
    ["", "period=MONTH", "timezone=UTC", "period=WEEK&timezone=Mars/Base"],
)
def test_wrong_period_or_zone_is_a_wrong_request(server: Any, kind: str, query: str) -> None:
    answer = server.get(f"/api/v1/stats/{kind}?{query}")
    assert answer.status_code == 400
    assert answer.json()["code"] == 400
    assert answer.json()["message"]


def test_runs_upstream_are_those_that_wrote_what_was_read(server: Any, event: Any) -> None:
    server.post(
        event(job="pick", run=1, at="2026-03-01T08:00:00Z", outputs=("apples",)),
        event(job="fill", run=2, at="2026-03-01T09:00:00Z", inputs=("apples",), outputs=("pan",)),
        event(job="bake", run=3, at="2026-03-01T10:00:00Z", inputs=("pan", "oven")),
        event(job="pick", run=4, at="2026-03-01T11:00:00Z", outputs=("apples",)),
    )
    found = server.get(f"/api/v1/runlineage/upstream?runId={run_id(3)}").json()["runs"]
    assert [item["job"]["name"] for item in found] == ["bake", "fill", "pick"]
    made_by = {i["name"]: i["producedByRunId"] for item in found for i in item["inputs"]}
    assert made_by == {"pan": run_id(2), "oven": None, "apples": run_id(1)}
    assert found[0]["run"]["status"] == "COMPLETED"
    for item in found:
        for used in item["inputs"]:
            target = f"/api/v1/namespaces/ns/datasets/{used['name']}/versions/{used['version']}"
            assert server.get(target).status_code == 200
    near = server.get(f"/api/v1/runlineage/upstream?runId={run_id(3)}&depth=1").json()["runs"]
    assert [item["run"]["id"] for item in near] == [run_id(3), run_id(2)]


def test_runs_upstream_leave_out_what_is_deleted(server: Any, event: Any) -> None:
    server.post(
        event(job="pick", run=1, at="2026-03-01T08:00:00Z", outputs=("apples",)),
        event(job="tap", run=2, at="2026-03-01T08:00:00Z", outputs=("water",)),
        event(job="melt", run=3, at="2026-03-01T08:00:00Z", outputs=("sugar",)),
        event(job="fill", run=4, at="2026-03-01T09:00:00Z", inputs=("apples", "water", "sugar")),
    )
    server.send("DELETE", "/api/v1/namespaces/ns/datasets/water")
    server.send("DELETE", "/api/v1/namespaces/ns/jobs/melt")
    found = server.get(f"/api/v1/runlineage/upstream?runId={run_id(4)}").json()["runs"]
    assert [item["job"]["name"] for item in found] == ["fill", "pick"]
    assert [used["name"] for used in found[0]["inputs"]] == ["apples", "sugar"]


def test_run_that_reads_what_it_writes_is_listed_once(server: Any, event: Any) -> None:
    server.post(
        event(job="merge", run=1, at="2026-03-01T08:00:00Z", inputs=("t",), outputs=("t",)),
        event(job="merge", run=2, at="2026-03-01T09:00:00Z", inputs=("t",), outputs=("t",)),
    )
    found = server.get(f"/api/v1/runlineage/upstream?runId={run_id(2)}").json()["runs"]
    assert [item["run"]["id"] for item in found] == [run_id(2), run_id(1)]


def test_events_are_found_where_the_python_client_asks(server: Any, event: Any) -> None:
    other = event(job="k", run=2, at="2026-03-01T09:00:00Z")
    other["job"]["namespace"] = "s3://lake"
    server.post(event(run=1), other)
    everything = server.get("/api/v1/events?limit=10").json()
    assert everything["totalCount"] == 2
    assert everything == server.get("/api/v1/events/lineage?limit=10").json()
    for target in ("/api/v1/events/s3%3A%2F%2Flake", "/api/v1/events/s3://lake"):
        found = server.get(target).json()
        assert (found["totalCount"], found["events"]) == (1, [json.loads(json.dumps(other))])
