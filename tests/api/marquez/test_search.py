from __future__ import annotations

from typing import Any

import pytest


def parent(job: str) -> dict[str, Any]:
    run = {"runId": "00000000-0000-4000-8000-000000000001"}
    return {"parent": {"run": run, "job": {"namespace": "ns", "name": job}}}


def test_total_counts_all_hits_and_pages_are_in_order_of_names(server: Any, event: Any) -> None:
    server.post(*(event(job=f"tide_{n}", run=n, outputs=(f"tide/{n}",)) for n in range(9)))
    whole = server.get("/api/v1/search?q=tide&limit=100").json()
    assert whole["totalCount"] == len(whole["results"]) == 18
    names = [hit["name"] for hit in whole["results"]]
    assert names == sorted(names)
    few = server.get("/api/v1/search?q=TIDE&limit=5").json()
    assert (few["totalCount"], few["results"]) == (18, whole["results"][:5])
    assert server.get("/api/v1/search?q=tide&filter=job").json()["totalCount"] == 9


def test_days_and_order_of_change_are_kept_to(server: Any, event: Any) -> None:
    for day in (1, 2, 3):
        server.post(event(job=f"j{day}", run=day, at=f"2026-03-0{day}T10:00:00Z"))

    def found(query: str) -> list[str]:
        hits = server.get(f"/api/v1/search?q=j&{query}").json()["results"]
        return [hit["name"] for hit in hits]

    assert found("after=2026-03-02") == ["j2", "j3"]
    assert found("before=2026-03-03&after=2026-03-02") == ["j2"]
    assert found("sort=update_at") == ["j3", "j2", "j1"]
    assert found("namespace=elsewhere") == []
    assert server.get("/api/v1/search?q=j&after=2026-02-31").status_code == 400


@pytest.mark.parametrize(
    ("kind", "members"),
    [
        ("jobs", {"run_id", "name", "namespace", "eventType", "type", "facets", "runFacets"}),
        (
            "datasets",
            {
                *("run_id", "name", "namespace", "eventType"),
                *("facets", "inputFacets", "outputFacets"),
            },
        ),
    ],
)
def test_full_text_hits_have_the_members_that_the_ui_reads(
    server: Any, event: Any, kind: str, members: set[str]
) -> None:
    sql = {"sql": {"query": "select 1"}}
    server.post(event("START", job="Tide report", job_facets=sql, outputs=("the tides",)))
    found = server.get(f"/api/v2beta/search/{kind}?q=tide").json()
    assert [hit.keys() for hit in found["hits"]] == [members]
    marked = "<em>Tide</em> report" if kind == "jobs" else "the <em>tides</em>"
    assert [shown["name"] for shown in found["highlights"]] == [[marked]]
    if kind == "jobs":
        assert found["hits"][0]["facets"] == sql
        assert found["hits"][0]["eventType"] == "RUNNING"
    for words in ("none", "%25"):
        nothing = server.get(f"/api/v2beta/search/{kind}?q={words}").json()
        assert nothing == {"hits": [], "highlights": []}
    assert server.get(f"/api/v2beta/search/{kind}").status_code == 400


def test_full_text_finds_words_in_columns_and_sql(server: Any, event: Any) -> None:
    facets = {"schema": {"fields": [{"name": "harbour_fee"}]}}
    dataset = {"namespace": "ns", "name": "d", "facets": facets}
    sql = {"sql": {"query": "select harbour_fee from d"}}
    server.post(event(job="j", job_facets=sql, outputs=(dataset,)))
    found = server.get("/api/v2beta/search/datasets?q=harbour").json()
    assert [hit["name"] for hit in found["hits"]] == ["d"]
    assert found["highlights"][0]["facets.schema.fields.name"] == ["<em>harbour</em>_fee"]
    found = server.get("/api/v2beta/search/jobs?q=harbour").json()
    assert found["highlights"][0]["facets.sql.query"] == ["select <em>harbour</em>_fee from d"]


def test_full_text_names_a_child_by_its_full_name(server: Any, event: Any) -> None:
    server.post(event(job="load", run=2, run_facets=parent("dag")))
    hits = server.get("/api/v2beta/search/jobs?q=load").json()["hits"]
    assert [hit["name"] for hit in hits] == ["dag.load"]


def test_namespace_of_jobs_is_found_by_the_name_that_marquez_would_give_it(
    server: Any, event: Any
) -> None:
    sent = event(job="j")
    sent["job"]["namespace"] = "odd ns!"
    server.post(sent)
    assert server.get("/api/v1/namespaces/odd_ns_").json()["name"] == "odd ns!"
    jobs = server.get("/api/v1/namespaces/odd_ns_/jobs").json()["jobs"]
    assert [job["id"]["namespace"] for job in jobs] == ["odd ns!"]
    assert server.get("/api/v1/namespaces/odd_nsx").status_code == 404
