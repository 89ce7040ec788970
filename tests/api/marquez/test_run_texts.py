"""Many runs written at once are, to the byte, what each of them is when it is written alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from headwater.api.marquez.full_names import full_names
from headwater.api.marquez.route import json_bytes
from headwater.api.marquez.run_texts import RunTexts
from headwater.api.marquez.shapes import run_json
from headwater.lineage.reading.view import LineageReads
from tests.api.marquez.conftest import Server, make_event, parent_facet


def agree(server: Server, most: int) -> int:
    """Compare all runs of all jobs, and return how many there are."""
    with LineageReads(server.log.engine).view() as view:
        jobs = view.jobs.page(namespace=None, last_states=(), limit=1_000, offset=0)
        names = full_names(view, jobs)
        texts = RunTexts(view.run_batches.latest(jobs, most), names)
        latest = view.runs.latest_keys(jobs, most)
        runs = view.runs.by_keys(run for keys in latest.values() for run in keys)
        for job in jobs:
            alone = [runs[key] for key in latest.get(job, ())]
            assert [bytes(text) for text in texts.of(job)] == [
                json_bytes(run_json(run, names)) for run in alone
            ]
            assert texts.latest_id(job) == (alone[0].id if alone else None)
        return len(runs)


def dataset(name: str, **facets: Any) -> dict[str, Any]:
    return {"namespace": "ns", "name": name, **facets}


NOMINAL = {"nominalTime": {"nominalStartTime": "2026-03-01T00:00:00Z", "nominalEndTime": None}}
ODD: list[dict[str, Any]] = [
    {},
    {"parent": {"run": {"runId": 7}, "job": {"namespace": "ns", "name": "above"}}},
    {"parent": {"run": {"runId": "7"}, "job": "above"}},
    {"parent": {"job": {"name": "above"}}, "a": {"large": 123456789012345678901234567890}},
    {"parent": "none"},
    {"parent": {"run": {"runId": "x", "more": float("nan")}, "job": {"name": "n"}}},
    NOMINAL,
    {**NOMINAL, **parent_facet("above", 70)},
    {"marquez_run": {"args": {"n": "1", "m": 2}}, **parent_facet("above", 70)},
    {"\u00fcber": {"\u4e2d": "\ud800"}, "zone": {"at": -float("inf")}},
]


@pytest.mark.parametrize("most", [1, 3, 50])
def test_runs_agree_whatever_their_facets_and_datasets_are(server: Server, most: int) -> None:
    events = []
    for number, facets in enumerate(ODD):
        at = f"2026-03-01T08:{number:02d}:00.{number:03d}Z"
        inputs = (dataset("x"), dataset("a", inputFacets={"inputStatistics": {"rowCount": 5}}))
        outputs = (dataset("y", outputFacets={"outputStatistics": {"rowCount": number}}), "x")
        state = ("START", "COMPLETE", "FAIL", "RUNNING")[number % 4]
        job = f"job{number % 2}"
        events += [
            make_event("START", job=job, run=number, at="2026-03-01T07:00:00Z", inputs=("x",)),
            make_event(state, job=job, run=number, at=at, inputs=inputs, outputs=outputs),
            make_event(state, job=job, run=number, at=at, run_facets=facets),
        ]
    server.post(*events)
    assert agree(server, most) == 2 * min(most, len(ODD) // 2)


def test_runs_agree_that_name_their_datasets_anew(server: Server) -> None:
    whole = make_event(run=1, at="2026-03-01T08:01:00Z", inputs=("x",), outputs=("y", "z"))
    alone = make_event(run=1, at="2026-03-01T08:02:00Z", inputs=("w",), outputs=("y",))
    mode = {"emissionPattern": {"eventContentMode": "COMPLETE_SNAPSHOT"}}
    alone["job"]["facets"] = {"jobType": mode}
    server.post(whole, alone, make_event(run=2, at="2026-03-01T08:03:00Z", inputs=("y",)))
    assert agree(server, 10) == 2
    found = server.get("/api/v1/jobs").json()["jobs"][0]["latestRuns"][1]
    assert [use["datasetVersionId"]["name"] for use in found["inputDatasetVersions"]] == ["w"]


def test_names_that_no_unicode_has_are_kept(server: Server) -> None:
    event = make_event(job="lone", inputs=(dataset("in"),), outputs=(dataset("out"),))
    body = json.dumps(event).replace('"lone"', '"l\\ud800"').replace('"in"', '"i\\ud800"')
    server.post(body.encode())
    (job,) = server.get("/api/v1/jobs").json()["jobs"]
    (run,) = job["latestRuns"]
    assert run["jobVersion"]["name"] == "l\ud800"
    assert run["inputDatasetVersions"][0]["datasetVersionId"]["name"] == "i\ud800"
    assert run == server.get(f"/api/v1/jobs/runs/{run['id']}").json()
