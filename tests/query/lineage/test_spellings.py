from __future__ import annotations

from typing import Any

import pytest

from headwater.errors import Missing
from headwater.model.lineage import Name
from tests.query.lineage.graphs import all_names


def in_space(event: dict[str, Any], **spaces: str) -> dict[str, Any]:
    """Put datasets, by name, into other namespaces."""
    for dataset in (*event["inputs"], *event["outputs"]):
        dataset["namespace"] = spaces.get(dataset["name"], dataset["namespace"])
    return event


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


def test_runs_are_fed_by_who_wrote_it_by_another_name(lineage: Any, event: Any) -> None:
    glue = event("COMPLETE", "other", 3, "db.t", "side")
    glue["inputs"][0]["namespace"] = "glue"
    written = in_space(event("COMPLETE", "spark", 1, "raw", "t"), t="s3a://lake")
    written["outputs"][0]["facets"] = {
        "symlinks": {"identifiers": [{"namespace": "glue", "name": "db.t", "type": "TABLE"}]}
    }
    later = in_space(event("COMPLETE", "trino", 2, "t", "top"), t="s3://lake")
    for number, told in enumerate((written, later, glue)):
        told["eventTime"] = f"2026-03-01T12:{number:02d}:00Z"
    lineage.post(written, later, glue)

    def walked(run: int) -> dict[str, int]:
        graph = lineage.walk(f"run:00000000-0000-4000-8000-{run:012d}", level="run")
        return {vertex.name.name: at for vertex, at in graph.distances.items()}

    assert walked(2) == {"spark": -1, "trino": 0}
    assert walked(3) == {"spark": -1, "other": 0}
    assert walked(1) == {"spark": 0, "trino": 1, "other": 1}
