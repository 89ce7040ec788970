"""`/api/v2/lineage` with its parameters, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest


def run_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def at(minute: int) -> str:
    return f"2026-03-01T08:{minute:02d}:00Z"


@pytest.fixture
def moved(server: Any, event: Any) -> Any:
    """A job that read a, then b, and runs again reading c."""
    server.post(event("COMPLETE", run=1, at=at(1), inputs=("a",), outputs=("out",)))
    server.post(event("COMPLETE", run=2, at=at(2), inputs=("b",), outputs=("out",)))
    server.post(event("START", run=3, at=at(3), inputs=("c",)))
    return server


def inputs(server: Any, **query: Any) -> list[str]:
    found = server.get("/api/v2/lineage", node="dataset:ns:out", direction="up", **query)
    assert found.status_code == 200, found.text
    return [n["name"] for n in found.json()["nodes"] if n["distance"] < 0 and n["kind"] != "job"]


def test_graph_is_that_of_the_time_asked_for(moved: Any) -> None:
    assert inputs(moved) == ["b", "c"]
    assert inputs(moved, asOf=at(1)) == ["a"]
    assert inputs(moved, asOf="2026-03-01T09:02:30+01:00") == ["b"]
    assert inputs(moved, asOf="2026-02-01") == []


def test_graph_is_what_was_known_then(moved: Any, event: Any) -> None:
    moved.post(event("COMPLETE", run=9, at=at(2), inputs=("late",), outputs=("out",)))
    assert inputs(moved, knownAt=2) == ["b"]
    assert inputs(moved, knownAt="2026-11-21T00:00:00Z") == []
    assert inputs(moved, knownAt="2026-11-22T00:00:00Z") == inputs(moved)


def test_union_shows_all_runs_of_a_window(moved: Any) -> None:
    assert inputs(moved, mode="union") == ["a", "b", "c"]
    assert inputs(moved, mode="union", since=at(2), until=at(2)) == ["b"]
    assert inputs(moved, mode="run", run=run_id(1)) == ["a"]


def test_question_comes_back_with_its_answer(moved: Any) -> None:
    found = moved.get("/api/v2/lineage", node="dataset:ns:out", asOf=at(2), knownAt="2").json()
    assert (found["mode"], found["as_of"], found["known_at"]) == ("current", at(2), 2)
    assert found["unmerged"] == []


def test_runs_are_nodes_with_state_and_times(moved: Any, event: Any) -> None:
    moved.post(event("COMPLETE", job="next", run=4, at=at(9), inputs=("out",), outputs=("top",)))
    found = moved.get("/api/v2/lineage", node=f"run:{run_id(4)}", level="run").json()
    assert [n["id"] for n in found["nodes"]] == [f"run:{run_id(2)}", f"run:{run_id(4)}"]
    assert found["nodes"][0] == {
        "id": f"run:{run_id(2)}",
        "kind": "run",
        "namespace": "ns",
        "name": "j",
        "run": run_id(2),
        "state": "COMPLETED",
        "started_at": None,
        "ended_at": at(2),
        "distance": -1,
    }
    assert found["edges"] == [
        {
            "from": f"run:{run_id(2)}",
            "to": f"run:{run_id(4)}",
            "state": "current",
            "via": [{"namespace": "ns", "name": "out"}],
        }
    ]


def test_groups_say_how_much_is_in_them(moved: Any) -> None:
    found = moved.get(
        "/api/v2/lineage", node="job:ns:j", direction="up", collapse="namespace"
    ).json()
    (group,) = [node for node in found["nodes"] if node["kind"] == "group"]
    assert (group["id"], group["members"], group["distance"]) == ("group:ns:", 2, -1)


def test_bands_name_the_node_that_expands_them(moved: Any) -> None:
    query = {"node": "job:ns:j", "direction": "up", "band": 1}
    (band,) = moved.get("/api/v2/lineage", **query).json()["bands"]
    assert band == {"node": "job:ns:j", "direction": "up", "hidden": 1}
    assert moved.get("/api/v2/lineage", **query, expand=band["node"]).json()["bands"] == []


def test_job_is_as_bad_as_the_children_of_its_latest_run(server: Any, event: Any) -> None:
    parent = {"parent": {"run": {"runId": run_id(1)}, "job": {"namespace": "ns", "name": "chain"}}}
    server.post(
        event("COMPLETE", job="chain", run=1, at=at(1), inputs=("a",)),
        event("FAIL", job="step", run=2, at=at(2), run_facets=parent),
    )
    (job,) = [
        node
        for node in server.get("/api/v2/lineage", node="job:ns:chain").json()["nodes"]
        if node["kind"] == "job"
    ]
    assert job["state"] == "FAILED"
    assert server.get("/api/v1/jobs/runs/" + run_id(1)).json()["state"] == "COMPLETED"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"asOf": "yesterday"}, "asOf 'yesterday' is not a time"),
        ({"knownAt": "soon"}, "knownAt 'soon' is not a time"),
        ({"mode": "run"}, "mode 'run'"),
        ({"run": run_id(1)}, "mode 'current' with run"),
        ({"since": at(1)}, "since and until make a window"),
        ({"prefix": "raw"}, "prefix does nothing without collapse"),
    ],
)
def test_what_does_not_fit_together_is_said(moved: Any, query: dict[str, str], said: str) -> None:
    answer = moved.get("/api/v2/lineage", node="dataset:ns:out", **query)
    assert answer.status_code == 400
    assert said in answer.json()["detail"]


def test_moment_of_knowing_may_be_a_sequence_and_the_error_says_so(moved: Any) -> None:
    answer = moved.get("/api/v2/lineage", node="dataset:ns:out", knownAt="soon")
    assert answer.json()["hint"].startswith("a sequence of the log, or a time")
