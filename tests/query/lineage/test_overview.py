"""What the first page says of lineage: how runs went, what was tested, what changed."""

from __future__ import annotations

from typing import Any

import pytest

from headwater.model.lineage import Moment, Name
from headwater.query.overview_changes import ChangesOverview, changes_overview
from headwater.query.overview_quality import quality_overview
from headwater.query.overview_runs import RunsOverview, runs_overview
from tests.query.lineage.conftest import NOW

MIDNIGHT = Moment(int(NOW.replace(hour=0, minute=0).timestamp()))
LATER = "2026-11-21T01:00:00Z"
BEFORE = "2026-11-20T01:00:00Z"


def at(event: dict[str, Any], time: str) -> dict[str, Any]:
    return {**event, "eventTime": time}


def runs(lineage: Any) -> RunsOverview:
    with lineage.reads.view() as view:
        return runs_overview(view, MIDNIGHT)


def changes(lineage: Any) -> ChangesOverview:
    return changes_overview(lineage.reads, MIDNIGHT)


def with_schema(event: dict[str, Any], *fields: str) -> dict[str, Any]:
    declared = [{"name": name, "type": "int"} for name in fields]
    event["outputs"][0]["facets"]["schema"] = {"fields": declared}
    return event


def test_runs_since_are_counted_by_how_they_went(lineage, event):
    lineage.post(
        at(event("COMPLETE", "old", 1), BEFORE),
        at(event("COMPLETE", "a", 2), LATER),
        at(event("FAIL", "b", 3), LATER),
        at(event("ABORT", "c", 4), LATER),
        at(event("START", "d", 5), LATER),
        at(event("START", "e", 6), BEFORE),
    )
    found = runs(lineage)
    assert (found.completed, found.failed, found.aborted) == (1, 1, 1)
    assert (found.in_flight, found.stuck) == (1, 1)
    assert [run.job.name for run in found.flying] == ["d"]


def test_a_job_fails_until_it_completes(lineage, event):
    lineage.post(
        at(event("COMPLETE", "load", 1), "2026-11-21T00:10:00Z"),
        at(event("FAIL", "load", 2), "2026-11-21T00:20:00Z"),
        at(event("FAIL", "load", 3), "2026-11-21T00:30:00Z"),
        at(event("START", "load", 4), "2026-11-21T00:40:00Z"),
    )
    (failing,) = runs(lineage).failing
    assert (failing.failures, failing.run.id[-1]) == (2, "3")
    assert failing.since.to_text() == "2026-11-21T00:20:00Z"
    lineage.post(at(event("COMPLETE", "load", 4), "2026-11-21T00:50:00Z"))
    assert runs(lineage).failing == []
    assert runs(lineage).failed == 2


def test_a_job_that_fails_for_its_child_is_not_named(lineage, event):
    parent = at(event("FAIL", "all", 1), LATER)
    child = at(event("FAIL", "step", 2), LATER)
    child["run"]["facets"] = {
        "parent": {
            "run": {"runId": parent["run"]["runId"]},
            "job": {"namespace": "ns", "name": "all"},
        },
        "errorMessage": {"message": "no room", "programmingLanguage": "python"},
    }
    lineage.post(parent, child)
    found = runs(lineage)
    assert [(one.run.job.name, one.error) for one in found.failing] == [("step", "no room")]
    assert found.failing_jobs == 1


def test_the_last_run_that_tested_a_dataset_counts(lineage, event):
    def tested(run: int, time: str, *, success: bool) -> dict[str, Any]:
        made = at(event("COMPLETE", "load", run, "", "orders"), time)
        made["outputs"][0]["outputFacets"] = {
            "dataQualityAssertions": {
                "assertions": [
                    {"assertion": "not_null", "success": success, "column": "id"},
                    {"assertion": "unique", "success": True},
                ]
            },
            "dataQualityMetrics": {"columnMetrics": {"quality_score": {"sum": 3, "count": 4}}},
        }
        return made

    lineage.post(tested(1, "2026-11-21T00:10:00Z", success=False))
    with lineage.reads.view() as view:
        (bad,) = quality_overview(view, MIDNIGHT).datasets
    assert (bad.dataset.name, bad.passed, [test.name for test in bad.failed]) == (
        "orders",
        1,
        ["not_null"],
    )
    assert bad.score == 0.75
    lineage.post(tested(2, "2026-11-21T00:20:00Z", success=True))
    with lineage.reads.view() as view:
        (good,) = quality_overview(view, MIDNIGHT).datasets
    assert (good.passed, list(good.failed), good.run[-1]) == (2, [], "2")


def test_what_came_and_went_is_named(lineage, event):
    lineage.post(
        at(event("COMPLETE", "old", 1, "", "gone"), BEFORE),
        at(event("COMPLETE", "new", 2, "", "fresh"), LATER),
    )
    lineage.command("delete", "dataset", "gone")
    found = changes(lineage)
    assert found.datasets_came.first == [Name("ns", "fresh")]
    assert found.jobs_came.first == [Name("ns", "new")]
    assert found.datasets_went.first == [Name("ns", "gone")]
    assert found.jobs_went.count == 0
    assert list(found.reasons) == []


def test_columns_that_changed_since_are_named_those_that_break_first(lineage, event):
    lineage.post(
        with_schema(at(event("COMPLETE", "a", 1, "", "same"), BEFORE), "x"),
        with_schema(at(event("COMPLETE", "b", 2, "", "wider"), BEFORE), "x"),
        with_schema(at(event("COMPLETE", "c", 3, "", "broken"), BEFORE), "x", "y"),
        with_schema(at(event("COMPLETE", "a", 4, "", "same"), LATER), "x"),
        with_schema(at(event("COMPLETE", "b", 5, "", "wider"), LATER), "x", "z"),
        with_schema(at(event("COMPLETE", "c", 6, "", "broken"), LATER), "x"),
    )
    found = changes(lineage).schemas
    assert [(one.dataset.name, one.is_breaking) for one in found.first] == [
        ("broken", True),
        ("wider", False),
    ]
    assert [change.kind for one in found.first for change in one.changes] == [
        "column_removed",
        "column_added",
    ]
    assert found.first[0].run is not None


def test_arrows_of_jobs_that_were_there_before_come_and_go(lineage, event):
    lineage.post(
        at(event("COMPLETE", "join", 1, "left right", "both"), BEFORE),
        at(event("COMPLETE", "join", 2, "left other", "both"), LATER),
    )
    found = changes(lineage)
    arrow = [(one.job.name, one.direction, one.dataset.name) for one in found.arrows_came.first]
    assert arrow == [("join", "input", "other")]
    assert [one.dataset.name for one in found.arrows_went.first] == ["right"]


@pytest.mark.parametrize("kind", ["runs", "changes"])
def test_an_empty_log_has_nothing_to_say(lineage, kind):
    if kind == "runs":
        assert runs(lineage).failing_jobs == 0
    else:
        assert changes(lineage).schemas.count == 0
