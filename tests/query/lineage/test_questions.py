from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from headwater.errors import Missing
from headwater.lineage.contract import Applied, Arrival
from headwater.lineage.reading.lens import Lens
from headwater.model.lineage import Moment, Name
from headwater.model.principal import LOCAL
from headwater.query.lineage.collapse import Collapse
from headwater.query.lineage.graph import Budget, Graph
from tests.query.lineage.graphs import links, names, symlinks, with_facets

LATE = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


def test_downstream_goes_on_behind_a_cycle(lineage: Any, event: Any) -> None:
    lineage.post(
        event("COMPLETE", "j", 1, "a", "b"),
        event("COMPLETE", "k", 2, "b", "a"),
        event("COMPLETE", "m", 3, "a", "far"),
    )
    assert "far" in names(lineage.walk("dataset:ns:b", towards="both"))


def test_names_of_one_dataset_are_one_node_under_the_name_asked(lineage: Any, event: Any) -> None:
    written = event("COMPLETE", "w", 1, "raw", "/files/t")
    lineage.post(
        with_facets(written, "/files/t", symlinks=symlinks("db.t")),
        event("COMPLETE", "r", 2, "db.t", "top"),
    )
    assert names(lineage.walk("dataset:ns:top", towards="up")) == {"top": 0, "db.t": -1, "raw": -2}
    for asked in ("db.t", "/files/t"):
        graph = lineage.walk(f"dataset:ns:{asked}")
        assert names(graph) == {asked: 0, "raw": -1, "top": 1}
        (others,) = graph.identities.values()
        assert {asked, *(name.name for name in others)} == {"db.t", "/files/t"}


def test_symlink_taken_back_parts_the_names_again(lineage: Any, event: Any) -> None:
    written = event("COMPLETE", "w", 1, "raw", "/files/t")
    read = event("COMPLETE", "r", 2, "db.t", "top")
    graph = "dataset:ns:top"
    lineage.post(with_facets(written, "/files/t", symlinks=symlinks("db.t")), read)
    assert "raw" in names(lineage.walk(graph, towards="up"))
    again = event("COMPLETE", "w", 3, "raw", "/files/t")
    lineage.post(with_facets(again, "/files/t", symlinks={"_deleted": True}))
    assert names(lineage.walk(graph, towards="up")) == {"top": 0, "db.t": -1}


def test_location_is_never_the_canonical_name(lineage: Any, event: Any) -> None:
    written = event("COMPLETE", "w", 1, "raw", "z.table")
    location = symlinks("/a/location", type_="LOCATION")
    lineage.post(
        with_facets(written, "z.table", symlinks=location),
        event("COMPLETE", "r", 2, "/a/location", "top"),
    )
    assert "z.table" in names(lineage.walk("dataset:ns:top", towards="up"))


def test_too_many_names_stay_apart_and_are_reported(lineage: Any, event: Any) -> None:
    written = event("COMPLETE", "w", 1, "raw", "t")
    many = symlinks(*(f"name{n:02d}" for n in range(60)))
    lineage.post(
        with_facets(written, "t", symlinks=many), event("COMPLETE", "r", 2, "name07", "top")
    )
    graph = lineage.walk("dataset:ns:top", towards="up")
    assert names(graph) == {"top": 0, "name07": -1}
    assert [vertex.name.name for vertex in graph.unmerged] == ["name07"]
    assert graph.reason == "datasets with too many symlinks are not merged; see unmerged"


def test_columns_are_followed_through_symlinks(lineage: Any, event: Any) -> None:
    source = {"namespace": "ns", "name": "raw", "field": "x"}
    made = {"fields": {"y": {"inputFields": [source]}}}
    written = event("COMPLETE", "w", 1, "raw", "/files/t", columns=made)
    onward = {"fields": {"z": {"inputFields": [{"namespace": "ns", "name": "db.t", "field": "y"}]}}}
    lineage.post(
        with_facets(written, "/files/t", symlinks=symlinks("db.t")),
        event("COMPLETE", "r", 2, "db.t", "top", columns=onward),
    )
    graph = lineage.walk("datasetField:ns:top:z", towards="up")
    assert [f"{v.name.name}.{v.column}" for v in graph.distances] == ["db.t.y", "raw.x", "top.z"]
    down = lineage.walk("datasetField:ns:raw:x", towards="down")
    assert {v.name.name: at for v, at in down.distances.items()} == {"db.t": 1, "raw": 0, "top": 2}


def test_columns_of_a_run_in_flight_are_marked(lineage: Any, event: Any) -> None:
    made = {"fields": {"y": {"inputFields": [{"namespace": "ns", "name": "a", "field": "x"}]}}}
    lineage.post(event("RUNNING", "j", 1, "a", "b", columns=made))
    graph = lineage.walk("datasetField:ns:b:y", towards="up")
    assert [link.state for link in graph.links] == ["running"]


def test_columns_as_of_a_time_are_those_of_then(lineage: Any, event: Any) -> None:
    def made_of(column: str) -> dict[str, Any]:
        source = {"namespace": "ns", "name": "a", "field": column}
        return {"fields": {"y": {"inputFields": [source]}}}

    first = event("COMPLETE", "j", 1, "a", "b", columns=made_of("old"))
    lineage.post(first, event("COMPLETE", "j", 2, "a", "b", columns=made_of("new")))
    then = Lens(as_of=moment_of(first))
    for lens, column in ((Lens(), "new"), (then, "old"), (Lens(known_at=1), "old")):
        graph = lineage.walk("datasetField:ns:b:y", towards="up", lens=lens)
        assert [v.column for v in graph.distances if v.name.name == "a"] == [column]


def test_run_of_which_half_was_known_shows_that_half(lineage: Any, event: Any) -> None:
    made = {"fields": {"y": {"inputFields": [{"namespace": "ns", "name": "a", "field": "x"}]}}}
    begun = event("START", "j", 1, "a", "")
    lineage.post(begun, event("COMPLETE", "j", 1, "late", "b", columns=made))
    graph = lineage.walk("dataset:ns:a", towards="down", lens=Lens(as_of=moment_of(begun)))
    assert links(graph) == {("a", "j", "running")}
    with pytest.raises(Missing, match="column 'y'"):
        lineage.walk("datasetField:ns:b:y", towards="up", lens=Lens(as_of=moment_of(begun)))


def moment_of(event: dict[str, Any]) -> Moment:
    return Moment(int(datetime.fromisoformat(event["eventTime"]).timestamp()))


@pytest.fixture
def runs(lineage: Any, event: Any) -> Any:
    """load 1 -> a -> use 2; load 3 -> a -> use 4 and other 5."""
    lineage.post(
        event("COMPLETE", "load", 1, "", "a"),
        event("COMPLETE", "use", 2, "a", "b"),
        event("COMPLETE", "load", 3, "", "a"),
        event("COMPLETE", "use", 4, "a", "b"),
        event("COMPLETE", "other", 5, "a", "c"),
    )
    return lineage


def run_numbers(graph: Graph) -> dict[int, int]:
    return {int(v.column[-3:]): at for v, at in graph.distances.items()}


def run_uuid(run: int) -> str:
    return f"00000000-0000-4000-8000-{run:012d}"


def node_of(run: int) -> str:
    return f"run:{run_uuid(run)}"


def test_runs_are_fed_by_who_wrote_what_they_read(runs: Any) -> None:
    assert run_numbers(runs.walk(node_of(2), level="run")) == {1: -1, 2: 0}
    assert run_numbers(runs.walk(node_of(4), level="run", towards="up")) == {3: -1, 4: 0}
    down = runs.walk(node_of(3), level="run", towards="down")
    assert run_numbers(down) == {3: 0, 4: 1, 5: 1}
    assert {name.name for link in down.links for name in link.via} == {"a"}


def test_walk_between_runs_leaves_out_what_is_deleted(runs: Any) -> None:
    runs.command("delete", "job", "other")
    assert run_numbers(runs.walk(node_of(3), level="run")) == {3: 0, 4: 1}
    assert run_numbers(runs.walk(node_of(5), level="run")) == {3: -1, 5: 0}
    runs.command("delete", "dataset", "a")
    assert run_numbers(runs.walk(node_of(4), level="run")) == {4: 0}


def test_runs_of_a_dataset_and_of_a_job_start_at_the_last(runs: Any) -> None:
    assert run_numbers(runs.walk("dataset:ns:b", level="run", towards="up")) == {3: -1, 4: 0}
    assert run_numbers(runs.walk("job:ns:load", level="run", towards="up")) == {3: 0}
    with pytest.raises(Missing):
        runs.walk(node_of(9), level="run")


def test_graph_of_one_run_holds_it_and_the_runs_below_it(lineage: Any, event: Any) -> None:
    parent = {
        "parent": {
            "run": {"runId": "00000000-0000-4000-8000-000000000001"},
            "job": {"namespace": "ns", "name": "chain"},
        }
    }
    lineage.post(
        event("START", "chain", 1),
        event("COMPLETE", "step", 2, "a", "b", run_facets=parent),
        event("COMPLETE", "step", 3, "x", "b"),
        event("COMPLETE", "elsewhere", 4, "b", "c"),
    )
    one = Lens(mode="run", run=UUID("00000000-0000-4000-8000-000000000001"))
    assert links(lineage.walk("dataset:ns:b", lens=one)) == {
        ("a", "step", "current"),
        ("step", "b", "current"),
    }
    grouped = lineage.walk("dataset:ns:a", lens=one, collapse=Collapse(by="parent"))
    assert names(grouped, "job") == {"chain": 1}
    assert links(grouped) == {("a", "chain", "current"), ("chain", "b", "current")}


def test_namespaces_and_prefixes_become_groups(lineage: Any, event: Any) -> None:
    lineage.post(
        event("COMPLETE", "one", 1, "raw.a raw.b", "mid.c"),
        event("COMPLETE", "two", 2, "mid.c", "top"),
    )
    start = "dataset:ns:top"
    by_prefix = lineage.walk(start, collapse=Collapse(by="prefix"))
    assert names(by_prefix, "group") == {"raw.": -2, "mid.": -1}
    (group,) = [v for v in by_prefix.members if v.name.name == "raw."]
    assert by_prefix.members[group] == 2
    given = lineage.walk(start, collapse=Collapse(by="prefix", prefixes=("raw", "nope")))
    assert names(given, "group") == {"raw": -2}
    assert names(given) == {"mid.c": -1, "top": 0}
    by_namespace = lineage.walk(start, collapse=Collapse(by="namespace"))
    assert [v.kind for v in by_namespace.distances] == ["group", "dataset"]
    assert links(by_namespace) == {("", "top", "current")}


def test_columns_become_groups_by_the_names_of_their_datasets(lineage: Any, event: Any) -> None:
    def made_of(*fields: str) -> dict[str, Any]:
        sources = [{"namespace": "ns", "name": "raw.a", "field": field} for field in fields]
        return {"fields": {"c": {"inputFields": sources}}}

    used = {"fields": {"x": {"inputFields": [{"namespace": "ns", "name": "mid", "field": "c"}]}}}
    lineage.post(
        event("COMPLETE", "one", 1, "raw.a", "mid", columns=made_of("p", "q")),
        event("COMPLETE", "two", 2, "mid", "top", columns=used),
    )
    start = "datasetField:ns:top:x"
    grouped = lineage.walk(start, collapse=Collapse(by="prefix"))
    assert {v.id: n for v, n in grouped.members.items()} == {"group:ns:raw.": 2}
    assert [(k.origin.id, k.destination.id, k.kind) for k in grouped.links] == [
        ("datasetField:ns:mid:c", "datasetField:ns:top:x", "UNKNOWN"),
        ("group:ns:raw.", "datasetField:ns:mid:c", None),
    ]
    spaces = lineage.walk(start, collapse=Collapse(by="namespace"))
    assert {v.id: n for v, n in spaces.members.items()} == {"group:ns:": 3}


def test_columns_are_made_by_the_job_above_when_jobs_are_collapsed(
    lineage: Any, event: Any
) -> None:
    said = {"run": {"runId": run_uuid(9)}, "job": {"namespace": "ns", "name": "dag"}}
    source = [{"namespace": "ns", "name": "a", "field": "p"}]
    lineage.post(
        event(
            *("COMPLETE", "dag.task", 1, "a", "b"),
            columns={"fields": {"c": {"inputFields": source}}},
            run_facets={"parent": said},
        )
    )
    (link,) = lineage.walk("datasetField:ns:b:c", collapse=Collapse(by="parent")).links
    assert (link.job, link.kind) == (Name("ns", "dag"), "UNKNOWN")


def test_runs_become_the_run_that_they_ran_under(lineage: Any, event: Any) -> None:
    def below(run: int) -> dict[str, Any]:
        return {
            "parent": {"run": {"runId": run_uuid(run)}, "job": {"namespace": "ns", "name": "dag"}}
        }

    lineage.post(
        event("COMPLETE", "dag", 9),
        event("COMPLETE", "one", 1, "raw", "a", run_facets=below(9)),
        event("COMPLETE", "two", 2, "a", "b", run_facets=below(9)),
        event("COMPLETE", "other", 3, "b", "c"),
    )
    graph = lineage.walk(node_of(3), level="run", collapse=Collapse(by="parent"))
    assert run_numbers(graph) == {9: -1, 3: 0}
    (top,) = graph.members
    assert (top.name.name, graph.members[top], graph.keys[top] > 0) == ("dag", 2, True)
    (link,) = graph.links
    assert [name.name for name in link.via] == ["b"]
    spaces = lineage.walk(node_of(3), level="run", collapse=Collapse(by="namespace"))
    assert {v.id: n for v, n in spaces.members.items()} == {"group:ns:": 2}


def test_band_is_lifted_for_an_expanded_node(lineage: Any, event: Any) -> None:
    lineage.post(*(event("COMPLETE", f"j{n:02d}", n, "hub", f"d{n:02d}") for n in range(20)))
    few = lineage.walk("dataset:ns:hub", depth=1, budget=Budget(band=5))
    assert len(names(few, "job")) == 5
    budget = Budget(band=5, expanded=frozenset({few.bands[0].vertex.id}))
    assert len(names(lineage.walk("dataset:ns:hub", depth=1, budget=budget), "job")) == 20


def test_budget_of_edges_ends_the_walk(lineage: Any, event: Any) -> None:
    lineage.post(*(event("COMPLETE", f"j{n}", n, f"d{n}", f"d{n + 1}") for n in range(9)))
    graph = lineage.walk("dataset:ns:d0", towards="down", depth=20, budget=Budget(edges=6))
    assert len(graph.links) == 6
    assert graph.reason == "the budget of 6 edges is used up"
    assert lineage.walk("dataset:ns:d0", depth=20, budget=Budget(edges=18)).reason is None


def test_hidden_then_is_what_counts_for_what_was_known_then(lineage: Any, event: Any) -> None:
    """A dataset that was deleted after a sequence was there at that sequence."""
    from headwater.lineage.commands import Command

    lineage.post(event("COMPLETE", "j", 1, "a", "b"))
    body = Command(verb="delete", entity="dataset", namespace="ns", name="a").to_bytes()
    arrival = Arrival(body=body, principal=LOCAL, received_at=LATE, is_command=True)
    (outcome,) = lineage.log.apply([arrival])
    assert isinstance(outcome, Applied)
    assert names(lineage.walk("dataset:ns:b", towards="up")) == {"b": 0}
    then = Lens(known_at=outcome.sequence - 1)
    assert names(lineage.walk("dataset:ns:b", towards="up", lens=then)) == {"a": -1, "b": 0}


def test_walk_of_several_views_is_of_their_own_moment(lineage: Any, event: Any) -> None:
    """A view that is older than the memory neither reads nor writes it."""
    reads = lineage.reads
    lineage.post(event("COMPLETE", "j", 1, "a", "c"))
    with reads.view() as old:
        job = old.names.find("job", type(next(iter(old.names.of("job", [1]).values())))("ns", "j"))
        lineage.post(event("COMPLETE", "j", 2, "b", "c"))
        with reads.view() as new:
            assert job is not None
            fresh = new.entities.of(
                "dataset", {e.dataset for e in new.edges.of_jobs([job], "input")}
            )
            assert {entity.name.name for entity in fresh.values()} == {"b"}
        stale = old.entities.of("dataset", {e.dataset for e in old.edges.of_jobs([job], "input")})
        assert {entity.name.name for entity in stale.values()} == {"a"}
    with reads.view() as again:
        found = again.entities.of(
            "dataset", {e.dataset for e in again.edges.of_jobs([job], "input")}
        )
        assert {entity.name.name for entity in found.values()} == {"b"}
