"""Pipelines are listed, started, followed and stopped over HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest

from headwater.api.pipelines import pipelines_router
from tests.flow.conftest import executor_of, told  # noqa: F401  # fixtures
from tests.flow.test_executor import numbers


@pytest.fixture
def executor(executor_of: Any) -> Any:  # noqa: F811
    return executor_of(numbers())


@pytest.fixture
def call(calling: Any, executor: Any) -> Any:
    return calling(pipelines_router(lambda: executor))


def ask(
    call: Any, method: str, path: str, body: Any = b"", status: int = 200, **headers: str
) -> Any:
    reply = call(method, f"/api/v1/pipeline{path}", body, headers=headers)
    assert reply.status == status, reply.body
    return json.loads(reply.body)


def test_pipeline_is_listed_started_and_followed_to_its_end(call, executor) -> None:
    (listed,) = ask(call, "GET", "")["pipelines"]
    assert listed["parameters"]["count"]["is_required"] is False
    assert [stage["kind"] for stage in listed["stages"]] == ["extract", "transform", "load"]
    reply = call(
        "POST", "/api/v1/pipeline/run", {"pipeline": "numbers", "parameters": {"count": 5}}
    )
    started = json.loads(reply.body)
    assert reply.status == 202
    assert reply.headers["location"] == f"/api/v1/pipeline/run/{started['id']}"
    executor.wait(started["id"])
    run = ask(call, "GET", f"/run/{started['id']}")
    assert (run["state"], run["records"]) == (
        "COMPLETED",
        {"read": 5, "written": 4, "rejected": 1},
    )
    assert run["stages"][0]["columns"] == [{"name": "n", "type": "int64"}]
    assert run["links"]["lineage"] == f"/api/v2/runs/{run['id']}"
    assert [one["id"] for one in ask(call, "GET", "/run")["runs"]] == [run["id"]]
    assert ask(call, "GET", "/run?pipeline=other")["runs"] == []
    assert ask(call, "POST", f"/run/{run['id']}/cancel")["state"] == "COMPLETED"


def test_same_key_returns_the_same_run(call) -> None:
    body = {"pipeline": "numbers"}
    key = {"Idempotency-Key": "k"}
    first = ask(call, "POST", "/run", body, 202, **key)
    assert ask(call, "POST", "/run", body, 202, **key)["id"] == first["id"]
    other = {"pipeline": "numbers", "parameters": {"count": 9}}
    assert ask(call, "POST", "/run", other, 409, **key)["status"] == 409


@pytest.mark.parametrize(
    ("body", "status", "path"),
    [
        ({}, 422, "/pipeline"),
        ({"pipeline": 7}, 422, "/pipeline"),
        ({"pipeline": "numbers", "parameters": []}, 422, "/parameters"),
        ({"pipeline": "numbers", "parameters": {"count": "x"}}, 422, "/parameters/count"),
        ({"pipeline": "numbers", "parameters": {"what": 1}}, 422, "/parameters/what"),
        ({"pipeline": "nothing"}, 404, None),
    ],
)
def test_wrong_requests_are_problems_with_their_place(call, body, status, path) -> None:
    problem = ask(call, "POST", "/run", body, status)
    assert problem.get("path") == path


def test_unknown_run_is_a_problem(call) -> None:
    assert ask(call, "GET", "/run/nobody", status=404)["status"] == 404


def test_method_that_there_is_not_is_a_problem_too(call) -> None:
    reply = call("PATCH", "/api/v1/pipeline/run")
    assert (reply.status, reply.headers["content-type"]) == (405, "application/problem+json")
