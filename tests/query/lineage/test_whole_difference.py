from __future__ import annotations

from typing import Any

import pytest

from headwater.model.lineage import Moment
from headwater.query.lineage.difference import Difference
from headwater.query.lineage.graph import Budget
from headwater.query.lineage.time_difference import TimeDifferences
from headwater.query.lineage.whole_difference import END_OF_TIME
from headwater.wire.openlineage.times import read_time
from tests.query.lineage.graphs import dataset_event, entry, with_facets


def minute(number: int) -> Moment:
    time = read_time(f"2026-03-01T00:{number:02d}:30Z")
    assert time is not None
    return Moment(time.seconds)


def diff(lineage: Any, before: int, after: int | None = None, most: int = 100) -> Difference:
    until = END_OF_TIME if after is None else minute(after)
    budget = Budget(nodes=most)
    return TimeDifferences(lineage.reads).of(
        None, before=minute(before), after=until, budget=budget
    )


def ids(found: Any) -> list[str]:
    return [one.id for one in found]


def arrows(found: Any) -> list[tuple[str, str]]:
    return [(one.origin.name.name, one.destination.name.name) for one in found]


@pytest.fixture
def apart(lineage: Any, event: Any) -> Any:
    """Two graphs that nothing joins; one changes at minute 4, the other at minute 5."""
    lineage.post(
        event("COMPLETE", "load", 1, "raw", "orders"),
        event("COMPLETE", "other", 2, "x", "y"),
        event("COMPLETE", "keeps", 3, "raw", "copy"),
        event("COMPLETE", "load", 4, "clean", "orders"),
        event("COMPLETE", "other", 5, "z", "y"),
    )
    return lineage


def test_everything_that_came_and_went_is_told(apart: Any) -> None:
    found = diff(apart, 3)
    assert ids(found.nodes_added) == ["dataset:ns:clean", "dataset:ns:z"]
    assert ids(found.nodes_removed) == ["dataset:ns:x"]
    assert arrows(found.edges_added) == [("clean", "load"), ("z", "other")]
    assert arrows(found.edges_removed) == [("raw", "load"), ("x", "other")]
    assert found.reason is None


def test_only_what_changed_up_to_the_later_time_counts(apart: Any) -> None:
    assert ids(diff(apart, 3, 4).nodes_added) == ["dataset:ns:clean"]
    assert diff(apart, 2, 2).is_same
    assert diff(apart, 5).is_same


def test_jobs_and_datasets_that_begin_are_added(lineage: Any, event: Any) -> None:
    lineage.post(
        event("COMPLETE", "first", 1, "a", "b"),
        event("COMPLETE", "alone", 2),
        dataset_event("declared", 3),
    )
    assert ids(diff(lineage, 0).nodes_added) == [
        "dataset:ns:a",
        "job:ns:alone",
        "dataset:ns:b",
        "dataset:ns:declared",
        "job:ns:first",
    ]


def test_what_is_said_otherwise_is_told(lineage: Any, event: Any) -> None:
    def schema(type_: str) -> dict[str, Any]:
        return {"fields": [{"name": "id", "type": type_}]}

    columns = {"fields": {"id": {"inputFields": [{"namespace": "ns", "name": "a", "field": "x"}]}}}
    first = with_facets(event("COMPLETE", "j", 1, "a", "b"), "b", schema=schema("int"))
    second = event("COMPLETE", "j", 2, "a", "b", columns=columns)
    lineage.post(first, with_facets(second, "b", schema=schema("bigint")))
    found = diff(lineage, 1)
    (changed,) = found.changed
    assert (changed.node.id, [one.kind for one in changed.schema]) == (
        *("dataset:ns:b", ["type_widened"]),
    )
    assert [one.destination.column for one in found.columns_added] == ["id"]


def test_declared_edges_count(lineage: Any, event: Any) -> None:
    before, told = event("COMPLETE", "j", 1, "a", "b"), event("COMPLETE", "j", 2, "a", "b")
    told["job"]["facets"] = {"lineage": {"entries": [entry("a", name="b")]}}
    lineage.post(before, told)
    assert arrows(diff(lineage, 1).edges_added) == [("a", "b")]


def test_names_of_one_dataset_are_one_node(lineage: Any, event: Any) -> None:
    written, read = event("COMPLETE", "w", 1, "", "t"), event("COMPLETE", "r", 2, "t", "top")
    written["outputs"][0]["namespace"] = "s3a://lake"
    read["inputs"][0]["namespace"] = "s3://lake"
    lineage.post(written, read)
    found = diff(lineage, 1)
    assert ids(found.nodes_added) == ["job:ns:r", "dataset:ns:top"]
    assert arrows(found.edges_added) == [("r", "top"), ("t", "r")]


def test_what_is_deleted_is_no_difference(apart: Any) -> None:
    apart.command("delete", "job", "other")
    assert ids(diff(apart, 3).nodes_added) == ["dataset:ns:clean"]


def test_budget_takes_jobs_by_name_and_says_so(apart: Any) -> None:
    found = diff(apart, 3, most=4)
    assert ids(found.nodes_added) == ["dataset:ns:clean"]
    assert found.reason == "the budget of 4 nodes is used up"
