from __future__ import annotations

from typing import Any

import pytest

from headwater.errors import Invalid, Missing
from headwater.model.lineage import Moment
from headwater.query.lineage.difference import Difference
from headwater.query.lineage.graph import Budget
from headwater.query.lineage.nodes import parse_node
from headwater.query.lineage.time_difference import TimeDifferences
from headwater.query.lineage.whole_difference import END_OF_TIME
from headwater.wire.openlineage.times import read_time


def minute(number: int) -> Moment:
    """Return the half of a minute after the event of that number; see the fixture `event`."""
    time = read_time(f"2026-03-01T00:{number:02d}:30Z")
    assert time is not None
    return Moment(time.seconds)


def diff(
    lineage: Any, before: int, after: int | None = None, node: str = "dataset:ns:orders", **how: Any
) -> Difference:
    return TimeDifferences(lineage.reads).of(
        parse_node(node),
        before=minute(before),
        after=END_OF_TIME if after is None else minute(after),
        **{"budget": Budget(), **how},
    )


def write(event: Any, run: int, inputs: str, sql: str, *fields: str) -> dict[str, Any]:
    made: dict[str, Any] = event("COMPLETE", "load", run, inputs, "orders")
    declared = [dict(zip(("name", "type"), field.split(), strict=True)) for field in fields]
    source = {"namespace": "ns", "name": inputs.split()[0], "field": "x"}
    made["outputs"][0]["facets"] = {
        "schema": {"fields": declared},
        "columnLineage": {"fields": {fields[0].split()[0]: {"inputFields": [source]}}},
    }
    made["job"]["facets"] = {"sql": {"query": sql}, "owner": {"who": str(run)}}
    return made


@pytest.fixture
def two_states(lineage: Any, event: Any) -> Any:
    lineage.post(
        write(event, 1, "raw", "SELECT x FROM raw", "id int", "total int"),
        event("COMPLETE", "report", 2, "orders", "sums"),
        write(event, 3, "clean", "SELECT x FROM clean", "id bigint"),
        event("COMPLETE", "export", 4, "orders", "file"),
    )
    return lineage


def test_what_came_and_went_is_told_by_time(two_states):
    found = diff(two_states, 2)
    assert {one.id for one in found.nodes_added} == {
        "dataset:ns:clean",
        "dataset:ns:file",
        "job:ns:export",
    }
    assert [one.id for one in found.nodes_removed] == ["dataset:ns:raw"]
    assert [(a.origin.id, a.destination.id) for a in found.edges_removed] == [
        ("dataset:ns:raw", "job:ns:load")
    ]
    assert [(a.origin.name.name, a.destination.column) for a in found.columns_added] == [
        ("clean", "id")
    ]


def test_nodes_that_stayed_say_what_is_different(two_states):
    changed = {one.node.id: one for one in diff(two_states, 2).changed}
    assert [one.kind for one in changed["dataset:ns:orders"].schema] == [
        "type_widened",
        "column_removed",
    ]
    load = changed["job:ns:load"]
    assert "-SELECT x FROM raw" in str(load.sql)
    assert [(one.name, one.members[0].before, one.members[0].after) for one in load.facets] == [
        ("owner", "1", "3")
    ]


def test_between_two_equal_states_there_is_no_difference(two_states):
    assert diff(two_states, 2, 2).is_same
    assert diff(two_states, 4).is_same
    assert not diff(two_states, 1).is_same


def test_only_one_direction_can_be_asked_for(two_states):
    found = diff(two_states, 2, towards="down")
    assert {one.id for one in found.nodes_added} == {"dataset:ns:file", "job:ns:export"}
    assert found.nodes_removed == ()


def test_order_of_arrival_does_not_matter(lineage, event):
    sent = [
        write(event, 1, "raw", "SELECT 1", "id int"),
        write(event, 2, "raw", "SELECT 2", "id int", "day date"),
        write(event, 3, "raw", "SELECT 2", "id int", "day date"),
    ]
    lineage.post(*reversed(sent), *sent)
    found = {one.node.id: one for one in diff(lineage, 1, 2).changed}
    assert [one.kind for one in found["dataset:ns:orders"].schema] == ["column_added"]
    assert "+SELECT 2" in str(found["job:ns:load"].sql)


def test_a_facet_that_was_taken_away_is_gone(lineage, event):
    first, second = event("COMPLETE", "load", 1, "", "orders"), event("COMPLETE", "load", 2)
    first["job"]["facets"] = {"note": {"text": "x"}}
    second["job"]["facets"] = {"note": {"_deleted": True}}
    lineage.post(first, second)
    (load,) = list(diff(lineage, 1, node="job:ns:load").changed)
    assert [(one.name, one.kind) for one in load.facets] == [("note", "removed")]


def test_a_cut_graph_says_so(two_states):
    assert "budget" in str(diff(two_states, 2, budget=Budget(nodes=2)).reason)


def test_times_in_the_wrong_order_and_unknown_nodes_are_refused(two_states):
    with pytest.raises(Invalid, match="is before"):
        diff(two_states, 3, 2)
    with pytest.raises(Missing):
        diff(two_states, 3, node="dataset:ns:nope")
