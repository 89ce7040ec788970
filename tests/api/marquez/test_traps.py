"""What clients of Marquez trip over, each by its claim, asked of the whole platform."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx
import pytest

Ask = Callable[..., httpx.Response]
NAMES = {"namespace": "shop", "name": "load"}
RUN = "00000000-0000-4000-8000-000000000001"
OPEN_RUN = "00000000-0000-4000-8000-000000000002"


@pytest.fixture(scope="module")
def ask(whole: Ask) -> Ask:
    for sent in (
        _event("START", at="2026-03-01T08:00:00Z"),
        _event("COMPLETE", at="2026-03-01T09:00:00Z"),
        _event("START", at="2026-03-01T10:00:00Z", run=OPEN_RUN, job="open"),
        _event("COMPLETE", at="2026-03-01T10:00:00Z", run=RUN[:-1] + "3", job="bare", io=False),
    ):
        assert whole("POST", "/api/v1/lineage", json=sent).status_code == 201
    return whole


def _event(type_: str, *, at: str, run: str = RUN, job: str = "load", io: bool = True) -> Any:
    dataset = {"namespace": "pg://db:5432", "name": "public.orders"}
    schema = {"schema": {"fields": [{"name": "id", "type": "INT"}]}}
    return {
        "eventType": type_,
        "eventTime": at,
        "producer": "urn:test",
        "run": {"runId": run},
        "job": {"namespace": "shop", "name": job},
        "inputs": [dataset] if io else [],
        "outputs": [{**dataset, "name": "public.sums", "facets": schema}] if io else [],
    }


LISTS = {
    "jobs": "/api/v1/jobs",
    "jobs of a namespace": "/api/v1/namespaces/shop/jobs",
    "runs": "/api/v1/namespaces/shop/jobs/load/runs",
    "job versions": "/api/v1/namespaces/shop/jobs/load/versions",
    "datasets": "/api/v1/namespaces/pg%3A%2F%2Fdb%3A5432/datasets",
    "dataset versions": "/api/v1/namespaces/pg%3A%2F%2Fdb%3A5432/datasets/public.sums/versions",
    "events": "/api/v1/events/lineage",
    "namespaces": "/api/v1/namespaces",
    "sources": "/api/v1/sources",
    "tags": "/api/v1/tags",
}
COUNTED = ("jobs", "jobs of a namespace", "runs", "datasets", "dataset versions", "events")


def _items(answer: httpx.Response) -> list[Any]:
    (items,) = (value for value in answer.json().values() if isinstance(value, list))
    return items


@pytest.mark.parametrize("target", ["/api/v1/lineage", "/api/v1/lineage/"])
def test_event_is_created_with_201_whether_or_not_a_slash_follows(ask: Ask, target: str) -> None:
    sent = _event("COMPLETE", at="2026-03-01T08:00:00Z", run=RUN[:-1] + "9", job="slash")
    answer = ask("POST", target, json=sent)
    assert (answer.status_code, "location" in answer.headers) == (201, False)


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("limit", ["0", "1", "100", "10001", "2147483647"])
def test_lists_take_any_limit(ask: Ask, name: str, limit: str) -> None:
    answer = ask("GET", LISTS[name], params={"limit": limit})
    assert answer.status_code == 200
    assert len(_items(answer)) <= int(limit)


@pytest.mark.parametrize("name", LISTS)
def test_lists_refuse_a_negative_limit_and_a_word_for_a_number(ask: Ask, name: str) -> None:
    negative = ask("GET", LISTS[name], params={"limit": "-1"})
    assert negative.status_code == 400
    assert negative.json() == {"errors": ["query param limit must be greater than or equal to 0"]}
    word = ask("GET", LISTS[name], params={"limit": "many"})
    assert (word.status_code, word.json()["code"]) == (404, 404)


@pytest.mark.parametrize("name", COUNTED)
def test_lists_count_all_whatever_the_page(ask: Ask, name: str) -> None:
    whole = ask("GET", LISTS[name]).json()["totalCount"]
    assert whole > 0
    assert ask("GET", LISTS[name], params={"limit": 0}).json()["totalCount"] == whole
    assert ask("GET", LISTS[name], params={"offset": 10_000}).json()["totalCount"] == whole


def test_nulls_are_explicit_and_arrays_are_arrays(ask: Ask) -> None:
    job = ask("GET", "/api/v1/namespaces/shop/jobs/bare").json()
    nulls = ("parentJobName", "parentJobUuid", "location", "description")
    assert {name: job[name] for name in nulls} == dict.fromkeys(nulls)
    arrays = ("inputs", "outputs", "labels", "tags")
    assert {name: job[name] for name in arrays} == {name: [] for name in arrays}
    assert len(job["latestRuns"]) == 1
    assert (job["facets"], job["latestRun"]["args"]) == ({}, {})
    orders = "/api/v1/namespaces/pg%3A%2F%2Fdb%3A5432/datasets/public.orders"
    dataset = ask("GET", orders).json()
    assert (dataset["tags"], dataset["fields"], dataset["facets"]) == ([], [], {})
    assert (dataset["description"], dataset["columnLineage"]) == (None, None)


def test_dataset_is_deleted_and_namespace_is_hidden_under_those_words(ask: Ask) -> None:
    dataset = ask("GET", f"{LISTS['datasets']}/public.sums").json()
    assert dataset["deleted"] is False
    assert "isDeleted" not in dataset
    assert ask("GET", "/api/v1/namespaces/shop").json()["isHidden"] is False


def test_run_in_flight_has_no_duration(ask: Ask) -> None:
    run = ask("GET", f"/api/v1/jobs/runs/{OPEN_RUN}").json()
    assert (run["state"], run["durationMs"], run["endedAt"]) == ("RUNNING", None, None)
    done = ask("GET", f"/api/v1/jobs/runs/{RUN}").json()
    assert (done["state"], done["durationMs"]) == ("COMPLETED", 3_600_000)


def test_stock_ui_gets_the_types_that_it_knows(ask: Ask) -> None:
    assert ask("GET", "/api/v1/namespaces/shop/jobs/load").json()["type"] == "BATCH"
    assert ask("GET", f"{LISTS['datasets']}/public.sums").json()["type"] == "DB_TABLE"
    assert {one["type"] for one in ask("GET", "/api/v1/sources").json()["sources"]} == {
        "POSTGRESQL"
    }


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("/api/v1/namespaces/none", "Namespace 'none' not found."),
        ("/api/v1/namespaces/shop/jobs/none", "Job 'none' not found."),
        ("/api/v1/namespaces/shop/datasets/none", "Dataset 'none' not found."),
        ("/api/v1/sources/none", "Source 'none' not found."),
        ("/api/v1/jobs/runs/" + RUN[:-1] + "7", f"Run '{RUN[:-1]}7' not found."),
        ("/api/v1/jobs/runs/none", "HTTP 404 Not Found"),
        ("/api/v1/lineage?nodeId=dataset:none:none", None),
    ],
)
def test_what_is_not_there_is_404_in_marquez_shape(
    ask: Ask, target: str, message: str | None
) -> None:
    answer = ask("GET", target)
    assert answer.status_code == 404
    body = answer.json()
    assert (body.keys(), body["code"]) == ({"code", "message"}, 404)
    assert message in (None, body["message"])


@pytest.mark.parametrize(
    ("target", "errors"),
    [
        ("/api/v1/lineage", ["query param nodeId must not be null"]),
        ("/api/v1/column-lineage", ["query param nodeId must not be null"]),
        ("/api/v1/runlineage/upstream", ["query param runId must not be null"]),
        ("/api/v1/search", ["query param q must not be blank"]),
        ("/api/v2beta/search/jobs", ["query param q must not be blank"]),
        (f"/api/v1/jobs/runs/{RUN}/facets", ["query param type must not be null"]),
    ],
)
def test_missing_parameter_is_400_with_a_list_of_errors(
    ask: Ask, target: str, errors: list[str]
) -> None:
    answer = ask("GET", target)
    assert (answer.status_code, answer.json()) == (400, {"errors": errors})


@pytest.mark.parametrize("word", ["desc", "DESC", "Desc"])
def test_words_of_a_query_are_taken_in_any_case(ask: Ask, word: str) -> None:
    assert ask("GET", f"/api/v1/events/lineage?sortDirection={word}").status_code == 200
    assert ask("GET", f"/api/v1/jobs?lastRunStates={'completed' if word == 'desc' else 'FAILED'}")


def test_plus_of_a_time_zone_may_arrive_as_a_space(ask: Ask) -> None:
    targets = (
        f"/api/v1/events/lineage?before=2026-03-01T09:30:00{zone}"
        for zone in ("+00:00", "%2B00:00", " 00:00", "Z")
    )
    answers = [ask("GET", target) for target in targets]
    assert [answer.status_code for answer in answers] == [200] * 4
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["totalCount"] > 0


def test_event_with_odd_members_is_taken(ask: Ask) -> None:
    sent = _event("WHATEVER", at="2026-03-01T08:00:00", run="not-a-uuid", job="odd")
    sent["run"]["facets"] = {"parentRun": {"run": {"runId": RUN}, "job": NAMES}}
    assert ask("POST", "/api/v1/lineage", json=sent).status_code == 201
    del sent["eventType"], sent["run"]["facets"]
    assert ask("POST", "/api/v1/lineage", json=sent).status_code == 201
    job = ask("GET", "/api/v1/namespaces/shop/jobs/load.odd").json()
    assert (job["parentJobName"], job["latestRun"]["state"]) == ("load", "RUNNING")
    named = UUID(bytes=hashlib.md5(b"not-a-uuid").digest(), version=3)
    assert job["latestRun"]["id"] == str(named)  # as java.util.UUID.nameUUIDFromBytes makes it


def test_latest_event_time_wins_for_facets_and_not_the_latest_arrival(ask: Ask) -> None:
    def sent(at: str, text: str) -> Any:
        event = _event("RUNNING", at=at, run=RUN[:-1] + "5", job="late", io=False)
        event["job"]["facets"] = {"documentation": {"description": text}}
        return event

    for at, text in (("2026-03-01T09:00:00Z", "new"), ("2026-03-01T08:00:00Z", "old")):
        ask("POST", "/api/v1/lineage", json=sent(at, text))
    assert ask("GET", "/api/v1/namespaces/shop/jobs/late").json()["description"] == "new"


def test_facets_of_a_run_without_any_are_204(ask: Ask) -> None:
    for kind in ("run", "job", "dataset"):
        answer = ask("GET", f"/api/v1/jobs/runs/{OPEN_RUN}/facets?type={kind}")
        assert (answer.status_code, answer.content) == (204, b"")


def test_deleted_job_is_nowhere_until_it_runs_again(ask: Ask) -> None:
    sent = _event("COMPLETE", at="2026-03-01T08:00:00Z", run=RUN[:-1] + "6", job="gone")
    ask("POST", "/api/v1/lineage", json=sent)
    assert ask("DELETE", "/api/v1/namespaces/shop/jobs/gone").json()["name"] == "gone"
    assert ask("GET", "/api/v1/namespaces/shop/jobs/gone").status_code == 404
    assert "gone" not in [job["name"] for job in _items(ask("GET", "/api/v1/jobs"))]
    assert ask("GET", "/api/v1/search?q=gone").json()["totalCount"] == 0
    assert ask("GET", "/api/v1/lineage?nodeId=job:shop:gone").status_code == 404
    ask("POST", "/api/v1/lineage", json={**sent, "eventTime": "2026-03-02T08:00:00Z"})
    assert ask("GET", "/api/v1/namespaces/shop/jobs/gone").status_code == 200


def test_tags_of_fields_are_in_capitals_and_those_of_datasets_as_given(ask: Ask) -> None:
    dataset = f"{LISTS['datasets']}/public.sums"
    tagged = ask("POST", f"{dataset}/tags/fresh").json()
    assert tagged["tags"] == ["fresh"]
    assert tagged["name"] == "public.sums"
    field = ask("POST", f"{dataset}/fields/id/tags/pii").json()
    assert field["fields"][0]["tags"] == ["PII"]
    assert ask("POST", f"{dataset}/fields/none/tags/pii").status_code == 404


@pytest.mark.parametrize("target", ["/ping", "/healthcheck", "/metrics", "/v2beta/metrics"])
def test_what_marquez_has_on_its_admin_port_is_on_the_one_port(ask: Ask, target: str) -> None:
    assert ask("GET", target).status_code == 200


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("PATCH", "/api/v1/namespaces/shop"),
        ("DELETE", "/api/v1/sources/s"),
        ("PUT", "/api/v1/jobs"),
    ],
)
def test_wrong_method_is_405_in_marquez_shape(ask: Ask, method: str, target: str) -> None:
    answer = ask(method, target, content=json.dumps({}))
    assert answer.status_code == 405
    assert answer.json() == {"code": 405, "message": "HTTP 405 Method Not Allowed"}
    assert answer.headers["allow"]
