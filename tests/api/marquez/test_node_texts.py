"""Nodes of the graph written as text are, to the byte, what each is when it is made as values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from headwater.api.marquez.full_names import full_names
from headwater.api.marquez.node_texts import NodeTexts
from headwater.api.marquez.route import json_bytes
from headwater.api.marquez.run_texts import RunTexts
from headwater.api.marquez.shapes import Sides, dataset_node_json, job_node_json
from headwater.lineage.reading.view import LineageReads
from headwater.model.lineage import Name
from tests.api.marquez.conftest import Server, make_event, parent_facet

ODD = "\ud800"
SCHEMA = {"fields": [{"name": "a", "type": "INT", "description": "é"}, {"name": "b"}]}
DATASETS: list[dict[str, Any]] = [
    {},
    {"schema": SCHEMA, "documentation": {"description": 'A "table"'}},
    {"schema": SCHEMA, "tags": {"tags": [{"key": "pii"}, {"key": "k", "field": "a"}]}},
    {"schema": {"fields": "none"}, "dataSource": {"name": "lake", "uri": "s3://lake"}},
    {"lifecycleStateChange": {"lifecycleStateChange": "DROP"}},
    {"marquez_dataset": {"type": "STREAM", "physicalName": "topic", "schemaLocation": "urn:x"}},
    {"documentation": {"description": ODD}, "columnLineage": {"fields": {"a": {}}}},
    {"dataSource": {"_deleted": True}, "schema": {"fields": [{"name": ODD}]}},
]
JOBS: list[dict[str, Any]] = [
    {},
    {"jobType": {"processingType": "STREAMING", "integration": "FLINK"}},
    {"marquez_job": {"type": "SERVICE"}, "documentation": {"description": "does"}},
    {"sourceCodeLocation": {"type": "git", "url": f"https://example.org/{ODD}"}},
]


def agree(server: Server) -> tuple[int, int]:
    """Compare all jobs and datasets, and return how many there are of each."""
    with LineageReads(server.log.engine).view() as view:
        keys = view.jobs.page(namespace=None, last_states=(), limit=1_000, offset=0)
        names = full_names(view, keys)
        sides: dict[int, Sides] = {
            key: (job.inputs, job.outputs) for key, job in view.jobs.by_keys(keys).items()
        }
        texts, runs = NodeTexts(view), RunTexts(view.run_batches.latest(keys, 1), names)
        jobs = texts.jobs(names, sides)
        for key, job in view.jobs.by_keys(keys).items():
            node = job_node_json(
                job,
                names[key],
                sides=sides[key],
                run_id=runs.latest_id(key),
                run=next(iter(runs.of(key)), None),
            )
            assert jobs[key] == json_bytes(node)
        keys = view.listing.page("dataset", namespace=None, limit=1_000, offset=0)
        asked = {
            key: Name("other", name.name) for key, name in view.names.of("dataset", keys).items()
        }
        datasets = texts.datasets(asked)
        for key, dataset in view.datasets.by_keys(keys).items():
            renamed = replace(dataset, name=asked[key])
            assert datasets[key] == json_bytes(dataset_node_json(renamed))
        return len(jobs), len(datasets)


def test_nodes_agree_whatever_their_facets_are(server: Server) -> None:
    for number, facets in enumerate(DATASETS):
        job = JOBS[number % len(JOBS)]
        written = {"namespace": "ns", "name": f"d{number}{ODD * (number % 2)}", "facets": facets}
        read = {"namespace": "ns", "name": f"r{number}", "facets": facets}
        event = make_event(
            "COMPLETE",
            job=f"job{number}",
            run=number,
            at=f"2026-03-01T08:{number:02d}:00Z",
            inputs=(read,),
            outputs=(written,),
            run_facets=parent_facet("above", 70) if number % 3 else {},
        )
        event["job"]["facets"] = job
        server.post(event)
    assert agree(server) == (len(DATASETS) + 1, 2 * len(DATASETS))


def test_nodes_agree_on_which_write_left_a_dataset_as_it_is(server: Server) -> None:
    dropped = {"lifecycleStateChange": {"lifecycleStateChange": "DROP"}}
    for number, facets in enumerate((dropped, {}, dropped)):
        outputs = tuple(
            {"namespace": "ns", "name": name, "facets": facets}
            for name in ("x", "y", "z")[: number + 1]
        )
        at = f"2026-03-01T08:{number:02d}:00Z"
        server.post(make_event("COMPLETE", job=f"job{number}", run=number, at=at, outputs=outputs))
    assert agree(server) == (3, 3)


def test_nodes_agree_on_what_people_say(server: Server) -> None:
    dataset = {"namespace": "ns", "name": "x", "facets": {"schema": SCHEMA}}
    server.post(make_event("COMPLETE", outputs=(dataset,)))
    at = "/api/v1/namespaces/ns/datasets/x"
    for tagged in (f"{at}/tags/gold", f"{at}/fields/a/tags/pii"):
        assert server.send("POST", tagged).status_code == 200
    assert agree(server) == (1, 1)
