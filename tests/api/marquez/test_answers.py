from __future__ import annotations

import json
from typing import Any

import pytest


def run_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def parent(job: str, run: int) -> dict[str, Any]:
    return {"parent": {"run": {"runId": run_id(run)}, "job": {"namespace": "ns", "name": job}}}


def test_child_is_named_after_its_parent(server: Any, event: Any) -> None:
    server.post(event(job="dag", run=1), event(job="task", run=2, run_facets=parent("dag", 1)))
    found = server.get("/api/v1/namespaces/ns/jobs/dag.task").json()
    assert (found["name"], found["simpleName"], found["parentJobName"]) == (
        "dag.task",
        "task",
        "dag",
    )


def test_prefixed_child_keeps_its_name(server: Any, event: Any) -> None:
    server.post(event(job="dag.task", run=2, run_facets=parent("dag", 1)))
    found = server.get("/api/v1/namespaces/ns/jobs/dag.task").json()
    assert (found["name"], found["simpleName"]) == ("dag.task", "task")


def test_task_that_names_itself_as_parent_belongs_to_its_dag(server: Any, event: Any) -> None:
    server.post(event(job="dag.task", run=2, run_facets=parent("dag.task", 1)))
    found = server.get("/api/v1/namespaces/ns/jobs/dag.task").json()
    assert (found["simpleName"], found["parentJobName"]) == ("task", "dag")


def test_grandchild_carries_the_whole_line(server: Any, event: Any) -> None:
    server.post(
        event(job="refresh", run=1),
        event(job="chain", run=2, run_facets=parent("refresh", 1)),
        event(job="chain.flights", run=3, run_facets=parent("chain", 2)),
    )
    names = {job["name"] for job in server.get("/api/v1/jobs").json()["jobs"]}
    assert names == {"refresh", "refresh.chain", "refresh.chain.flights"}
    for name in names:
        assert server.get(f"/api/v1/namespaces/ns/jobs/{name}").json()["name"] == name


def test_short_name_moves_to_the_full_one_with_path_and_query(server: Any, event: Any) -> None:
    server.post(event(job="a/b", run=2, run_facets=parent("dag", 1)))
    moved = server.get("/api/v1/namespaces/ns/jobs/a%2Fb/runs?limit=3")
    assert moved.status_code == 301
    assert moved.headers["location"] == "/api/v1/namespaces/ns/jobs/dag.a%2Fb/runs?limit=3"
    assert server.get(moved.headers["location"]).json()["totalCount"] == 1


def test_job_found_under_the_namespace_that_marquez_would_make(server: Any, event: Any) -> None:
    sent = event(job="j")
    sent["job"]["namespace"] = "odd ns!"
    server.post(sent)
    found = server.get("/api/v1/namespaces/odd_ns_/jobs/j")
    assert found.json()["id"] == {"namespace": "odd ns!", "name": "j"}


def test_names_with_slashes_and_percent_signs_are_one_segment(server: Any, event: Any) -> None:
    dataset = {"namespace": "s3://lake", "name": "a/b%2Fc 潮"}
    server.post(event(outputs=(dataset,)))
    target = "/api/v1/namespaces/s3%3A%2F%2Flake/datasets/a%2Fb%252Fc%20%E6%BD%AE"
    assert server.get(target).json()["id"] == dataset


@pytest.mark.parametrize("limit", [0, 3, 100, 10_001, 2_147_483_647])
def test_any_limit_is_fine(server: Any, event: Any, limit: int) -> None:
    server.post(*(event(job=f"j{n}", run=n) for n in range(5)))
    found = server.get(f"/api/v1/namespaces/ns/jobs?limit={limit}").json()
    assert found["totalCount"] == 5
    assert len(found["jobs"]) == min(limit, 5)


def test_pages_together_are_the_whole(server: Any, event: Any) -> None:
    server.post(*(event(job=f"j{n}", run=n, outputs=(f"d{n}",)) for n in range(7)))
    for kind in ("jobs", "datasets"):
        whole = server.get(f"/api/v1/namespaces/ns/{kind}").json()[kind]
        pages = [
            item
            for offset in range(0, 9, 3)
            for item in server.get(f"/api/v1/namespaces/ns/{kind}?limit=3&offset={offset}").json()[
                kind
            ]
        ]
        assert pages == whole


def test_wrong_query_parameters_are_listed(server: Any) -> None:
    answer = server.get("/api/v1/namespaces?limit=-1&offset=-1")
    assert answer.status_code == 400
    assert answer.json() == {
        "errors": [
            "query param offset must be greater than or equal to 0",
            "query param limit must be greater than or equal to 0",
        ]
    }


def test_numbers_of_facets_stay_as_sent_and_nan_becomes_text(server: Any, event: Any) -> None:
    marker = "1234.50"
    body = event(outputs=("d",), run_facets={"x": {"big": 2**63 + 1, "f": "@"}})
    text = json.dumps(body).replace('"@"', f'{marker}, "n": NaN, "s": "NaN"')
    server.post(text.encode())
    answer = server.get(f"/api/v1/jobs/runs/{run_id(1)}")
    assert b"9223372036854775809" in answer.content
    assert marker.encode() in answer.content
    assert answer.json()["facets"]["x"]["n"] == "NaN"


def test_lone_surrogate_in_a_name_is_answered(server: Any, event: Any) -> None:
    server.post(event(job="odd\ud800name"))
    found = server.get("/api/v1/namespaces/ns/jobs").json()["jobs"][0]
    assert found["name"] == "odd\ud800name"
    assert server.get("/api/v1/namespaces/ns/jobs/odd%ED%A0%80name").status_code == 200


def test_run_without_facets_answers_204(server: Any, event: Any) -> None:
    server.post(event())
    assert server.get(f"/api/v1/jobs/runs/{run_id(1)}/facets?type=run").status_code == 204


def test_versions_found_by_the_ids_that_are_shown(server: Any, event: Any) -> None:
    server.post(
        event(run=1, inputs=("a",), outputs=("b",)),
        event(run=2, inputs=("a",), outputs=("b", "c"), at="2026-03-01T09:00:00Z"),
        event(job="k", run=3, inputs=("b",), at="2026-03-01T10:00:00Z"),
    )
    run = server.get(f"/api/v1/jobs/runs/{run_id(3)}").json()
    use = run["inputDatasetVersions"][0]["datasetVersionId"]
    found = server.get(f"/api/v1/namespaces/ns/datasets/b/versions/{use['version']}").json()
    assert found["createdByRun"]["id"] == run_id(2)
    assert server.get("/api/v1/namespaces/ns/datasets/b").json()["currentVersion"] == use["version"]
    source = server.get(f"/api/v1/jobs/runs/{run_id(1)}").json()["inputDatasetVersions"][0]
    version = source["datasetVersionId"]["version"]
    assert server.get(f"/api/v1/namespaces/ns/datasets/a/versions/{version}").status_code == 200
    versions = server.get("/api/v1/namespaces/ns/jobs/j/versions").json()["versions"]
    assert [len(v["outputs"]) for v in versions] == [2, 1]
    current = server.get("/api/v1/namespaces/ns/jobs/j").json()["currentVersion"]
    assert versions[0]["version"] == current
    one = server.get(f"/api/v1/namespaces/ns/jobs/j/versions/{versions[1]['version']}")
    assert one.json() == versions[1]


def test_run_id_shared_by_jobs_is_answered_for_the_first(server: Any, event: Any) -> None:
    server.post(event(job="z", run=1), event(job="a", run=1, outputs=("d",)))
    assert server.get(f"/api/v1/jobs/runs/{run_id(1)}").json()["jobVersion"]["name"] == "a"
    assert server.get("/api/v1/namespaces/ns/jobs/z/runs").json()["totalCount"] == 1


def test_ambiguous_node_ids_are_settled_by_what_exists(server: Any, event: Any) -> None:
    dataset = {"namespace": "trino://host:1337", "name": "2024_x"}
    server.post(event(outputs=(dataset,)))
    graph = server.get("/api/v1/lineage", nodeId="dataset:trino://host:1337:2024_x").json()
    assert {node["id"] for node in graph["graph"]} == {
        "dataset:trino://host:1337:2024_x",
        "job:ns:j",
    }


def test_incoming_column_edges_point_back_as_the_ui_expects(server: Any, event: Any) -> None:
    server.post(event(inputs=("a",), outputs=(with_column("b", "y", "a", "x"),)))
    nodes = server.get("/api/v1/column-lineage", nodeId="dataset:ns:b").json()["graph"]
    by_id = {node["id"]: node for node in nodes}
    assert by_id["datasetField:ns:b:y"]["inEdges"] == [
        {"origin": "datasetField:ns:b:y", "destination": "datasetField:ns:a:x"}
    ]
    assert by_id["datasetField:ns:a:x"]["outEdges"] == [
        {"origin": "datasetField:ns:a:x", "destination": "datasetField:ns:b:y"}
    ]


def with_column(name: str, column: str, source: str, field: str) -> dict[str, Any]:
    how = [{"type": "DIRECT", "subtype": "IDENTITY"}]
    inputs = [{"namespace": "ns", "name": source, "field": field, "transformations": how}]
    facets = {"columnLineage": {"fields": {column: {"inputFields": inputs}}}}
    return {"namespace": "ns", "name": name, "facets": facets}


def test_search_takes_wildcards_for_themselves(server: Any, event: Any) -> None:
    server.post(event(job="tide_report", outputs=("tide/a", "tideXreport")))
    found = server.get("/api/v1/search?q=E_R").json()
    assert [(hit["type"], hit["nodeId"]) for hit in found["results"]] == [
        ("JOB", "job:ns:tide_report")
    ]
    assert server.get("/api/v1/search?q=%25").json()["results"] == []


def test_tags_of_facets_are_on_the_dataset_its_fields_and_the_list(server: Any, event: Any) -> None:
    tags = [{"key": "pii", "field": "x"}, {"key": "gold", "value": "true"}, {"key": 7}, "odd"]
    facets = {"schema": {"fields": [{"name": "x"}]}, "tags": {"tags": tags}}
    server.post(event(outputs=({"namespace": "ns", "name": "d", "facets": facets},)))
    found = server.get("/api/v1/namespaces/ns/datasets/d").json()
    assert found["tags"] == ["gold"]
    assert found["fields"][0]["tags"] == ["pii"]
    names = [tag["name"] for tag in server.get("/api/v1/tags").json()["tags"]]
    assert names == ["gold", "pii"]


def test_facets_of_any_shape_do_not_break_an_answer(server: Any, event: Any) -> None:
    odd: list[Any] = [None, 1, "x", [], {}, {"fields": 1}, {"fields": [1]}, {"fields": {"a": 1}}]
    names = ("schema", "columnLineage", "tags", "dataSource", "documentation", "symlinks")
    for number, value in enumerate(odd):
        facets = dict.fromkeys(names, value)
        sent = event(
            run=number + 1,
            outputs=({"namespace": "ns", "name": f"d{number}", "facets": facets},),
            run_facets={"nominalTime": value, "parent": value, "errorMessage": value},
            job_facets={"jobType": value, "sourceCodeLocation": value, "tags": value},
        )
        server.post(sent)
    for target in (
        "/api/v1/jobs",
        "/api/v1/namespaces/ns/datasets",
        "/api/v1/namespaces/ns/jobs/j/runs",
        "/api/v1/sources",
        "/api/v1/tags",
        "/api/v1/lineage?nodeId=job:ns:j",
        "/api/v1/column-lineage?nodeId=job:ns:j",
        "/api/v2/runs",
    ):
        assert server.get(target).status_code == 200, target
