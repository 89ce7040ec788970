"""A graph with all that is shown of its nodes, in one answer."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from headwater.app.inside import inside_exchange
from headwater.app.platform import Platform
from headwater.config import load_settings
from tests.shapes import check_shape

HOURS = iter(range(1, 20))


def _event(job, run, inputs=(), outputs=(), *, type_="COMPLETE", day=20, facets=None, said=None):
    return {
        "eventType": type_,
        "eventTime": f"2026-11-{day}T{next(HOURS):02d}:00:00Z",
        "run": {"runId": f"01a1fb67-0000-7000-8000-{run:012d}", "facets": facets or {}},
        "job": {"namespace": "shop", "name": job},
        "inputs": [{"namespace": "db", "name": name} for name in inputs],
        "outputs": [{"namespace": "db", "name": name, **(said or {})} for name in outputs],
    }


SAID = {
    "facets": {
        "schema": {"fields": [{"name": "id", "type": "bigint"}, {"name": "amount"}]},
        "ownership": {"owners": [{"name": "team:finance"}]},
        "tags": {"tags": [{"key": "pii", "value": "true", "field": "id"}, {"key": "gold"}]},
        "documentation": {"description": "What was ordered."},
        "dataQualityAssertions": {
            "assertions": [
                {"assertion": "not_null", "success": True},
                {"assertion": "unique", "success": False},
            ]
        },
    },
    "outputFacets": {"outputStatistics": {"rowCount": 12, "size": 340}},
}
EVENTS = [
    _event("load", 1, ["source"], ["orders"], said=SAID),
    _event("daily", 2, ["orders"], ["sums"]),
    _event("report", 3, ["sums"], ["pages"]),
    _event(
        "report",
        4,
        ["sums"],
        type_="FAIL",
        facets={"errorMessage": {"message": "division by zero", "programmingLanguage": "SQL"}},
    ),
    *(_event(f"fan_{n}", 10 + n, ["sums"], [f"leaf_{n}"]) for n in range(4)),
]


@pytest.fixture(scope="module")
def ask_lineage(tmp_path_factory):
    with Platform.open(load_settings(data=tmp_path_factory.mktemp("c") / "data")) as platform:
        exchange = inside_exchange(platform.application)

        def send(event):
            assert exchange("POST", "/api/v1/lineage", json.dumps(event).encode(), {}).status == 201

        for event in EVENTS:
            send(event)

        def ask(question, status=200):
            target = f"/api/v2/lineage/{question}".replace("lineage/../", "")
            reply = exchange("GET", target, b"", {})
            assert reply.status == status, reply.body
            check_shape(platform.application, "GET", target, reply)
            return json.loads(reply.body)

        ask.send = send
        yield ask


@pytest.fixture
def get(ask_lineage):
    return lambda query, status=200: ask_lineage(f"canvas?{query}", status)


def _named(answer):
    return {node["name"]: node for node in answer["nodes"]}


def test_a_dataset_comes_with_all_that_its_card_shows(get):
    answer = get("node=dataset:db:orders")
    orders = _named(answer)["orders"]
    assert answer["start"] == orders["id"] == "dataset:db:orders"
    assert (orders["state"], orders["at"]) == ("COMPLETED", "2026-11-20T01:00:00Z")
    assert orders["run"] == "01a1fb67-0000-7000-8000-000000000001"
    assert (orders["rows"], orders["size_bytes"]) == (12, 340)
    assert (orders["tests_passed"], orders["tests_failed"]) == (1, 1)
    assert (orders["tags"], orders["owners"]) == (["gold"], ["team:finance"])
    assert orders["description"] == "What was ordered."
    assert [(c["name"], c["type"], c["tags"]) for c in orders["columns"]] == [
        ("id", "bigint", ["pii"]),
        ("amount", None, []),
    ]


def test_a_failed_job_says_why(get):
    report = _named(get("node=dataset:db:sums&direction=down"))["report"]
    assert (report["state"], report["error"]) == ("FAILED", "division by zero")


def test_neighbours_that_are_not_drawn_are_counted_on_each_side(get):
    named = _named(get("node=dataset:db:orders"))
    assert set(named) == {"source", "load", "orders", "daily", "sums"}
    assert (named["sums"]["more_up"], named["sums"]["more_down"]) == (0, 5)
    assert (named["orders"]["more_up"], named["orders"]["more_down"]) == (0, 0)


def test_a_side_that_was_opened_is_drawn_and_as_much_of_it_as_asked(get):
    opened = quote("down:2:dataset:db:sums")
    answer = get(f"node=dataset:db:orders&open={opened}")
    named = _named(answer)
    assert {"fan_0", "leaf_0", "fan_1", "leaf_1"} <= set(named)
    assert "fan_2" not in named
    assert named["sums"]["more_down"] == 3
    assert named["leaf_0"]["distance"] == 2
    assert not answer["partial"]


def test_a_band_leaves_neighbours_out_and_a_budget_says_so(get):
    few = get("node=dataset:db:sums&direction=down&band=2")
    assert (_named(few)["sums"]["more_down"], few["partial"]) == (3, False)
    cut = get("node=dataset:db:orders&depth=9&budget=4")
    assert len(cut["nodes"]) == 4
    assert "budget of 4 nodes" in cut["reason"]


def test_without_a_node_all_of_a_small_lake_is_there(get):
    answer = get("")
    assert answer["start"] is None
    assert {"source", "orders", "sums", "pages", "leaf_3"} <= set(_named(answer))
    assert not any(node["more_up"] or node["more_down"] for node in answer["nodes"])


def test_of_a_past_time_it_says_only_what_was_known_then(get):
    named = _named(get("node=dataset:db:orders&depth=5&asOf=2026-11-20T02:30:00Z"))
    assert set(named) == {"source", "load", "orders", "daily", "sums"}
    assert (named["load"]["at"], named["load"]["run"]) == (None, None)
    assert named["orders"]["column_count"] == 2


def test_of_a_past_time_freshness_and_rows_are_those_of_the_last_write_by_then(ask_lineage, get):
    def orders(query=""):
        found = _named(get(f"node=dataset:past:orders{query}"))["orders"]
        return found["at"], found["rows"]

    for day, rows in ((1, 10), (2, 20)):
        said = {"outputFacets": {"outputStatistics": {"rowCount": rows, "size": 1}}}
        event = _event("fill", 90 + day, [], ["orders"], day=f"0{day}", said=said)
        event["outputs"][0]["namespace"] = "past"
        event["eventTime"] = f"2026-11-0{day}T08:00:00Z"
        ask_lineage.send(event)
    failed = {**event, "eventType": "FAIL", "eventTime": "2026-11-03T08:00:00Z"}
    failed["run"] = {"runId": "01a1fb67-0000-7000-8000-000000000099", "facets": {}}
    ask_lineage.send(failed)
    assert orders() == ("2026-11-02T08:00:00Z", 20)
    assert orders("&asOf=2026-11-03T09:00:00Z") == ("2026-11-02T08:00:00Z", 20)
    assert orders("&asOf=2026-11-02T07:59:59Z") == ("2026-11-01T08:00:00Z", 10)
    assert orders("&asOf=2026-11-01T08:00:00Z") == ("2026-11-01T08:00:00Z", 10)


def test_groups_count_what_they_hold_and_what_is_not_drawn(get):
    nodes = get("node=dataset:db:orders&collapse=namespace")["nodes"]
    groups = {node["namespace"]: node for node in nodes if node["kind"] == "group"}
    assert {space: group["members"] for space, group in groups.items()} == {"db": 2, "shop": 2}
    assert groups["db"]["more_down"] == 5


@pytest.mark.parametrize("wrong", ["open=up:dataset:a:b", "open=left:2:dataset:a:b", "asOf=soon"])
def test_what_is_wrong_is_said(get, wrong):
    assert "node=dataset" not in get(f"node=dataset:db:orders&{wrong}", 400)["title"]
    assert get("node=dataset:db:nope", 404)["detail"].startswith("there is no dataset")


@pytest.mark.parametrize(
    "question",
    [
        "diff?node=dataset:db:sums&from=2026-11-20T03:30:00Z",
        "impact?node=dataset:db:orders&column=amount",
        "critical-path?node=dataset:db:pages",
        "../lineage?node=dataset:db:pages",
        "../lineage?node=datasetField:db:orders:id&level=column",
        "../lineage?node=job:shop:report&level=run",
        "../lineage?node=dataset:db:orders&collapse=prefix",
    ],
)
def test_what_else_is_asked_of_a_graph_answers_as_declared(ask_lineage, question):
    assert ask_lineage(question)["partial"] is False
