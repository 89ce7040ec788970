"""What standard facets of runs and datasets say, as answers."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.app.inside import inside_exchange
from headwater.app.platform import Platform
from headwater.config import load_settings
from headwater.query.lineage.run_facts import run_facts, use_facts

RUN = "01a1fb67-1800-7de6-80de-0d1c32a0395a"
FACETS = {
    "nominalTime": {"nominalStartTime": "2026-06-01T00:00:00Z", "nominalEndTime": None},
    "parent": {
        "run": {"runId": RUN},
        "job": {"namespace": "ns", "name": "dag.task"},
        "root": {"run": {"runId": "top"}, "job": {"namespace": "ns", "name": "dag"}},
    },
    "jobDependencies": {
        "upstream": [
            {"job": {"namespace": "ns", "name": "before"}, "dependency_type": "IMPLICIT"},
            None,
        ],
        "downstream": [{"job": {"namespace": "ns", "name": "next"}, "run": {"runId": "r"}}],
    },
    "processing_engine": {"version": "3.5", "name": "spark"},
    "extractionError": {"totalTasks": 4, "failedTasks": 1, "errors": []},
    "test": {"tests": [{"name": "t", "status": "PASS", "expected": "1", "actual": 1}, {}]},
}
INPUT = {
    "namespace": "ds",
    "name": "in",
    "facets": {"dataQualityMetrics": {"rowCount": 7, "columnMetrics": {}}},
    "inputFacets": {
        "dataQualityAssertions": {
            "assertions": [
                {"assertion": "not_null", "success": False, "column": "a", "severity": "error"},
                {"assertion": "odd", "success": "yes"},
            ]
        },
        "dataQualityMetrics": {
            "rowCount": 9,
            "bytes": 100,
            "columnMetrics": {"a": {"nullCount": 2, "max": 4115428054613373118, "min": "NaN"}},
        },
    },
}
OUTPUT = {
    "namespace": "ds",
    "name": "out",
    "outputFacets": {"outputStatistics": {"rowCount": 5, "size": 50, "fileCount": 2}},
}


@pytest.fixture(scope="module")
def get(tmp_path_factory):
    event = {
        "eventType": "COMPLETE",
        "eventTime": "2026-06-01T10:00:00Z",
        "run": {"runId": RUN, "facets": FACETS},
        "job": {"namespace": "ns", "name": "job"},
        "inputs": [INPUT],
        "outputs": [OUTPUT],
    }
    with Platform.open(load_settings(data=tmp_path_factory.mktemp("q") / "data")) as platform:
        exchange = inside_exchange(platform.application)
        assert exchange("POST", "/api/v1/lineage", json.dumps(event).encode(), {}).status == 201

        def ask(path, status=200):
            reply = exchange("GET", path, b"", {})
            assert reply.status == status, reply.body
            return json.loads(reply.body)

        yield ask


def test_a_run_says_when_it_was_due_under_what_and_after_what(get):
    run = get(f"/api/v2/runs/{RUN}")
    assert (run["nominal_start"], run["nominal_end"]) == ("2026-06-01T00:00:00Z", None)
    assert (run["root"]["name"], run["root"]["run_id"]) == ("dag", "top")
    assert [(u["name"], u["relation"]) for u in run["upstream"]] == [("before", "IMPLICIT")]
    assert [(d["name"], d["run_id"]) for d in run["downstream"]] == [("next", "r")]
    assert run["engine"] == {"name": "spark", "version": "3.5"}
    assert (run["missed_tasks"], run["all_tasks"]) == (1, 4)
    assert [(t["name"], t["status"], t["actual"]) for t in run["tests"]] == [("t", "pass", "1")]


def test_a_run_says_how_much_it_read_and_wrote(get):
    run = get(f"/api/v2/runs/{RUN}")
    (written,) = run["outputs"]
    assert [written[n] for n in ("rows", "bytes", "files")] == [5, 50, 2]
    (read,) = run["inputs"]
    assert [read[n] for n in ("rows", "bytes", "files")] == [9, 100, None]


def test_a_dataset_has_its_tests_and_measures_by_run(get):
    found = get("/api/v2/quality?namespace=ds&name=in")
    (check,) = found["checks"]
    assert (check["run"], check["direction"], check["state"]) == (RUN, "input", "COMPLETED")
    assert (check["at"], check["rows"]) == ("2026-06-01T10:00:00Z", 9)
    assert [(t["name"], t["status"], t["column"]) for t in check["tests"]] == [
        ("not_null", "fail", "a")
    ]
    assert check["columns"] == {"a": {"nullCount": 2, "max": 4115428054613373118}}
    (written,) = get("/api/v2/quality?namespace=ds&name=out")["checks"]
    assert (written["direction"], written["rows"]) == ("output", 5)


def test_a_dataset_that_is_not_there_is_missing(get):
    assert "no dataset" in get("/api/v2/quality?namespace=ds&name=nope", 404)["detail"]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *(
                        "job",
                        "run",
                        "name",
                        "namespace",
                        "tests",
                        "assertions",
                        "status",
                        "success",
                    ),
                    *("columnMetrics", "rowCount", "upstream", "root", "runId", "assertion"),
                ]
            ),
            inner,
        )
    ),
    max_leaves=10,
)


@given(value=VALUES)
def test_whatever_facets_hold_is_read_or_left_out(value):
    body = json.dumps(value).encode()
    names = (*FACETS, "dataQualityAssertions", "dataQualityMetrics", "outputStatistics")
    facets = dict.fromkeys(names, body)
    run_facts(facets)
    use_facts(facets)
