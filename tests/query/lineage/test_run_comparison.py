from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from headwater.errors import Invalid, Missing
from headwater.query.lineage.run_comparison import RunComparison, RunComparisons


def run_id(number: int) -> UUID:
    return UUID(f"00000000-0000-4000-8000-{number:012d}")


def compare(lineage: Any, before: int = 1, after: int = 2) -> RunComparison:
    return RunComparisons(lineage.reads).of(run_id(before), run_id(after))


def run(event: Any, number: int, **how: Any) -> list[dict[str, Any]]:
    """Make the events of a run of `daily`, from orders to totals."""
    inputs, outputs = how.pop("inputs", "orders"), how.pop("outputs", "totals")
    start = event("START", "daily", number, inputs)
    end = event(how.pop("end", "COMPLETE"), "daily", number, inputs, outputs)
    fields = how.pop("fields", [{"name": "total", "type": "int"}])
    for output in end["outputs"]:
        output["facets"]["schema"] = {"fields": fields}
        made = {"inputFields": [{"namespace": "ns", "name": "orders", "field": how.get("of", "a")}]}
        output["facets"]["columnLineage"] = {"fields": {"total": made}}
        output["outputFacets"] = {"outputStatistics": {"rowCount": how.get("rows", 10), "x": "y"}}
    end["job"]["facets"] = {"sql": {"query": how.get("sql", "SELECT a\nFROM orders")}}
    end["run"]["facets"] = how.get("run_facets", {})
    return [start, end]


def test_the_same_twice_is_the_same_whatever_the_numbers(lineage, event):
    lineage.post(*run(event, 1, rows=10), *run(event, 2, rows=12))
    found = compare(lineage)
    assert found.is_same
    (totals,) = [one for one in found.datasets if one.direction == "output"]
    assert totals.statistics == (("rowCount", 10, 12),)
    assert totals.version_before != totals.version_after
    assert found.before.run.duration_milliseconds == 60_000


def test_inputs_columns_schema_and_sql_are_told_apart(lineage, event):
    lineage.post(
        *run(event, 1),
        *run(
            event,
            2,
            inputs="orders customers",
            fields=[{"name": "total", "type": "bigint"}],
            of="b",
            sql="SELECT b\nFROM orders",
        ),
    )
    found = compare(lineage).difference
    assert [one.id for one in found.nodes_added] == ["dataset:ns:customers"]
    assert [(one.origin.id, one.destination.id) for one in found.edges_added] == [
        ("dataset:ns:customers", "job:ns:daily")
    ]
    assert [one.origin.column for one in found.columns_removed] == ["a"]
    assert [one.origin.column for one in found.columns_added] == ["b"]
    changed = {one.node.id: one for one in found.changed}
    assert [one.kind for one in changed["dataset:ns:totals"].schema] == ["type_widened"]
    assert "-SELECT a" in str(changed["job:ns:daily"].sql)
    assert found.nodes_removed == found.edges_removed == ()


def test_an_error_and_another_end_are_no_same(lineage, event):
    error = {"errorMessage": {"message": "no disk", "programmingLanguage": "SQL"}}
    lineage.post(*run(event, 1), *run(event, 2, end="FAIL", run_facets=error))
    found = compare(lineage)
    assert not found.is_same
    assert (found.after.state, found.after.error and found.after.error.message) == (
        "FAILED",
        "no disk",
    )


def test_run_facets_are_shown_and_do_not_decide(lineage, event):
    lineage.post(
        *run(event, 1, run_facets={"engine": {"version": "3.5"}}),
        *run(event, 2, run_facets={"engine": {"version": "4.0"}}),
    )
    found = compare(lineage)
    assert found.is_same
    assert [
        (one.name, one.members[0].before, one.members[0].after) for one in found.run_facets
    ] == [("engine", "3.5", "4.0")]


def test_runs_of_different_jobs_are_refused(lineage, event):
    lineage.post(event("COMPLETE", "one", 1), event("COMPLETE", "other", 2))
    with pytest.raises(Invalid, match="different jobs, 'one' and 'other'"):
        compare(lineage)


def test_a_run_that_is_not_there_is_missing(lineage, event):
    lineage.post(event("COMPLETE", "one", 1))
    with pytest.raises(Missing, match="000000000002"):
        compare(lineage)


def test_runs_that_share_ids_are_paired_by_job(lineage, event):
    lineage.post(
        event("COMPLETE", "b", 1, "x"),
        event("COMPLETE", "a", 1, "y"),
        event("COMPLETE", "b", 2, "x z"),
    )
    assert compare(lineage).before.run.job.name == "b"
