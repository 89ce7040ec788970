"""`/api/v2/datasets`: tables of the lake and datasets of all producers, together."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pyarrow as pa
import pytest

from headwater.app.platform import Platform
from headwater.config import load_settings
from headwater.lake.contract import RUN_ID, Change, TableDeclaration
from headwater.lake.iceberg import IcebergCommits
from headwater.lake.writing import write_parquet
from headwater.model.columns import Column

RUN = "01a1fb67-1800-7de6-80de-0d1c32a0395a"
CODE = Column(field="code", name="code", type="string")
FLIGHTS = Column(field="flights", name="flights", type="long")


def carriers(*columns: Column) -> TableDeclaration:
    return TableDeclaration(zone="curated", name="carriers", columns=columns)


def event(**changed: Any) -> dict[str, Any]:
    return {
        "eventType": "COMPLETE",
        "eventTime": "2026-06-01T10:00:00Z",
        "run": {"runId": RUN},
        "job": {"namespace": "shop", "name": "sum"},
        "inputs": [
            {
                "namespace": "pg://shop:1",
                "name": "orders",
                "facets": {"schema": {"fields": [{"name": "amount", "type": "int"}]}},
            }
        ],
        "outputs": [
            {
                "namespace": "headwater",
                "name": "curated.carriers",
                "facets": {
                    "schema": {"fields": [{"name": "flights", "type": "long"}]},
                    "dataQualityAssertions": {
                        "assertions": [
                            {"assertion": "not_null", "success": True, "column": "code"},
                            {"assertion": "unique", "success": False, "column": "code"},
                        ]
                    },
                    "columnLineage": {
                        "fields": {
                            "flights": {
                                "inputFields": [
                                    {
                                        "namespace": "pg://shop:1",
                                        "name": "orders",
                                        "field": "amount",
                                    }
                                ]
                            }
                        }
                    },
                },
                "outputFacets": {"outputStatistics": {"rowCount": 2}},
            }
        ],
        **changed,
    }


@pytest.fixture
def get(tmp_path: Path, calling: Callable[..., Any]) -> Iterator[Any]:
    data = tmp_path / "data"
    with ExitStack() as stack:
        platform = stack.enter_context(Platform.open(load_settings(data=data)))
        commits = stack.enter_context(closing(IcebergCommits(data / "lake")))
        for columns in ((CODE,), (CODE, FLIGHTS)):
            commits.ensure(carriers(*columns))
            rows = pa.table({column.name: pa.array([None, None]) for column in columns})
            schema = commits.arrow_schema("curated", "carriers")
            location = Path(commits.tables.get("curated", "carriers").location)
            paths = write_parquet(rows.cast(schema), schema, location, day_of=None)
            summary = {RUN_ID: RUN, "headwater.job": "sum"} if len(columns) == 2 else {}
            commits.commit("curated", "carriers", Change(add=paths, summary=summary))
        caller = calling(*platform.routers(), hot=platform.hot_routes())

        def tell(**changed: Any) -> None:
            assert caller("POST", "/api/v1/lineage", event(**changed)).status == 201

        def ask(path: str, status: int = 200, **query: Any) -> Any:
            reply = caller("GET", f"/api/v2/{path}?{urlencode(query)}")
            assert reply.status == status, reply.body
            return json.loads(reply.body)

        ask.tell = tell  # type: ignore[attr-defined]
        yield ask


def names(found: Any) -> list[tuple[str, str]]:
    return [(one["namespace"], one["name"]) for one in found["datasets"]]


def test_tables_of_the_lake_come_first_each_once(get: Any) -> None:
    get.tell()
    found = get("datasets")
    assert names(found) == [("headwater", "curated.carriers"), ("pg://shop:1", "orders")]
    lake, other = found["datasets"]
    assert (lake["zone"], lake["rows"], lake["columns"]) == ("curated", 4, 2)
    assert lake["last_write"] == {
        "run": RUN,
        "namespace": "shop",
        "job": "sum",
        "at": "2026-06-01T10:00:00Z",
        "rows": 2,
        "tests_passed": 1,
        "tests_failed": 1,
    }
    assert (other["zone"], other["rows"], other["last_write"]) == (None, None, None)
    assert {one["name"]: one["datasets"] for one in found["zones"]}["curated"] == 1
    assert {"name": "pg://shop:1", "datasets": 1} in found["namespaces"]
    assert (found["partial"], found["reason"]) == (False, None)


def test_lists_are_narrowed_by_zone_namespace_and_words(get: Any) -> None:
    get.tell()
    assert names(get("datasets", zone="raw")) == []
    assert names(get("datasets", namespace="pg://shop:1")) == [("pg://shop:1", "orders")]
    assert names(get("datasets", namespace="nobody")) == []
    found = get("datasets", words="amount")
    assert names(found) == [("pg://shop:1", "orders")]
    assert found["datasets"][0]["found_in"] == [{"field": "columns", "text": "amount"}]
    assert names(get("datasets", words="carr")) == [("headwater", "curated.carriers")]
    assert names(get("datasets", words="nothing")) == []
    assert get("datasets", 422, zone="bronze")["path"] == "/zone"


def test_a_list_that_is_cut_says_so(get: Any) -> None:
    outputs = [{"namespace": "many", "name": f"d{number}"} for number in range(5)]
    get.tell(outputs=outputs, inputs=[])
    found = get("datasets", limit=2)
    assert len(found["datasets"]) == 3
    assert found["partial"] is True
    assert "latest of 5 datasets" in found["reason"]


def pages(get: Any, between: Any = lambda: None, **query: Any) -> list[list[tuple[str, str]]]:
    """Return the names of page after page; `between` is called after each of them."""
    found = [get("datasets", **query)]
    while found[-1]["next"] is not None:
        between()
        found.append(get("datasets", **query, after=found[-1]["next"]))
    assert [page["partial"] for page in found] == [True] * (len(found) - 1) + [False]
    return [names(page) for page in found]


@pytest.mark.parametrize("within", [{}, {"namespace": "many"}])
def test_pages_show_each_dataset_once_while_others_change(get: Any, within: Any) -> None:
    get.tell(outputs=[{"namespace": "many", "name": f"d{n}"} for n in range(5)], inputs=[])

    def change() -> None:
        changed = [{"namespace": "many", "name": name} for name in ("d0", "new")]
        get.tell(outputs=changed, inputs=[], eventTime="2026-06-02T10:00:00Z")

    lake = [] if within else [("headwater", "curated.carriers")]
    assert pages(get, change, limit=2, **within) == [
        [*lake, ("many", "d0"), ("many", "d1")],
        [("many", "d2"), ("many", "d3")],
        [("many", "d4")],
    ]


def test_pages_of_what_words_find_show_each_dataset_once(get: Any) -> None:
    outputs = [{"namespace": "many", "name": f"carriers {n}"} for n in range(105)]
    get.tell(outputs=outputs, inputs=[])
    first, second = pages(get, words="carriers")
    assert first[0] == ("headwater", "curated.carriers")
    assert len(first) + len(second) == len({*first, *second}) == 106


def test_a_place_that_no_page_gave_is_refused(get: Any) -> None:
    get.tell()
    assert "is no cursor" in get("datasets", 400, after="x")["detail"]


def test_head_joins_the_lake_and_lineage(get: Any) -> None:
    get.tell()
    head = get("datasets/head", namespace="headwater", name="curated.carriers")
    assert (head["known"], head["table"]["zone"], head["table"]["rows"]) == (True, "curated", 4)
    code, flights = head["columns"]
    assert (code["name"], code["type"], code["made_of"]) == ("code", "string", [])
    (end,) = flights["made_of"]
    assert (end["namespace"], end["name"], end["column"]) == ("pg://shop:1", "orders", "amount")
    assert [(job["name"], job["state"]) for job in head["writers"]] == [("sum", "COMPLETED")]
    assert head["readers"] == []
    orders = get("datasets/head", namespace="pg://shop:1", name="orders")
    assert orders["table"] is None
    assert [job["name"] for job in orders["readers"]] == ["sum"]
    assert [end["column"] for end in orders["columns"][0]["feeds"]] == ["flights"]


def test_head_of_a_table_that_no_event_named_is_what_the_lake_knows(get: Any) -> None:
    head = get("datasets/head", namespace="headwater", name="curated.carriers")
    assert (head["known"], head["last_write"], head["writers"]) == (False, None, [])
    assert [column["name"] for column in head["columns"]] == ["code", "flights"]
    problem = get("datasets/head", 404, namespace="headwater", name="curated.none")
    assert "curated.none" in problem["detail"]


def test_snapshots_name_their_run_and_versions_their_changes(get: Any) -> None:
    latest, first = get("tables/snapshots", table="curated.carriers")["snapshots"]
    assert (latest["run"], latest["job"], latest["rows"], latest["rows_added"]) == (
        *(RUN, "sum"),
        *(4, 2),
    )
    assert (first["run"], first["job"], first["rows"]) == (None, None, 2)
    second, one = get("tables/schema-history", table="curated.carriers")["versions"]
    assert (one["number"], one["changes"], second["number"]) == (1, [], 2)
    assert second["snapshot"] == latest["id"]
    assert [(c["change"], c["column"], c["breaking"]) for c in second["changes"]] == [
        ("column_added", "flights", False)
    ]
