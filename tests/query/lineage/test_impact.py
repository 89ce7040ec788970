from __future__ import annotations

from typing import Any

import pytest

from headwater.errors import Missing
from headwater.query.lineage.graph import Budget
from headwater.query.lineage.impact import Impact, ImpactAnalysis
from headwater.query.lineage.nodes import parse_node
from tests.query.lineage.graphs import dataset_event


def into(**fields: Any) -> dict[str, Any]:
    """Make a columnLineage facet: output column to (dataset, column, type[, subtype])."""
    return {
        "fields": {
            out: {
                "inputFields": [
                    {
                        "namespace": "ns",
                        "name": dataset,
                        "field": column,
                        "transformations": [{"type": kind, "subtype": subtype}],
                    }
                    for dataset, column, kind, subtype in inputs
                ]
            }
            for out, inputs in fields.items()
        }
    }


def with_rows(facet: dict[str, Any], dataset: str, column: str) -> dict[str, Any]:
    change = [{"type": "INDIRECT", "subtype": "FILTER"}]
    rows = [{"namespace": "ns", "name": dataset, "field": column, "transformations": change}]
    return {**facet, "dataset": rows}


def impact_of(
    lineage: Any, node: str, *columns: str, nodes: int = 2_000, depth: int = 20
) -> Impact:
    analysis = ImpactAnalysis(lineage.reads)
    return analysis.of(parse_node(node), columns=columns, depth=depth, budget=Budget(nodes=nodes))


def effects(impact: Impact) -> dict[str, tuple[str, int]]:
    return {one.name.name: (one.effect, one.distance) for one in impact.affected}


def columns(impact: Impact) -> dict[str, str]:
    return {
        f"{dataset.name.name}.{column.name}": column.effect
        for dataset in impact.datasets
        for column in dataset.columns
    }


@pytest.fixture
def shop(lineage: Any, event: Any) -> Any:
    """raw → orders(id, amount) → daily(total, day), big(id); a report and an old job tell less."""
    lineage.post(
        event(
            "COMPLETE",
            "load",
            1,
            "raw",
            "orders",
            columns=into(
                id=[("raw", "id", "DIRECT", "IDENTITY")],
                amount=[("raw", "amount", "DIRECT", "TRANSFORMATION")],
            ),
        ),
        event(
            "COMPLETE",
            "daily",
            2,
            "orders",
            "daily",
            columns=into(
                total=[("orders", "amount", "DIRECT", "AGGREGATION")],
                day=[("orders", "id", "DIRECT", "IDENTITY")],
            ),
        ),
        event(
            "COMPLETE",
            "big",
            3,
            "orders",
            "big",
            columns=with_rows(
                into(id=[("orders", "id", "DIRECT", "IDENTITY")]), "orders", "amount"
            ),
        ),
        event("COMPLETE", "old_export", 4, "big", "export"),
        event("FAIL", "report", 5, "daily"),
    )
    return lineage


def test_a_column_affects_what_is_made_of_it_and_what_is_chosen_by_it(shop):
    found = impact_of(shop, "dataset:ns:orders", "amount")
    assert columns(found) == {"daily.total": "direct", "big.id": "indirect"}
    assert [(one.name.name, one.effect, one.distance) for one in found.datasets] == [
        ("big", "indirect", 1),
        ("daily", "direct", 1),
        ("export", "table", 2),
    ]
    assert [(one.name.name, one.effect, one.distance) for one in found.jobs] == [
        ("big", "indirect", 1),
        ("daily", "direct", 1),
        ("old_export", "table", 2),
        ("report", "table", 2),
    ]


def test_a_column_that_nothing_is_made_of_affects_only_who_tells_no_columns(shop):
    found = impact_of(shop, "dataset:ns:daily", "day")
    assert columns(found) == {}
    assert effects(found) == {"report": ("table", 1)}


def test_effects_reach_through_jobs_from_the_source(shop):
    found = impact_of(shop, "datasetField:ns:raw:amount")
    assert columns(found) == {
        "orders.amount": "direct",
        "daily.total": "direct",
        "big.id": "indirect",
    }


def test_a_table_affects_everything_downstream_of_it(shop):
    found = impact_of(shop, "dataset:ns:raw")
    assert {one.name.name for one in found.datasets} == {"orders", "daily", "big", "export"}
    assert {one.name.name for one in found.jobs} == {
        "load",
        "daily",
        "big",
        "old_export",
        "report",
    }


def test_a_job_affects_what_comes_from_its_outputs(shop):
    found = impact_of(shop, "job:ns:daily")
    assert effects(found) == {"report": ("table", 1)}


def test_the_last_run_and_the_last_good_write_are_told(shop, event):
    shop.post(event("FAIL", "daily", 9, "orders", "daily"))
    found = impact_of(shop, "dataset:ns:orders", "amount")
    job = next(job for job in found.jobs if job.name.name == "daily")
    dataset = next(one for one in found.datasets if one.name.name == "daily")
    assert (job.state, job.run_id) == ("FAILED", "00000000-0000-4000-8000-000000000009")
    assert dataset.run_id == "00000000-0000-4000-8000-000000000002"


def test_owners_are_those_of_datasets_and_jobs(lineage, event):
    made = event("COMPLETE", "j", 1, "a", "b")
    made["outputs"][0]["facets"]["ownership"] = {"owners": [{"name": "sales"}, {"name": 7}]}
    made["job"]["facets"] = {"ownership": {"owners": [{"name": "platform"}]}}
    lineage.post(made)
    assert impact_of(lineage, "dataset:ns:a").owners == ["platform", "sales"]


def test_a_ring_of_tables_ends(lineage, event):
    lineage.post(
        event("COMPLETE", "there", 1, "a", "b", columns=into(x=[("a", "x", "DIRECT", "IDENTITY")])),
        event("COMPLETE", "back", 2, "b", "a", columns=into(x=[("b", "x", "DIRECT", "IDENTITY")])),
    )
    assert {one.name.name for one in impact_of(lineage, "dataset:ns:a").datasets} == {"b"}
    assert columns(impact_of(lineage, "dataset:ns:a", "x")) == {"b.x": "direct"}


def test_a_stronger_effect_on_a_longer_way_wins_and_goes_on(lineage, event):
    lineage.post(
        event(
            "COMPLETE",
            "short",
            1,
            "a",
            "c",
            columns=into(x=[("a", "x", "INDIRECT", "FILTER")]),
        ),
        event("COMPLETE", "long", 2, "a", "b", columns=into(x=[("a", "x", "DIRECT", "IDENTITY")])),
        event("COMPLETE", "long2", 3, "b", "c", columns=into(x=[("b", "x", "DIRECT", "IDENTITY")])),
        event("COMPLETE", "last", 4, "c", "d", columns=into(y=[("c", "x", "DIRECT", "IDENTITY")])),
    )
    found = impact_of(lineage, "dataset:ns:a", "x")
    assert columns(found) == {"b.x": "direct", "c.x": "direct", "d.y": "direct"}


def test_a_table_affects_what_reads_it_by_another_name(lineage, event):
    read = event(
        "COMPLETE", "spark", 2, "t", "b", columns=into(y=[("t", "x", "DIRECT", "IDENTITY")])
    )
    read["inputs"][0]["namespace"] = "s3a://lake"
    read["outputs"][0]["facets"]["columnLineage"]["fields"]["y"]["inputFields"][0]["namespace"] = (
        "s3a://lake"
    )
    written = event("COMPLETE", "trino", 1, "a", "t")
    written["outputs"][0]["namespace"] = "s3://lake"
    written["outputs"][0]["facets"]["symlinks"] = {
        "identifiers": [{"namespace": "glue", "name": "db.t", "type": "TABLE"}]
    }
    by_symlink = event("COMPLETE", "athena", 3, "db.t", "c")
    by_symlink["inputs"][0]["namespace"] = "glue"
    lineage.post(written, read, by_symlink)
    jobs = {one.name.name for one in impact_of(lineage, "dataset:ns:a").jobs}
    assert jobs == {"trino", "spark", "athena"}
    found = impact_of(lineage, "dataset:s3://lake:t", "x")
    assert columns(found) == {"b.y": "direct"}


def test_only_what_is_declared_of_a_source_is_affected_by_it(lineage, event):
    told = event("COMPLETE", "j", 1, "a b", "o p")
    source = {"namespace": "ns", "name": "a", "type": "DATASET"}
    entries = [{"namespace": "ns", "name": "o", "type": "DATASET", "inputs": [source]}]
    told["job"]["facets"] = {"lineage": {"entries": entries}}
    lineage.post(told)
    affected = {
        start: {one.name.name for one in impact_of(lineage, f"dataset:ns:{start}").datasets}
        for start in "ab"
    }
    assert affected == {"a": {"o", "p"}, "b": {"p"}}


def test_what_is_declared_without_a_job_or_an_input_is_affected(lineage, event):
    source = {"namespace": "ns", "name": "a", "type": "DATASET"}
    lineage.post(
        event("COMPLETE", "j", 1, "", "a"), dataset_event("view", 9, lineage={"inputs": [source]})
    )
    (view,) = impact_of(lineage, "dataset:ns:a").datasets
    assert (view.name.name, view.effect, view.jobs) == ("view", "table", ())


def test_a_budget_cuts_by_name_and_says_so(lineage, event):
    for number in range(20):
        lineage.post(event("COMPLETE", f"j{number:02d}", number, "a", f"b{number:02d}"))
    whole, cut = impact_of(lineage, "dataset:ns:a"), impact_of(lineage, "dataset:ns:a", nodes=7)
    assert whole.reason is None
    assert cut.reason == "the budget of 7 nodes is used up"
    assert len(cut.affected) == 7
    assert [one.name.name for one in cut.datasets] == ["b00", "b01", "b02"]


@pytest.mark.parametrize("node", ["dataset:ns:nope", "datasetField:ns:orders:nope", "job:ns:nope"])
def test_what_nobody_named_is_missing(shop, node):
    with pytest.raises(Missing):
        impact_of(shop, node)
