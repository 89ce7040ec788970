"""`/api/v2/lineage` and `/api/v2/runs`, over the same server as Marquez's API."""

from __future__ import annotations

from typing import Any

import pytest


def run_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def parent(job: str, run: int) -> dict[str, Any]:
    return {"parent": {"run": {"runId": run_id(run)}, "job": {"namespace": "ns", "name": job}}}


def at(minute: int) -> str:
    return f"2026-03-01T08:{minute:02d}:00Z"


@pytest.fixture
def chain(server: Any, event: Any) -> Any:
    """A chain run with one child that worked and one that failed, then worked in a later run."""
    error = {
        "errorMessage": {
            "message": "division by zero",
            "programmingLanguage": "PYTHON",
            "stackTrace": "Traceback\n  in f",
        }
    }
    server.post(
        event("START", job="chain", run=1, at=at(0)),
        event(
            "COMPLETE", job="good", run=2, at=at(2), outputs=("d",), run_facets=parent("chain", 1)
        ),
        event("START", job="bad", run=3, at=at(1), inputs=("d",), run_facets=parent("chain", 1)),
        event("FAIL", job="bad", run=3, at=at(3), run_facets={**parent("chain", 1), **error}),
        event("COMPLETE", job="chain", run=1, at=at(4)),
    )
    return server


def test_failed_run_says_why(chain: Any) -> None:
    run = chain.get(f"/api/v2/runs/{run_id(3)}").json()
    assert run["state"] == "FAILED"
    assert run["error"] == {
        "message": "division by zero",
        "language": "PYTHON",
        "stack_trace": "Traceback\n  in f",
    }
    assert run["parent"] == {"id": run_id(1), "job": {"namespace": "ns", "name": "chain"}}
    assert run["duration_ms"] == 120_000
    assert [one["name"] for one in run["inputs"]] == ["d"]


def test_parent_is_as_bad_as_its_worst_child(chain: Any) -> None:
    run = chain.get(f"/api/v2/runs/{run_id(1)}").json()
    assert (run["own_state"], run["state"]) == ("COMPLETED", "FAILED")
    assert {(c["job"]["name"], c["state"]) for c in run["children"]} == {
        ("good", "COMPLETED"),
        ("bad", "FAILED"),
    }
    marquez = chain.get(f"/api/v1/jobs/runs/{run_id(1)}").json()
    assert marquez["state"] == "COMPLETED"


def test_later_run_of_the_child_job_heals_the_parent(chain: Any, event: Any) -> None:
    chain.post(event("COMPLETE", job="bad", run=4, at=at(5), run_facets=parent("chain", 1)))
    assert chain.get(f"/api/v2/runs/{run_id(1)}").json()["state"] == "COMPLETED"


def test_runs_are_listed_newest_first_and_by_state(chain: Any) -> None:
    runs = chain.get("/api/v2/runs").json()["runs"]
    assert [run["id"] for run in runs] == [run_id(n) for n in (1, 3, 2)]
    failed = chain.get("/api/v2/runs?state=FAILED").json()["runs"]
    assert [(run["id"], run["own_state"]) for run in failed] == [
        (run_id(1), "COMPLETED"),
        (run_id(3), "FAILED"),
    ]
    assert failed[1]["error"]["message"] == "division by zero"
    first = chain.get("/api/v2/runs?limit=2").json()
    rest = chain.get("/api/v2/runs", limit=2, after=first["next"]).json()
    assert [run["id"] for run in first["runs"] + rest["runs"]] == [run_id(n) for n in (1, 3, 2)]
    assert rest["next"] is None
    of_job = chain.get("/api/v2/runs?namespace=ns&job=good").json()["runs"]
    assert [run["id"] for run in of_job] == [run_id(2)]


def test_runs_of_a_namespace_are_those_of_its_jobs_alone(chain: Any, event: Any) -> None:
    for number, kind in ((7, "COMPLETE"), (8, "FAIL")):
        sent = event(kind, job="elsewhere", run=number, at=at(number))
        chain.post({**sent, "job": {**sent["job"], "namespace": "other"}})

    def runs(query: str) -> list[str]:
        return [run["id"] for run in chain.get(f"/api/v2/runs?{query}").json()["runs"]]

    assert runs("namespace=other") == [run_id(8), run_id(7)]
    assert runs("namespace=other&state=FAILED") == [run_id(8)]
    assert runs("namespace=other&state=COMPLETED") == [run_id(7)]
    assert runs("namespace=ns") == [run_id(n) for n in (1, 3, 2)]
    assert chain.get("/api/v2/runs?namespace=nope").status_code == 404


def test_offset_beyond_what_is_counted_is_refused(server: Any) -> None:
    assert server.get(f"/api/v2/runs?offset={2**64}").status_code == 422


def test_unknown_run_and_job_are_problems(server: Any) -> None:
    for target in (f"/api/v2/runs/{run_id(9)}", "/api/v2/runs?job=nope"):
        answer = server.get(target)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"


def test_node_that_is_not_there_is_said_to_be_deleted_or_where_to_look(chain: Any) -> None:
    def hint(name: str) -> str:
        answer = chain.get("/api/v2/lineage", node=f"dataset:ns:{name}")
        assert (answer.status_code, answer.json()["detail"]) == (
            404,
            f"there is no dataset {name!r} in namespace 'ns'",
        )
        return str(answer.json()["hint"])

    assert "headwater search" in hint("nope")
    assert chain.send("DELETE", "/api/v1/namespaces/ns/datasets/d").status_code == 200
    assert "undelete" in hint("d")


def test_graph_names_ends_states_and_distances(chain: Any) -> None:
    found = chain.get("/api/v2/lineage", node="dataset:ns:d", direction="both").json()
    assert found["nodes"] == [
        {"id": "job:ns:bad", "kind": "job", "namespace": "ns", "name": "bad"}
        | {"state": "FAILED", "distance": 1},
        {"id": "dataset:ns:d", "kind": "dataset", "namespace": "ns", "name": "d", "distance": 0},
        {"id": "job:ns:good", "kind": "job", "namespace": "ns", "name": "good"}
        | {"state": "COMPLETED", "distance": -1},
    ]
    assert found["edges"] == [
        {"from": "dataset:ns:d", "to": "job:ns:bad", "state": "failed"},
        {"from": "job:ns:good", "to": "dataset:ns:d", "state": "current"},
    ]
    assert (found["partial"], found["reason"], found["bands"]) == (False, None, [])


def test_columns_carry_how_they_were_made(server: Any, event: Any) -> None:
    how = [{"type": "DIRECT", "subtype": "AGGREGATION", "masking": True}]
    inputs = [{"namespace": "ns", "name": "a", "field": "x", "transformations": how}]
    facets = {"columnLineage": {"fields": {"y": {"inputFields": inputs}}}}
    server.post(event(inputs=("a",), outputs=({"namespace": "ns", "name": "b", "facets": facets},)))
    found = server.get("/api/v2/lineage", node="datasetField:ns:b:y", direction="up").json()
    assert found["edges"] == [
        {
            "from": "datasetField:ns:a:x",
            "to": "datasetField:ns:b:y",
            "state": "current",
            "job": {"namespace": "ns", "name": "j"},
            "kind": "DIRECT",
            "subtype": "AGGREGATION",
            "masking": True,
        }
    ]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 422),
        ({"node": "bogus"}, 400),
        ({"node": "dataset:only"}, 400),
        ({"node": f"run:{run_id(1)}"}, 404),
        ({"node": "run:one"}, 400),
        ({"node": "dataset:ns:nope"}, 404),
        ({"node": "dataset:ns:d", "direction": "sideways"}, 422),
        ({"node": "dataset:ns:d", "depth": "-1"}, 422),
        ({"node": "dataset:ns:d", "budget": "0"}, 422),
    ],
)
def test_wrong_questions_are_problems(server: Any, query: dict[str, str], status: int) -> None:
    answer = server.get("/api/v2/lineage", **query)
    assert answer.status_code == status
    assert answer.json()["status"] == status


def test_runs_of_a_namespace_are_listed_without_naming_a_job(chain: Any, event: Any) -> None:
    elsewhere = {
        **event("COMPLETE", job="other", run=9, at=at(9)),
        "job": {"namespace": "b", "name": "other"},
    }
    chain.post(elsewhere)
    for query, expected in (
        ("namespace=b", [9]),
        ("namespace=ns", [1, 3, 2]),
        ("namespace=ns&state=FAILED", [1, 3]),
        ("namespace=b&state=FAILED", []),
        ("namespace=ns&job=bad", [3]),
    ):
        runs = chain.get(f"/api/v2/runs?{query}").json()["runs"]
        assert [run["id"] for run in runs] == [run_id(n) for n in expected], query
    assert chain.get("/api/v2/runs?namespace=nobody").status_code == 404
