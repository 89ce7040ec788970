from __future__ import annotations

from typing import Any

from tests.query.lineage.graphs import dataset_event, entry, links, names, with_facets


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


def declaring(
    event: Any, *entries: dict[str, Any], run: int = 1, inputs: str, outputs: str
) -> dict[str, Any]:
    told: dict[str, Any] = event("COMPLETE", "j", run, inputs, outputs)
    told["job"]["facets"] = {"lineage": {"entries": list(entries)}}
    return told


def test_explained_output_comes_from_what_is_declared_alone(lineage: Any, event: Any) -> None:
    lineage.post(
        event("COMPLETE", "before", 7, "far", "a"),
        event("COMPLETE", "other", 8, "farther", "b"),
        declaring(event, entry("a", name="o"), inputs="a b", outputs="o p"),
    )
    up = lineage.walk("dataset:ns:o", towards="up")
    assert names(up) == {"o": 0, "a": -1, "far": -2}
    assert links(up) >= {("a", "o", "current"), ("a", "j", "current"), ("j", "o", "current")}
    assert names(lineage.walk("dataset:ns:p", towards="up"), "dataset").keys() == {
        *("p", "a", "b", "far", "farther")
    }
    assert names(lineage.walk("dataset:ns:b", towards="down")) == {"b": 0, "p": 1}
    assert names(lineage.walk("dataset:ns:a", towards="down")) == {"a": 0, "o": 1, "p": 1}
    assert names(lineage.walk("dataset:ns:far", towards="down")).keys() == {"far", "a", "o", "p"}
    assert names(lineage.walk("job:ns:j", depth=1)).keys() == {"a", "b", "o", "p"}
    assert names(lineage.walk("dataset:ns:o", level="job", towards="up"), "job").keys() == {
        *("j", "before")
    }


def test_output_without_tracked_sources_has_none(lineage: Any, event: Any) -> None:
    lineage.post(declaring(event, entry(name="o"), inputs="a", outputs="o"))
    assert names(lineage.walk("dataset:ns:o", towards="up")) == {"o": 0}
    assert names(lineage.walk("dataset:ns:a", towards="down")) == {"a": 0}


def test_facet_on_the_output_explains_it_too(lineage: Any, event: Any) -> None:
    told = event("COMPLETE", "j", 1, "a b", "o")
    source = {"namespace": "ns", "name": "b", "type": "DATASET"}
    lineage.post(with_facets(told, "o", lineage={"inputs": [source]}))
    assert names(lineage.walk("dataset:ns:o", towards="up")) == {"o": 0, "b": -1}


def test_job_is_followed_by_the_output_that_nothing_explains(lineage: Any, event: Any) -> None:
    lineage.post(
        declaring(event, entry("a", name="o"), inputs="a b", outputs="o p"),
        event("COMPLETE", "k", 2, "o p", "top"),
        event("COMPLETE", "l", 3, "p", "a"),
    )
    up = names(lineage.walk("dataset:ns:o", towards="up"))
    assert up == {"o": 0, "a": -1, "p": -2, "b": -3}
    assert names(lineage.walk("dataset:ns:top", towards="up")).keys() == {"top", "o", "p", "a", "b"}


def test_output_is_explained_only_while_every_run_that_counts_does(
    lineage: Any, event: Any
) -> None:
    lineage.post(declaring(event, entry("a", name="o"), inputs="a b", outputs="o"))
    lineage.post(event("RUNNING", "j", 2, "b", "o"))
    assert names(lineage.walk("dataset:ns:o", towards="up")) == {"o": 0, "a": -1, "b": -1}


def test_output_of_its_own_job_comes_from_all_that_the_job_reads(lineage: Any, event: Any) -> None:
    of_job = {**entry(name="o"), "inputs": [{"type": "JOB"}]}
    lineage.post(declaring(event, of_job, inputs="a b", outputs="o"))
    assert names(lineage.walk("dataset:ns:o", towards="up")) == {"o": 0, "a": -1, "b": -1}


def test_columns_of_an_explained_output_are_those_that_the_job_declares(
    lineage: Any, event: Any
) -> None:
    def source(column: str) -> dict[str, str]:
        return {"namespace": "ns", "name": "a", "type": "DATASET", "field": column}

    columns = {"fields": {"y": {"inputFields": [source("older")]}}}
    told = event("COMPLETE", "j", 1, "a", "o", columns=columns)
    fields = {"y": {"inputs": [source("explicit")]}}
    told["job"]["facets"] = {"lineage": {"entries": [{**entry(name="o"), "fields": fields}]}}
    lineage.post(told)
    graph = lineage.walk("datasetField:ns:o:y", towards="up")
    assert {v.column for v in graph.distances if v.name.name == "a"} == {"explicit"}


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
