from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from headwater.cli.lineage import lineage, node_of
from headwater.cli.runs import runs

COLUMNS = {
    "start": ["datasetField:headwater:curated.daily:total"],
    "nodes": [
        {"id": "datasetField:headwater:curated.daily:total", "kind": "column", "distance": 0}
        | {"namespace": "headwater", "name": "curated.daily", "column": "total"},
        {"id": "datasetField:headwater:processed.flights:delay", "kind": "column", "distance": -1}
        | {"namespace": "headwater", "name": "processed.flights", "column": "delay"},
        {"id": "datasetField:headwater:raw.flights:data", "kind": "column", "distance": -2}
        | {"namespace": "headwater", "name": "raw.flights", "column": "data"},
    ],
    "edges": [
        {
            "from": "datasetField:headwater:processed.flights:delay",
            "to": "datasetField:headwater:curated.daily:total",
            "state": "current",
            "job": {"namespace": "headwater", "name": "to_curated"},
            "kind": "DIRECT",
            "subtype": "AGGREGATION",
            "masking": False,
        },
        {
            "from": "datasetField:headwater:raw.flights:data",
            "to": "datasetField:headwater:processed.flights:delay",
            "state": "current",
            "job": {"namespace": "headwater", "name": "to_processed"},
            "kind": "INDIRECT",
            "subtype": None,
            "masking": True,
        },
    ],
    "bands": [
        {"node": "datasetField:headwater:raw.flights:data", "direction": "up", "hidden": 1234}
    ],
    "partial": True,
    "reason": "more than 100 neighbours of a node; see bands",
}

RUN = {
    "id": "00000000-0000-4000-8000-000000000001",
    "job": {"namespace": "headwater", "name": "raw_to_processed"},
    "state": "FAILED",
    "own_state": "COMPLETED",
    "warning": False,
    "started_at": "2026-03-01T08:00:00Z",
    "ended_at": "2026-03-01T08:00:01.500Z",
    "duration_ms": 1500,
    "parent": None,
    "error": {"message": "no such column\nfar too long", "language": "PYTHON", "stack_trace": "T"},
}


@dataclass
class Prepared:
    """A session whose platform says what it was given, and notes what it was asked."""

    answer: Any
    asked: list[tuple[str, dict[str, Any]]]

    @contextmanager
    def answers(self) -> Any:
        yield self

    def get(self, path: str, **query: Any) -> Any:
        self.asked.append((path, query))
        return {"unavailable": "no server"} if path.endswith("/telemetry") else self.answer


def invoke(command: typer.Typer, answer: Any, *arguments: str) -> tuple[str, Prepared]:
    session = Prepared(answer, [])
    done = CliRunner(env={"COLUMNS": "120"}).invoke(command, arguments, obj=session)
    assert done.exit_code == 0, done.output
    return done.output, session


def test_column_is_shown_down_to_the_raw_field() -> None:
    output, session = invoke(lineage, COLUMNS, "show", "curated.daily", "--column", "total", "--up")
    lines = [line.strip(" │└─├") for line in output.splitlines()]
    assert lines == [
        "curated.daily.total  comes from",
        "processed.flights.delay  aggregation in to_curated",
        "raw.flights.data  indirect (masked) in to_processed",
        "+1,234 more",
        "partial: more than 100 neighbours of a node; see bands",
    ]
    path, query = session.asked[0]
    assert path == "/api/v2/lineage"
    assert query["node"] == "datasetField:headwater:curated.daily:total"
    assert (query["direction"], query["level"]) == ("up", "column")


def test_what_all_rows_depend_on_is_a_tree_of_its_own() -> None:
    rows = {"id": "dataset:headwater:curated.daily", "kind": "dataset", "distance": 0}
    grouped = {**COLUMNS["edges"][0], "to": rows["id"], "subtype": "GROUP_BY"}
    graph = {
        **COLUMNS,
        "nodes": [*COLUMNS["nodes"], rows | {"namespace": "headwater", "name": "curated.daily"}],
        "edges": [*COLUMNS["edges"], grouped],
    }
    output, _ = invoke(lineage, graph, "show", "curated.daily", "--level", "column", "--up")
    lines = [line.strip(" │└─├") for line in output.splitlines()]
    assert "rows of curated.daily  depend on" in lines
    assert "processed.flights.delay  group by in to_curated" in lines


def test_lens_and_groups_are_asked_for() -> None:
    _, session = invoke(
        lineage,
        COLUMNS,
        *("show", "curated.daily", "--as-of", "2026-03-01", "--known-at", "7"),
        *("--since", "2026-02-01", "--collapse", "prefix", "--expand", "job:ns:a"),
    )
    ((_, query),) = session.asked
    assert (query["asOf"], query["knownAt"], query["since"]) == ("2026-03-01", "7", "2026-02-01")
    assert (query["mode"], query["collapse"], query["expand"]) == ("union", "prefix", ["job:ns:a"])
    _, session = invoke(lineage, COLUMNS, "show", "run:x", "--run", "y", "--level", "run")
    ((_, query),) = session.asked
    assert (query["node"], query["mode"], query["run"]) == ("run:x", "run", "y")


def test_runs_groups_and_declared_edges_are_told_apart() -> None:
    named = {"namespace": "ns"}
    graph = {
        "start": ["run:1"],
        "nodes": [
            named | {"id": "run:1", "kind": "run", "name": "j", "run": "1", "state": "FAILED"},
            named | {"id": "group:ns:raw.", "kind": "group", "name": "raw.", "members": 1_200},
        ],
        "edges": [
            {"from": "group:ns:raw.", "to": "run:1", "state": "current", "declared": True}
            | {"job": named | {"name": "who"}}
        ],
        "bands": [],
        "partial": False,
        "reason": None,
    }
    for node in graph["nodes"]:
        node["distance"] = 0 if node["id"] == "run:1" else -1
    output, _ = invoke(lineage, graph, "show", "run:1", "--up")
    lines = [line.strip(" │└─├") for line in output.splitlines()]
    assert lines == [
        "run of j  1  failed  comes from",
        "ns raw. …  1,200 in it  declared in who",
    ]


def test_state_of_a_job_and_of_its_edges_is_said_once() -> None:
    graph = {
        "start": ["dataset:ns:a"],
        "nodes": [
            {"id": "dataset:ns:a", "kind": "dataset", "name": "a", "distance": 0},
            {"id": "job:ns:j", "kind": "job", "name": "j", "distance": 1, "state": "FAILED"},
            {"id": "dataset:ns:b", "kind": "dataset", "name": "b", "distance": 1},
        ],
        "edges": [
            {"from": "dataset:ns:a", "to": "job:ns:j", "state": "failed"},
            {"from": "job:ns:j", "to": "dataset:ns:b", "state": "failed"},
        ],
        "bands": [],
        "partial": False,
        "reason": None,
    }
    output, _ = invoke(lineage, graph, "show", "dataset:ns:a", "--down")
    lines = [line.strip(" │└─├") for line in output.splitlines()]
    assert lines == ["a  goes to", "by j  failed", "b  failed"]


def test_json_is_the_answer_itself() -> None:
    output, _ = invoke(lineage, COLUMNS, "show", "curated.daily", "--json")
    assert json.loads(output) == COLUMNS


def test_cycle_is_unfolded_once() -> None:
    graph = {
        "start": ["dataset:ns:a"],
        "nodes": [
            {"id": "dataset:ns:a", "kind": "dataset", "name": "a", "distance": 0},
            {"id": "job:ns:j", "kind": "job", "name": "j", "distance": -1, "state": "RUNNING"},
        ],
        "edges": [
            {"from": "dataset:ns:a", "to": "job:ns:j", "state": "running"},
            {"from": "job:ns:j", "to": "dataset:ns:a", "state": "current"},
        ],
        "bands": [],
        "partial": False,
        "reason": None,
    }
    output, _ = invoke(lineage, graph, "show", "dataset:ns:a", "--up")
    lines = [line.strip(" │└─├") for line in output.splitlines()]
    assert lines == ["a  comes from", "by j  running", "a  running  (see above)"]


@pytest.mark.parametrize(
    ("text", "column", "node"),
    [
        ("curated.daily", None, "dataset:headwater:curated.daily"),
        ("curated.daily", "a:b", "datasetField:headwater:curated.daily:a%3Ab"),
        ("dataset:ns:x", "c", "datasetField:ns:x:c"),
        ("job:ns:x", None, "job:ns:x"),
    ],
)
def test_short_names_become_node_ids(text: str, column: str | None, node: str) -> None:
    assert node_of(text, namespace="headwater", column=column) == node


def test_runs_show_the_error_in_the_list() -> None:
    output, session = invoke(runs, {"runs": [RUN], "next": None})
    assert "no such column" in output
    assert "far too long" not in output
    assert session.asked[0][0] == "/api/v2/runs"


def test_run_shows_state_error_and_children() -> None:
    whole = {
        **RUN,
        "inputs": [{"namespace": "n", "name": "a", "part": "day = 1"}],
        "outputs": [],
        "children": [RUN],
    }
    output, _ = invoke(runs, whole, "show", str(RUN["id"]))
    assert "state     failed (its own: completed)" in output
    assert "error     no such column" in output
    assert "input     n a  where day = 1" in output
    assert "children" in output
