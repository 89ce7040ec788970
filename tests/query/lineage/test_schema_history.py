from __future__ import annotations

from typing import Any

import pytest

from headwater.errors import Missing
from headwater.query.lineage.graph import Budget
from headwater.query.lineage.nodes import parse_node
from headwater.query.lineage.schema_history import SchemaHistories, SchemaHistory


def write(event: Any, run: int, *fields: str, job: str = "load") -> dict[str, Any]:
    made: dict[str, Any] = event("COMPLETE", job, run, "", "orders")
    declared = [dict(zip(("name", "type"), field.split(), strict=True)) for field in fields]
    made["outputs"][0]["facets"]["schema"] = {"fields": declared}
    return made


def history(lineage: Any, node: str = "dataset:ns:orders", **how: Any) -> SchemaHistory:
    asked = {"limit": 50, "budget": Budget(), **how}
    return SchemaHistories(lineage.reads).of(parse_node(node), **asked)


def kinds(found: SchemaHistory) -> list[list[str]]:
    return [[change.kind for change in version.changes] for version in found.versions]


def test_versions_come_with_their_changes_and_the_run_that_brought_them(lineage, event):
    lineage.post(
        write(event, 1, "id int", "total int"),
        write(event, 2, "id int", "total int"),
        write(event, 3, "id int", "total bigint", "day date"),
        write(event, 4, "id int", "day date"),
    )
    found = history(lineage)
    assert kinds(found) == [["column_removed"], ["type_widened", "column_added"], []]
    assert [version.number for version in found.versions] == [3, 2, 1]
    assert [version.run.id[-1] for version in found.versions if version.run] == ["4", "3", "1"]
    assert [version.is_breaking for version in found.versions] == [True, False, False]


def test_order_of_arrival_and_duplicates_do_not_matter(lineage, event):
    sent = [write(event, n, "id int", f"c{n} int") for n in range(1, 4)]
    lineage.post(sent[2], sent[0], sent[2], sent[1], sent[0])
    assert kinds(history(lineage)) == [["column_renamed"], ["column_renamed"], []]


def test_another_body_with_the_same_columns_is_no_version(lineage, event):
    first, second = write(event, 1, "id int"), write(event, 2, "id int")
    second["outputs"][0]["facets"]["schema"]["_producer"] = "urn:newer"
    lineage.post(first, second)
    assert history(lineage).total == 1


def test_what_is_downstream_of_a_broken_column_is_told(lineage, event):
    made = {"inputFields": [{"namespace": "ns", "name": "orders", "field": "total"}]}
    lineage.post(
        write(event, 1, "id int", "total int"),
        event("COMPLETE", "daily", 2, "orders", "sums", columns={"fields": {"sum": made}}),
        write(event, 3, "id int"),
    )
    newest = history(lineage).versions[0]
    assert newest.downstream is not None
    assert [one.name.name for one in newest.downstream.datasets] == ["sums"]


def test_only_breaking_changes_can_be_asked_for(lineage, event):
    lineage.post(
        write(event, 1, "id int", "gone int"),
        write(event, 2, "id int"),
        write(event, 3, "id int", "more int"),
    )
    found = history(lineage, only_breaking=True)
    assert kinds(found) == [["column_removed"]]
    assert found.total == 3


def test_what_readers_say_counts_where_nobody_wrote(lineage, event):
    read = event("COMPLETE", "report", 1, "source")
    read["inputs"][0]["facets"] = {"schema": {"fields": [{"name": "a", "type": "int"}]}}
    lineage.post(read)
    assert history(lineage, "dataset:ns:source").total == 1


def test_a_dataset_without_a_schema_has_no_versions(lineage, event):
    lineage.post(event("COMPLETE", "load", 1, "", "orders"))
    assert history(lineage).versions == ()


@pytest.mark.parametrize("node", ["dataset:ns:nope", "job:ns:load"])
def test_what_is_no_dataset_is_missing(lineage, event, node):
    lineage.post(event("COMPLETE", "load", 1, "", "orders"))
    with pytest.raises(Missing):
        history(lineage, node)
