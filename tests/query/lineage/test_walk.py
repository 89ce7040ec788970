from __future__ import annotations

import itertools
from typing import Any

import pytest

from headwater.errors import Missing
from headwater.query.lineage.graph import Budget, Graph
from tests.lineage_stores import LineageBackend


def names(graph: Graph, kind: str = "dataset") -> dict[str, int]:
    return {v.name.name: at for v, at in graph.distances.items() if v.kind == kind}


def links(graph: Graph) -> set[tuple[str, str, str]]:
    return {(k.origin.name.name, k.destination.name.name, k.state) for k in graph.links}


@pytest.fixture
def chain(lineage: Any, event: Any) -> Any:
    """a -> one -> b -> two -> c -> three -> d, and e beside b into two."""
    lineage.post(
        event("COMPLETE", "one", 1, "a", "b"),
        event("COMPLETE", "two", 2, "b e", "c"),
        event("COMPLETE", "three", 3, "c", "d"),
    )
    return lineage


def test_up_and_down_are_two_directions(chain: Any) -> None:
    assert names(chain.walk("dataset:ns:c", towards="up")) == {"a": -2, "b": -1, "c": 0, "e": -1}
    assert names(chain.walk("dataset:ns:b", towards="down")) == {"b": 0, "c": 1, "d": 2}
    both = chain.walk("dataset:ns:b", towards="both", depth=1)
    assert names(both) == {"a": -1, "b": 0, "c": 1}
    assert names(both, "job") == {"one": -1, "two": 1}


def test_depth_counts_jobs(chain: Any) -> None:
    assert names(chain.walk("dataset:ns:d", towards="up", depth=0)) == {"d": 0}
    assert names(chain.walk("dataset:ns:d", towards="up", depth=1)) == {"d": 0, "c": -1}
    assert names(chain.walk("job:ns:two", towards="up", depth=1)) == {"b": -1, "e": -1}


def test_jobs_alone_are_linked_via_datasets(chain: Any) -> None:
    graph = chain.walk("job:ns:one", towards="down", level="job")
    assert links(graph) == {("one", "two", "current"), ("two", "three", "current")}
    assert [name.name for name in graph.links[0].via] == ["b"]


def test_cycle_ends(lineage: Any, event: Any) -> None:
    lineage.post(event("COMPLETE", "j", 1, "a", "b"), event("COMPLETE", "k", 2, "b", "a"))
    graph = lineage.walk("dataset:ns:a", depth=1_000)
    assert set(names(graph)) == {"a", "b"}
    assert len(graph.links) == 4


def test_edge_of_an_older_run_is_gone_when_the_next_completes(lineage: Any, event: Any) -> None:
    lineage.post(event("COMPLETE", "j", 1, "a b", "c"), event("COMPLETE", "j", 2, "a", "c"))
    assert set(names(lineage.walk("dataset:ns:c", towards="up"))) == {"a", "c"}
    assert lineage.walk("dataset:ns:b", towards="down").links == ()


def test_run_in_flight_adds_its_edges(lineage: Any, event: Any) -> None:
    lineage.post(event("COMPLETE", "j", 1, "a", "c"), event("START", "j", 2, "b", ""))
    graph = lineage.walk("dataset:ns:c", towards="up")
    assert links(graph) == {
        ("a", "j", "current"),
        ("b", "j", "running"),
        ("j", "c", "current"),
    }
    assert links(lineage.walk("dataset:ns:b", towards="down")) >= {("b", "j", "running")}


def test_run_in_flight_before_the_latest_success_does_not_count(lineage: Any, event: Any) -> None:
    lineage.post(event("START", "j", 1, "b", "c"), event("COMPLETE", "j", 2, "a", "c"))
    assert set(names(lineage.walk("dataset:ns:c", towards="up"))) == {"a", "c"}


def test_direction_without_datasets_keeps_those_of_an_earlier_run(lineage: Any, event: Any) -> None:
    lineage.post(event("COMPLETE", "j", 1, "a", "c"), event("COMPLETE", "j", 2, "", "c"))
    assert set(names(lineage.walk("dataset:ns:c", towards="up"))) == {"a", "c"}


def test_failed_run_changes_nothing_after_a_success(lineage: Any, event: Any) -> None:
    lineage.post(event("COMPLETE", "j", 1, "a", "c"), event("FAIL", "j", 2, "b", "c"))
    assert links(lineage.walk("dataset:ns:c", towards="up")) == {
        ("a", "j", "current"),
        ("j", "c", "current"),
    }


def test_job_that_never_succeeded_shows_its_failed_run(lineage: Any, event: Any) -> None:
    lineage.post(event("FAIL", "j", 1, "a", "c"), event("FAIL", "j", 2, "b", "c"))
    assert links(lineage.walk("dataset:ns:c", towards="up")) == {
        ("b", "j", "failed"),
        ("j", "c", "failed"),
    }


def test_order_of_arrival_changes_no_answer(
    lineage: Any, event: Any, lineage_backend: LineageBackend
) -> None:
    events = [
        event("START", "j", 1, "a", ""),
        event("COMPLETE", "j", 1, "", "b"),
        event("START", "k", 2, "b", "c"),
        event("FAIL", "k", 2),
    ]
    answers = []
    for order in itertools.permutations(events):
        other = type(lineage)(lineage_backend.open())
        other.post(*order)
        graph = other.walk("dataset:ns:b")
        answers.append((dict(graph.distances), graph.links))
        other.log.close()
    assert all(answer == answers[0] for answer in answers)


def test_band_hides_what_is_over_it_by_name(lineage: Any, event: Any) -> None:
    lineage.post(*(event("COMPLETE", f"j{n:02d}", n, "hub", f"d{n:02d}") for n in range(20)))
    graph = lineage.walk("dataset:ns:hub", towards="down", depth=1, budget=Budget(band=5))
    assert sorted(names(graph, "job")) == [f"j{n:02d}" for n in range(5)]
    assert [(b.vertex.name.name, b.side, b.hidden) for b in graph.bands] == [("hub", "down", 15)]
    assert graph.reason is not None


def test_budget_says_that_the_answer_is_partial(lineage: Any, event: Any) -> None:
    lineage.post(*(event("COMPLETE", f"j{n:02d}", n, "hub", f"d{n:02d}") for n in range(20)))
    graph = lineage.walk("dataset:ns:hub", towards="down", budget=Budget(nodes=10))
    assert len(graph.distances) == 10
    assert graph.reason == "the budget of 10 nodes is used up"
    assert lineage.walk("dataset:ns:hub", towards="down", budget=Budget(nodes=41)).reason is None


def test_unknown_node_is_missing(lineage: Any) -> None:
    with pytest.raises(Missing, match="nope"):
        lineage.walk("dataset:ns:nope")


def field(name: str, column: str, kind: str = "DIRECT", subtype: str = "IDENTITY") -> Any:
    how = [{"type": kind, "subtype": subtype, "masking": subtype == "HASH"}]
    return {"namespace": "ns", "name": name, "field": column, "transformations": how}


@pytest.fixture
def columns(lineage: Any, event: Any) -> Any:
    """raw.x -> mid.y (masked) -> top.z, top filtered by mid.f."""
    mid = {"fields": {"y": {"inputFields": [field("raw", "x", subtype="HASH")]}}}
    top = {
        "fields": {"z": {"inputFields": [field("mid", "y", subtype="AGGREGATION")]}},
        "dataset": [field("mid", "f", "INDIRECT", "FILTER")],
    }
    lineage.post(
        event("COMPLETE", "one", 1, "raw", "mid", columns=mid),
        event("COMPLETE", "two", 2, "mid", "top", columns=top),
    )
    return lineage


def column_names(graph: Graph) -> dict[str, int]:
    return {f"{v.name.name}.{v.column}": at for v, at in graph.distances.items()}


def test_column_leads_to_its_raw_field(columns: Any) -> None:
    graph = columns.walk("datasetField:ns:top:z", towards="up")
    assert column_names(graph) == {
        "top.z": 0,
        "top.": 0,
        "mid.y": -1,
        "mid.f": -1,
        "raw.x": -2,
    }
    how = {(k.origin.column, k.kind, k.subtype, k.is_masked) for k in graph.links}
    assert how == {
        ("x", "DIRECT", "HASH", True),
        ("y", "DIRECT", "AGGREGATION", False),
        ("f", "INDIRECT", "FILTER", False),
    }
    assert {k.job.name for k in graph.links if k.job} == {"one", "two"}


def test_raw_column_leads_to_what_is_made_of_it(columns: Any) -> None:
    graph = columns.walk("datasetField:ns:raw:x", towards="down")
    assert column_names(graph) == {"raw.x": 0, "mid.y": 1, "top.z": 2}
    filtered = columns.walk("datasetField:ns:mid:f", towards="down")
    assert column_names(filtered) == {"mid.f": 0, "top.": 1}


def test_dataset_stands_for_its_columns(columns: Any) -> None:
    graph = columns.walk("dataset:ns:top", towards="up", level="column", depth=1)
    assert column_names(graph) == {"top.z": 0, "top.": 0, "mid.y": -1, "mid.f": -1}


def test_column_edges_of_an_older_run_are_gone(columns: Any, event: Any) -> None:
    again = {"fields": {"z": {"inputFields": [field("mid", "other")]}}}
    columns.post(event("COMPLETE", "two", 3, "mid", "top", columns=again))
    assert column_names(columns.walk("datasetField:ns:top:z", towards="up")) == {
        "top.z": 0,
        "mid.other": -1,
    }
    gone = columns.walk("datasetField:ns:mid:y", towards="down")
    assert column_names(gone) == {"mid.y": 0}


def test_unknown_column_is_missing(columns: Any) -> None:
    with pytest.raises(Missing, match="nope"):
        columns.walk("datasetField:ns:top:nope")


def test_real_streams_walk_whole(lineage: Any) -> None:
    import json
    from pathlib import Path

    producers = Path(__file__).parents[2] / "payloads" / "producers"
    for name in ("spark35.ndjson", "dbt.ndjson", "airflow.ndjson", "ol-python.ndjson"):
        for line in (producers / name).read_bytes().splitlines():
            sent = json.loads(line)
            if sent["method"] == "POST" and sent["path"].endswith("/lineage"):
                try:
                    body = json.loads(sent["body"])
                except ValueError:
                    continue
                if isinstance(body, dict):
                    lineage.post(body)
    with lineage.reads.view() as view:
        jobs = view.listing.page("job", namespace=None, limit=10_000, offset=0)
        assert len(view.jobs.by_keys(jobs)) == len(jobs) > 40
        found = view.names.of(
            "dataset", view.listing.page("dataset", namespace=None, limit=10_000, offset=0)
        )
    for name in found.values():
        for level in ("dataset", "column"):
            graph = lineage.walk(f"dataset:{name.namespace}:{name.name}", level=level)
            ends = {v for k in graph.links for v in (k.origin, k.destination)}
            assert ends <= graph.distances.keys()
