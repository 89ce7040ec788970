"""What Marquez's writes promise beyond what was recorded of them."""

from __future__ import annotations

import gzip
import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

RUN = "00000000-0000-4000-8000-0000000000aa"
DATASET = {"type": "DB_TABLE", "physicalName": "p", "sourceName": "src", "fields": [{"name": "f"}]}
JOB = {"type": "BATCH", "inputs": [], "outputs": []}
SPACE = "/api/v1/namespaces/ns"


def _ask(server: Any, method: str, path: str, body: Any = None, **more: Any) -> Any:
    answer = server.send(method, path, json=body, **more)
    assert answer.status_code in (200, 201), (path, answer.text)
    return answer.json()


@pytest.fixture
def desk(server: Any) -> Any:
    """A server with a namespace, a source, a dataset and a job."""
    _ask(server, "PUT", SPACE, {"ownerName": "me"})
    _ask(server, "PUT", "/api/v1/sources/src", {"type": "T", "connectionUrl": "x:y"})
    _ask(server, "PUT", f"{SPACE}/datasets/d", DATASET)
    _ask(server, "PUT", f"{SPACE}/jobs/j", JOB)
    return server


def test_equal_puts_are_two_so_that_the_second_brings_back(desk: Any) -> None:
    for path, body in ((f"{SPACE}/datasets/d", DATASET), (f"{SPACE}/jobs/j", JOB)):
        _ask(desk, "DELETE", path)
        assert desk.get(path).status_code == 404
        _ask(desk, "PUT", path, body)
        assert desk.get(path).status_code == 200


def test_equal_transition_brings_a_deleted_job_back(desk: Any) -> None:
    _ask(desk, "POST", f"{SPACE}/jobs/j/runs", {"id": RUN})
    start = f"/api/v1/jobs/runs/{RUN}/start?at=2026-03-02T06:01:00Z"
    _ask(desk, "POST", start)
    _ask(desk, "DELETE", f"{SPACE}/jobs/j")
    _ask(desk, "POST", start)
    assert _ask(desk, "GET", f"{SPACE}/jobs/j")["latestRun"]["state"] == "RUNNING"


def test_plus_sign_of_a_time_may_have_become_a_space(desk: Any) -> None:
    _ask(desk, "POST", f"{SPACE}/jobs/j/runs", {"id": RUN})
    at = f"/api/v1/jobs/runs/{RUN}/start?at=2026-03-02T06:01:00+02:00"
    assert _ask(desk, "POST", at)["startedAt"] == "2026-03-02T04:01:00Z"


def test_tag_taken_away_is_given_again_by_the_next_put(desk: Any) -> None:
    tagged = {**DATASET, "tags": ["gold"], "fields": [{"name": "f", "tags": ["pii"]}]}
    path = f"{SPACE}/datasets/d"
    assert _ask(desk, "PUT", path, tagged)["tags"] == ["gold"]
    _ask(desk, "DELETE", f"{path}/tags/gold")
    assert _ask(desk, "DELETE", f"{path}/fields/f/tags/pii")["fields"][0]["tags"] == []
    again = _ask(desk, "PUT", path, tagged)
    assert (again["tags"], again["fields"][0]["tags"]) == (["gold"], ["PII"])


def test_tag_of_an_event_is_taken_away_for_good(desk: Any) -> None:
    facets = {"tags": {"tags": [{"key": "daily", "value": "1"}]}}
    for at in ("2026-11-21T01:00:00Z", "2026-11-21T02:00:00Z"):
        dataset = {"namespace": "ns", "name": "d", "facets": facets}
        desk.post({"eventTime": at, "producer": "urn:test", "dataset": dataset})
        found = _ask(desk, "GET", f"{SPACE}/datasets/d")["tags"]
        assert found == (["daily"] if at.endswith("01:00:00Z") else [])
        _ask(desk, "DELETE", f"{SPACE}/datasets/d/tags/daily")


def test_what_a_put_leaves_out_is_gone_but_for_tags(desk: Any) -> None:
    path = f"{SPACE}/datasets/d"
    whole = {**DATASET, "description": "text", "tags": ["gold"]}
    assert _ask(desk, "PUT", path, whole)["description"] == "text"
    less = {name: DATASET[name] for name in ("type", "physicalName", "sourceName")}
    found = _ask(desk, "PUT", path, less)
    assert (found["description"], found["fields"], found["tags"]) == (None, [], ["gold"])


def test_every_put_says_in_the_log_who_asked_for_it(desk: Any) -> None:
    _ask(desk, "POST", f"{SPACE}/jobs/j/runs", {"id": RUN})
    (event,) = _ask(desk, "GET", "/api/v1/events/lineage")["events"]
    assert event["headwater"]["principal"] == "local"


def test_run_writes_the_dataset_that_names_it(desk: Any) -> None:
    _ask(desk, "POST", f"{SPACE}/jobs/j/runs", {"id": RUN})
    _ask(desk, "PUT", f"{SPACE}/datasets/d", {**DATASET, "runId": RUN})
    newest = _ask(desk, "GET", f"{SPACE}/datasets/d/versions")["versions"][0]
    assert newest["createdByRun"]["id"] == RUN
    (output,) = _ask(desk, "GET", f"/api/v1/jobs/runs/{RUN}")["outputDatasetVersions"]
    assert output["datasetVersionId"]["version"] == newest["version"]


@pytest.mark.parametrize("name", ["s3://b/ü", "a b", "%2F", "x?y#z", "名前"])
def test_any_name_is_declared_and_found_under_it(desk: Any, name: str) -> None:
    segment = quote(name, safe="")
    assert _ask(desk, "PUT", f"/api/v1/namespaces/{segment}", {"ownerName": "o"})["name"] == name
    for kind, body in (("datasets", DATASET), ("jobs", JOB)):
        made = _ask(desk, "PUT", f"/api/v1/namespaces/{segment}/{kind}/{segment}", body)
        assert made["id"] == {"namespace": name, "name": name}
    assert _ask(desk, "PUT", f"/api/v1/tags/{segment}", {"description": name})["name"] == name


def test_bytes_that_are_no_utf8_name_nothing(desk: Any) -> None:
    assert desk.send("PUT", "/api/v1/tags/a%FFb", json={}).status_code == 404


def test_body_may_be_gzipped_and_holds_numbers_for_texts(desk: Any) -> None:
    body = gzip.compress(json.dumps({"ownerName": 7, "description": True}).encode())
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    answer = desk.send("PUT", SPACE, content=body, headers=headers)
    assert (answer.json()["ownerName"], answer.json()["description"]) == ("7", "true")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "there is none"),
        (b"[]", "must be a JSON object"),
        (b"{", "not JSON"),
        (b'{"ownerName": {}}', "ownerName must be a string"),
        (b'{"ownerName": " "}', "ownerName must not be blank"),
        (b"\xff", "not UTF-8"),
        (b"[" * 100_000, "too deep"),
    ],
)
def test_wrong_body_is_400_with_what_is_wrong(desk: Any, body: bytes, message: str) -> None:
    answer = desk.send("PUT", SPACE, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.json()["code"] == answer.status_code
    assert message in answer.json()["message"]


def test_wrong_method_and_media_type_are_answered_in_the_same_shape(desk: Any) -> None:
    headers = {"Content-Type": "text/plain"}
    answers = (
        desk.send("PUT", SPACE, content=b"{}", headers=headers),
        desk.send("PATCH", SPACE, json={}),
    )
    assert [(a.status_code, a.json()) for a in answers] == [
        (415, {"code": 415, "message": "HTTP 415 Unsupported Media Type"}),
        (405, {"code": 405, "message": "HTTP 405 Method Not Allowed"}),
    ]


_LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
_VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)
_MEMBERS = st.sampled_from(
    [
        *("ownerName", "description", "type", "connectionUrl", "physicalName", "sourceName"),
        *("fields", "tags", "runId", "schemaLocation", "inputs", "outputs", "location"),
        *("id", "nominalStartTime", "nominalEndTime", "args"),
    ]
)
_ROUTES = st.sampled_from(
    [
        *(("PUT", SPACE), ("PUT", "/api/v1/sources/src"), ("PUT", "/api/v1/tags/t")),
        *(("PUT", f"{SPACE}/datasets/d"), ("PUT", f"{SPACE}/jobs/j")),
        ("POST", f"{SPACE}/jobs/j/runs"),
    ]
)


@given(route=_ROUTES, members=st.dictionaries(_MEMBERS, _VALUES), good=st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_body_makes_the_server_fail(desk: Any, route: Any, members: Any, good: bool) -> None:
    body = {**DATASET, **JOB, **members} if good else members
    headers = {"Content-Type": "application/json"}
    answer = desk.send(*route, content=json.dumps(body), headers=headers)
    assert answer.status_code < 500, (route, body, answer.text)
    if answer.status_code >= 400:
        assert answer.json()["code"] == answer.status_code
    assert desk.get(f"{SPACE}/datasets/d").status_code == 200
    assert desk.get(f"{SPACE}/jobs/j").status_code == 200


def test_version_that_a_run_read_can_be_looked_up(desk: Any) -> None:
    reads = {**JOB, "inputs": [{"namespace": "ns", "name": "d"}]}
    _ask(desk, "PUT", f"{SPACE}/jobs/j", reads)
    (read,) = _ask(desk, "POST", f"{SPACE}/jobs/j/runs", {"id": RUN})["inputDatasetVersions"]
    version = read["datasetVersionId"]["version"]
    assert _ask(desk, "GET", f"{SPACE}/datasets/d/versions/{version}")["version"] == version
