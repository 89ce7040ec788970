from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from headwater.api.lake import Catalogue, lake_router
from headwater.api.sql import sql_router
from headwater.clock import SystemClock
from headwater.control.tokens import SqliteTokens
from headwater.identity.access import Role, TokenAccess
from headwater.lake.contract import Change, TableDeclaration
from headwater.lake.iceberg import IcebergCommits
from headwater.lake.lake_database import close_lake_database, open_lake_database
from headwater.lake.manifest import SqlManifest
from headwater.lake.metadata import MetadataTables
from headwater.lake.quarantine import SqlQuarantine
from headwater.lake.sources import quarantined_sources
from headwater.lake.usage import Usage
from headwater.lake.writing import write_parquet
from headwater.model.columns import Column
from headwater.model.principal import LOCAL
from headwater.query.settings import QuerySettings
from headwater.query.sql.session import SqlSession

CARRIERS = TableDeclaration(
    zone="curated",
    name="carriers",
    columns=(
        Column(field="code", name="code", type="string"),
        Column(field="flights", name="flights", type="long"),
    ),
)


@pytest.fixture
def call(tmp_path: Path, calling: Callable[..., Any]) -> Iterator[Any]:
    lake = tmp_path / "lake"
    with ExitStack() as stack:
        commits = stack.enter_context(closing(IcebergCommits(lake)))
        commits.ensure(CARRIERS)
        rows = pa.table({"code": ["UA", 'B"6'], "flights": pa.array([2**53 + 1, 2], pa.int64())})
        location = Path(commits.tables.get("curated", "carriers").location)
        schema = commits.arrow_schema("curated", "carriers")
        paths = write_parquet(rows, schema, location, day_of=None)
        commits.commit("curated", "carriers", Change(add=paths, summary={}))
        engine = open_lake_database(lake / "lake.db")
        stack.callback(close_lake_database, engine)
        tables, manifest, usage = MetadataTables(lake), SqlManifest(engine), Usage(engine)
        session = SqlSession(
            lake,
            tables=tables,
            manifest=manifest,
            usage=usage,
            settings=QuerySettings(processes=1),
            clock=SystemClock(),
        )
        stack.callback(session.close)
        catalogue = Catalogue(
            tables=tables,
            manifest=manifest,
            quarantine=SqlQuarantine(engine),
            quarantined_sources=partial(quarantined_sources, engine),
        )
        routers = (lake_router(catalogue, session), sql_router(session, usage))
        yield partial(calling, *routers)


def ask(caller: Any, sql: str, **given: Any) -> Any:
    return caller("POST", "/api/v2/sql", {"sql": sql, **given})


def test_question_is_answered_in_json(call: Any) -> None:
    reply = ask(call(), "SELECT code, flights FROM curated.carriers ORDER BY flights DESC")

    found = json.loads(reply.body)
    assert reply.status == 200
    assert found["rows"] == [["UA", 2**53 + 1], ['B"6', 2]]
    assert found["columns"] == [
        {"name": "code", "type": "VARCHAR"},
        {"name": "flights", "type": "BIGINT"},
    ]
    assert (found["row_count"], found["partial"], found["reason"]) == (2, False, None)
    assert found["bytes_scanned"] > 0
    assert set(found["snapshots"]) == {"curated.carriers"}


@pytest.mark.parametrize("as_header", [True, False])
def test_question_is_answered_in_csv(call: Any, as_header: bool) -> None:
    sql = "SELECT code, flights, NULL AS n, true AS t, 1.50 AS d, [1] AS l FROM curated.carriers"
    target = "/api/v2/sql" if as_header else "/api/v2/sql?format=csv"
    headers = {"Accept": "text/csv"} if as_header else {}

    reply = call()("POST", target, {"sql": f"{sql} ORDER BY 2"}, headers=headers)

    assert reply.headers["content-type"].startswith("text/csv")
    assert list(csv.reader(io.StringIO(reply.body.decode()))) == [
        ["code", "flights", "n", "t", "d", "l"],
        ['B"6', "2", "", "true", "1.50", "[1]"],
        ["UA", "9007199254740993", "", "true", "1.50", "[1]"],
    ]


def test_cut_csv_says_so_in_a_header(call: Any) -> None:
    body = {"sql": "SELECT * FROM range(10)", "limit": 2}

    reply = call()("POST", "/api/v2/sql?format=csv", body)

    assert reply.body == b"range\n0\n1\n"
    assert "more than 2 rows" in reply.headers["x-headwater-partial"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"sql": "DROP TABLE curated.carriers"}, 422),
        ({"sql": "SELEC"}, 400),
        ({"sql": "SELECT * FROM curated.none"}, 404),
        ({"sql": "SELECT 1", "as_of": "then"}, 200),
        ({"sql": "SELECT * FROM curated.carriers", "as_of": "then"}, 422),
        ({"sql": "SELECT 1", "limit": -1}, 422),
        ({"sql": ""}, 422),
        ({}, 422),
        ({"sql": "SELECT 1", "more": 1}, 422),
        ({"sql": 1}, 422),
        (b"{", 400),
    ],
)
def test_wrong_questions_are_problems(call: Any, body: Any, status: int) -> None:
    reply = call()("POST", "/api/v2/sql", body, headers={"Content-Type": "application/json"})

    assert reply.status == status
    if status >= 400:
        assert reply.headers["content-type"] == "application/problem+json"
        assert json.loads(reply.body)["detail"]


def test_use_of_tables_is_on_record(call: Any) -> None:
    caller = call()
    ask(caller, "SELECT count(*) FROM curated.carriers")

    found = json.loads(caller("GET", "/api/v2/usage?table=curated.carriers").body)

    (one,) = found["statements"]
    assert one["statement"] == "SELECT count(*) FROM curated.carriers"
    assert (one["rows"], one["cached"], one["error"]) == (1, False, None)


def test_tables_are_listed_described_and_shown(call: Any) -> None:
    caller = call()

    (listed,) = json.loads(caller("GET", "/api/v2/tables").body)["tables"]
    schema = json.loads(caller("GET", "/api/v2/tables/schema?table=curated.carriers").body)
    commits = json.loads(caller("GET", "/api/v2/tables/snapshots?table=curated.carriers").body)
    target = "/api/v2/tables/preview?table=curated.carriers&limit=1"
    rows = json.loads(caller("GET", target).body)

    assert (listed["table"], listed["rows"], listed["columns"]) == ("curated.carriers", 2, 2)
    assert [column["name"] for column in schema["columns"]] == ["code", "flights"]
    assert [one["id"] for one in commits["snapshots"]] == [listed["snapshot"]]
    assert rows["rows"] == [["UA", 2**53 + 1]]
    assert rows["partial"] is True


@pytest.mark.parametrize("what", ["schema", "snapshots", "preview"])
@pytest.mark.parametrize(
    ("table", "status"), [("curated.none", 404), ("x", 422), ("a.b.c", 422), ('curated.a"b', 422)]
)
def test_unknown_tables_are_problems(call: Any, what: str, table: str, status: int) -> None:
    assert call()("GET", f"/api/v2/tables/{what}?table={table}").status == status


def test_questions_need_a_token_once_there_is_one(call: Any, tmp_path: Path) -> None:
    with closing(SqliteTokens.open(tmp_path / "control.db")) as store:
        access = TokenAccess(store, clock=SystemClock())
        access.create("reader", Role.READER, expires_at=None, by=LOCAL)
        caller = call(access=access)

        assert ask(caller, "SELECT 1").status == 401
        assert caller("GET", "/api/v2/tables").status == 401
        assert caller("GET", "/api/v2/usage").status == 401
        access.close()


def test_unknown_zone_is_told_with_those_there_are(call: Any) -> None:
    reply = call()("GET", "/api/v2/tables?zone=bronze")
    assert (reply.status, json.loads(reply.body)["path"]) == (422, "/zone")
    assert "curated" in json.loads(reply.body)["detail"]
    reply = call()("GET", "/api/v2/tables?zone=curated")
    assert [one["table"] for one in json.loads(reply.body)["tables"]] == ["curated.carriers"]
