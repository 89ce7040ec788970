from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from headwater.errors import Invalid, Missing
from headwater.lineage.contract import Applied, Arrival
from headwater.lineage.reading.lens import Lens
from headwater.model.lineage import Moment, Name
from headwater.model.principal import LOCAL
from headwater.query.lineage.collapse import Collapse
from headwater.query.lineage.graph import Budget, Graph

LATE = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


def names(graph: Graph, kind: str = "dataset") -> dict[str, int]:
    return {v.name.name: at for v, at in graph.distances.items() if v.kind == kind}


def links(graph: Graph) -> set[tuple[str, str, str]]:
    return {(k.origin.name.name, k.destination.name.name, k.state) for k in graph.links}


def with_facets(event: dict[str, Any], dataset: str, **facets: Any) -> dict[str, Any]:
    """Return the event with facets on one of its inputs or outputs."""
    for one in (*event["inputs"], *event["outputs"]):
        if one["name"] == dataset:
            one["facets"] = {**one.get("facets", {}), **facets}
    return event


def symlinks(*names: str, type_: str = "TABLE") -> dict[str, Any]:
    return {"identifiers": [{"namespace": "ns", "name": n, "type": type_} for n in names]}


def entry(*inputs: str, name: str | None = None, job: bool = False) -> dict[str, Any]:
    sources = [{"namespace": "ns", "name": one, "type": "DATASET"} for one in inputs]
    if job:
        return {"type": "JOB", "inputs": sources}
    return {"namespace": "ns", "name": name, "type": "DATASET", "inputs": sources}


def dataset_event(name: str, minute: int, **facets: Any) -> dict[str, Any]:
    return {
        "eventTime": f"2026-03-01T12:{minute:02d}:00Z",
        "producer": "urn:test",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/DatasetEvent",
        "dataset": {"namespace": "ns", "name": name, "facets": facets},
    }


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


def in_space(event: dict[str, Any], **spaces: str) -> dict[str, Any]:
    """Put datasets, by name, into other namespaces."""
    for dataset in (*event["inputs"], *event["outputs"]):
        dataset["namespace"] = spaces.get(dataset["name"], dataset["namespace"])
    return event


def all_names(graph: Graph) -> set[str]:
    return {vertex.name.name for vertex in graph.distances}


def test_spellings_of_a_scheme_are_one_node_under_the_name_asked(lineage: Any, event: Any) -> None:
    lineage.post(
        in_space(event("COMPLETE", "spark", 1, "raw", "t"), t="s3a://lake", raw="gs://b"),
        in_space(event("COMPLETE", "trino", 2, "t", "top"), t="s3://lake"),
        in_space(event("COMPLETE", "old", 3, "t", "side"), t="s3n://lake"),
        in_space(event("COMPLETE", "else", 4, "t", "apart"), t="s3://other"),
        in_space(event("COMPLETE", "copy", 5, "", "raw"), raw="gcs://b"),
    )
    spelt = ("s3://lake", "s3a://lake", "s3n://lake")
    for space in spelt:
        graph = lineage.walk(f"dataset:{space}:t")
        assert all_names(graph) == {"spark", "raw", "copy", "t", "trino", "top", "old", "side"}
        (start,) = graph.start
        assert start.name == Name(space, "t")
        others = tuple(Name(other, "t") for other in spelt if other != space)
        assert graph.identities[start] == others
    up = lineage.walk("job:ns:trino", towards="up")
    assert Name("s3://lake", "t") in {vertex.name for vertex in up.distances}
    assert all_names(up) == {"trino", "t", "spark", "raw", "copy"}


def test_dataset_is_found_where_only_another_spelling_is_known(lineage: Any, event: Any) -> None:
    lineage.post(in_space(event("COMPLETE", "w", 1, "raw", "t"), t="postgresql://db:5432"))
    graph = lineage.walk("dataset:postgres://db:5432:t", towards="up")
    assert all_names(graph) == {"t", "w", "raw"}
    with pytest.raises(Missing):
        lineage.walk("dataset:mysql://db:5432:t")


def test_spelling_that_is_deleted_is_apart(lineage: Any, event: Any) -> None:
    lineage.post(
        in_space(event("COMPLETE", "spark", 1, "raw", "t"), t="s3a://ns"),
        in_space(event("COMPLETE", "trino", 2, "t", "top"), t="s3://ns"),
    )
    lineage.command("delete", "dataset", "t", namespace="s3a://ns")
    assert all_names(lineage.walk("dataset:s3://ns:t")) == {"t", "trino", "top"}
    lineage.command("undelete", "dataset", "t", namespace="s3a://ns")
    assert "raw" in all_names(lineage.walk("dataset:s3://ns:t"))


def test_columns_are_followed_through_spellings(lineage: Any, event: Any) -> None:
    made = {"fields": {"c": {"inputFields": [{"namespace": "ns", "name": "raw", "field": "a"}]}}}
    used = {"fields": {"d": {"inputFields": [{"namespace": "s3://l", "name": "t", "field": "c"}]}}}
    lineage.post(
        in_space(event("COMPLETE", "w", 1, "raw", "t", columns=made), t="s3a://l"),
        in_space(event("COMPLETE", "r", 2, "t", "top", columns=used), t="s3://l"),
    )
    graph = lineage.walk("datasetField:ns:top:d", towards="up")
    assert {vertex.column for vertex in graph.distances} == {"a", "c", "d"}


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


def test_declared_edges_of_an_output_join_datasets(lineage: Any, event: Any) -> None:
    said = {"inputs": [{"namespace": "ns", "name": "hidden source", "type": "DATASET"}]}
    lineage.post(with_facets(event("COMPLETE", "j", 1, "a", "b"), "b", lineage=said))
    graph = lineage.walk("dataset:ns:b", towards="up")
    (declared,) = [link for link in graph.links if link.is_declared]
    assert (declared.origin.name.name, declared.destination.name.name) == ("hidden source", "b")
    assert declared.job is not None
    assert declared.job.name == "j"
    down = lineage.walk("dataset:ns:hidden source", towards="down")
    assert names(down) == {"hidden source": 0, "b": 1}


def test_declared_edges_of_a_job_replace_those_of_its_run_before(lineage: Any, event: Any) -> None:
    def saying(run: int, source: str) -> dict[str, Any]:
        told: dict[str, Any] = event("COMPLETE", "j", run)
        told["job"]["facets"] = {"lineage": {"entries": [entry(source, name="b")]}}
        return told

    lineage.post(saying(1, "old"))
    assert names(lineage.walk("dataset:ns:b", towards="up")) == {"b": 0, "old": -1}
    lineage.post(saying(2, "new"))
    assert names(lineage.walk("dataset:ns:b", towards="up")) == {"b": 0, "new": -1}


def test_job_entry_makes_an_edge_to_the_job(lineage: Any, event: Any) -> None:
    told = event("COMPLETE", "j", 1, "", "b")
    told["job"]["facets"] = {"lineage": {"entries": [entry("a", job=True)]}}
    lineage.post(told)
    graph = lineage.walk("dataset:ns:b", towards="up")
    assert names(graph) == {"b": 0, "a": -1}
    assert ("a", "j", "current") in links(graph)


def test_job_that_another_names_leads_on(lineage: Any, event: Any) -> None:
    told = event("COMPLETE", "j", 1, "", "b")
    from_job = {"namespace": "ns", "name": "exporter", "type": "JOB"}
    told["job"]["facets"] = {"lineage": {"entries": [{**entry(name="b"), "inputs": [from_job]}]}}
    lineage.post(told)
    up = lineage.walk("dataset:ns:b", towards="up")
    assert ("exporter", "b", "current") in links(up)
    down = lineage.walk("job:ns:exporter", towards="down")
    assert links(down) == {("exporter", "b", "current")}


def test_dataset_event_declares_without_a_job(lineage: Any) -> None:
    said = {"inputs": [{"namespace": "ns", "name": "table", "type": "DATASET"}]}
    lineage.post(dataset_event("view", 1, lineage=said))
    graph = lineage.walk("dataset:ns:view", towards="up")
    assert links(graph) == {("table", "view", "current")}
    assert graph.links[0].job is None


def test_columns_of_a_lineage_facet_on_a_job_are_followed(lineage: Any, event: Any) -> None:
    column = {"inputs": [{"namespace": "ns", "name": "a", "type": "DATASET", "field": "x"}]}
    told = event("COMPLETE", "j", 1, "a", "b")
    told["job"]["facets"] = {
        "lineage": {"entries": [{**entry(name="b"), "inputs": None, "fields": {"y": column}}]}
    }
    lineage.post(told)
    graph = lineage.walk("datasetField:ns:b:y", towards="up")
    assert [v.id for v in graph.distances] == ["datasetField:ns:a:x", "datasetField:ns:b:y"]


def test_lineage_facet_counts_before_the_column_lineage_of_the_same_output(
    lineage: Any, event: Any
) -> None:
    def source(column: str) -> dict[str, str]:
        return {"namespace": "ns", "name": "a", "type": "DATASET", "field": column}

    columns = {"fields": {"y": {"inputFields": [source("older")]}}}
    told = event("COMPLETE", "j", 1, "a", "b", columns=columns)
    lineage.post(told)
    before = lineage.walk("datasetField:ns:b:y", towards="up")
    explicit = {"fields": {"y": {"inputs": [source("explicit")]}}}
    again = event("COMPLETE", "j", 2, "a", "b", columns=columns)
    lineage.post(with_facets(again, "b", lineage=explicit))
    after = lineage.walk("datasetField:ns:b:y", towards="up")
    assert [v.column for v in before.distances if v.name.name == "a"] == ["older"]
    assert [v.column for v in after.distances if v.name.name == "a"] == ["explicit"]


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


def node_of(run: int) -> str:
    return f"run:00000000-0000-4000-8000-{run:012d}"


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
    with pytest.raises(Invalid, match="cannot be collapsed"):
        lineage.walk(start, level="run", collapse=Collapse(by="namespace"))


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
