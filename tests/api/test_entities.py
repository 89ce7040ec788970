"""What people say beside what events say, over HTTP."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from headwater.api.application import create_application
from headwater.api.entities import entities_router
from headwater.api.marquez.router import marquez_router
from headwater.api.marquez.writes import marquez_writes_router
from headwater.clock import ManualClock
from headwater.errors import Denied
from headwater.ingest.events import EventDoor
from headwater.ingest.redaction import Redaction
from headwater.lineage.log import SqlLineage
from headwater.lineage.reading.view import LineageReads
from headwater.lineage.settings import LineageSettings
from headwater.model.principal import Action, Principal
from tests.lineage_stores import events_of

NOW = datetime(2026, 11, 21, 2, 29, tzinfo=UTC)
TABLE = "dataset:ds:orders"
EVERYTHING = Principal(name="airflow", actions=frozenset(Action))


class Named:
    """Takes the token for the name; the one called `reader` may only read."""

    def identify(self, authorization: str | None) -> Principal:
        name = (authorization or "Bearer anna").removeprefix("Bearer ")
        actions = frozenset({Action.READ}) if name == "reader" else frozenset(Action)
        return Principal(name=name, actions=actions)

    def authorize(self, principal: Principal, action: Action, resource: str) -> None:
        if action not in principal.actions:
            raise Denied("only reading")


@dataclass
class Api:
    log: SqlLineage
    door: EventDoor
    application: Any

    def send(self, method: str, path: str, body: Any = None, *, by: str = "anna", **query: Any):
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.application)
            headers = {"Authorization": f"Bearer {by}"}
            async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
                return await client.request(
                    method, path, params=query or None, json=body, headers=headers
                )

        return asyncio.run(ask())

    def say(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        answer = self.send(method, path, body, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def tell(self, **facets: Any) -> None:
        event = {
            "eventTime": "2026-11-21T01:00:00Z",
            "producer": "urn:test",
            "dataset": {"namespace": "ds", "name": "orders", "facets": facets},
        }
        self.door.submit([json.dumps(event).encode()], principal=EVERYTHING)


@pytest.fixture
def api(lineage_backend):
    log = lineage_backend.open()
    reads = LineageReads(log.engine)
    redaction = Redaction(LineageSettings())
    door = EventDoor(log, clock=ManualClock(NOW), redaction=redaction)
    application = create_application(
        access=Named(),
        routers=[
            entities_router(reads, door),
            marquez_writes_router(reads, door),
            marquez_router(reads),
        ],
        hot=[],
    )
    yield Api(log, door, application)
    door.close()


FACETS = {
    "schema": {"fields": [{"name": "id", "type": "BIGINT", "description": "the key"}]},
    "documentation": {"description": "all orders"},
    "tags": {"tags": [{"key": "gold", "value": "1"}, {"key": "PII", "value": "1", "field": "id"}]},
    "ownership": {"owners": [{"name": "team:shop", "type": "MAINTAINER"}]},
}


def test_every_value_says_whether_a_person_or_an_event_said_it(api):
    api.tell(**FACETS)
    api.say("PUT", "/api/v2/entity/tags", node=TABLE, tag="checked")
    api.say("PUT", "/api/v2/entity/description", {"description": "by hand"}, node=TABLE)
    shown = api.say("PUT", "/api/v2/entity/owners", node=TABLE, owner="anna", type="STEWARD")
    by_event = {"source": "event", "by": "airflow", "at": "2026-11-21T01:00:00Z"}
    assert [(t["tag"], t["source"], t["by"]) for t in shown["tags"]] == [
        ("checked", "person", "anna"),
        ("gold", "event", "airflow"),
    ]
    assert shown["description"]["value"] == "by hand"
    assert shown["description"]["source"] == "person"
    assert shown["description"]["at"].startswith("2026-11-21T02:29:00")
    assert shown["description"]["others"] == [{"value": "all orders", **by_event}]
    assert [(o["owner"], o["type"], o["source"]) for o in shown["owners"]] == [
        ("anna", "STEWARD", "person"),
        ("team:shop", "MAINTAINER", "event"),
    ]
    (column,) = shown["columns"]
    assert column["description"] == {"value": "the key", **by_event, "others": []}
    assert [tag["tag"] for tag in column["tags"]] == ["PII"]


def test_dataset_says_which_catalog_lists_it_and_what_it_is_in(api: Api) -> None:
    levels = [{"type": "DATABASE", "name": "shop"}, {"name": "public"}, {"type": "x"}, 7]
    home = {"framework": "iceberg", "type": "rest", "name": "prod", "warehouseUri": "s3://wh"}
    api.tell(catalog=home, hierarchy={"hierarchy": levels})
    said = api.say("GET", "/api/v2/entity", node=TABLE)
    assert said["catalog"] == {
        "name": "prod",
        "type": "rest",
        "framework": "iceberg",
        "warehouse": "s3://wh",
    }
    assert said["hierarchy"] == [
        {"type": "DATABASE", "name": "shop"},
        {"type": None, "name": "public"},
    ]


def test_facets_of_a_home_that_cannot_be_read_are_left_out(api: Api) -> None:
    api.tell(catalog={"name": 7}, hierarchy={"hierarchy": "public"})
    said = api.say("GET", "/api/v2/entity", node=TABLE)
    assert (said["catalog"], said["hierarchy"]) == (None, [])


def test_word_of_a_person_stands_until_a_person_takes_it_back(api):
    api.tell(**FACETS)
    api.say("PUT", "/api/v2/entity/description", {"description": "by hand"}, node=TABLE)
    shown = api.say("DELETE", "/api/v2/entity/tags", node=TABLE, tag="gold")
    assert shown["tags"] == []
    assert [(tag["tag"], tag["by"]) for tag in shown["removed_tags"]] == [("gold", "anna")]
    api.tell(**FACETS | {"documentation": {"description": "later"}})
    v1 = api.say("GET", "/api/v1/namespaces/ds/datasets/orders")
    assert (v1["tags"], v1["description"]) == ([], "by hand")
    api.say("DELETE", "/api/v2/entity/description", node=TABLE)
    api.say("PUT", "/api/v2/entity/tags", node=TABLE, tag="gold")
    v1 = api.say("GET", "/api/v1/namespaces/ds/datasets/orders")
    assert v1["tags"] == ["gold"]
    assert v1["description"] in ("all orders", "later")


def test_columns_are_tagged_and_described(api):
    api.tell(**FACETS)
    node = "datasetField:ds:orders:id"
    api.say("PUT", "/api/v2/entity/tags", node=node, tag="key")
    shown = api.say("PUT", "/api/v2/entity/description", {"description": "mine"}, node=node)
    assert [tag["tag"] for tag in shown["columns"][0]["tags"]] == ["PII", "key"]
    field = api.say("GET", "/api/v1/namespaces/ds/datasets/orders")["fields"][0]
    assert (field["tags"], field["description"]) == (["PII", "key"], "mine")
    refused = api.send("PUT", "/api/v2/entity/owners", node=node, owner="anna")
    assert refused.status_code == 422
    assert api.send("PUT", "/api/v2/entity/tags", node=f"{node}x", tag="k").status_code == 404


def test_later_time_decides_whatever_came_last(api):
    api.tell()
    for at, text in (("2026-11-03T00:00:00Z", "third"), ("2026-11-02T00:00:00+00:00", "second")):
        api.say("PUT", "/api/v2/entity/description", {"description": text}, node=TABLE, at=at)
    shown = api.say("GET", "/api/v2/entity", node=TABLE)
    assert shown["description"]["value"] == "third"
    assert shown["description"]["at"] == "2026-11-03T00:00:00Z"
    bad = api.send("PUT", "/api/v2/entity/tags", node=TABLE, tag="x", at="noon")
    assert bad.status_code == 422


def test_deleted_is_hidden_listed_as_such_and_brought_back(api):
    api.tell(**FACETS)
    assert api.say("DELETE", "/api/v2/entity", node=TABLE)["deleted"]
    assert api.send("GET", "/api/v1/namespaces/ds/datasets/orders").status_code == 404
    (deleted,) = api.say("GET", "/api/v2/deleted")["deleted"]
    assert (deleted["namespace"], deleted["name"], deleted["by"]) == ("ds", "orders", "anna")
    assert not api.say("POST", "/api/v2/entity/undelete", node=TABLE)["deleted"]
    assert api.send("GET", "/api/v1/namespaces/ds/datasets/orders").status_code == 200
    assert api.say("GET", "/api/v2/deleted") == {"deleted": [], "next": None}


@pytest.mark.parametrize("kind", ["dataset", "job", "namespace"])
def test_pages_of_what_is_deleted_go_on_behind_the_last_one(api, kind):
    names = [(space, name) for space in ("a", "b") for name in ("x", "y", "z")]
    for number, (space, name) in enumerate(names):
        thing = {"namespace": space, "name": name}
        run = {"runId": f"00000000-0000-4000-8000-{number:012d}"}
        event = {"eventType": "COMPLETE", "eventTime": "2026-11-21T01:00:00Z", "run": run}
        event |= {"producer": "urn:test", "job": thing, "outputs": [thing]}
        api.door.submit([json.dumps(event).encode()], principal=EVERYTHING)
    wanted = names if kind != "namespace" else [("a", "a"), ("b", "b")]
    for space, name in wanted:
        node = f"{kind}:{space}" if kind == "namespace" else f"{kind}:{space}:{name}"
        assert api.say("DELETE", "/api/v2/entity", node=node)["deleted"]
    found, after = [], {}
    while after is not None:
        page = api.say("GET", "/api/v2/deleted", kind=kind, limit=1, **after)
        found += [(one["namespace"], one["name"]) for one in page["deleted"]]
        after = None if page["next"] is None else {"after": page["next"]}
    assert found == wanted
    assert api.send("GET", "/api/v2/deleted", after="x").status_code == 400


def test_delete_is_noted_at_the_time_that_it_names(api):
    api.tell()
    at = "2026-11-02T02:00:00+02:00"
    assert api.say("DELETE", "/api/v2/entity", node=TABLE, at=at)["deleted"]
    (deleted,) = api.say("GET", "/api/v2/deleted")["deleted"]
    assert deleted["at"] == "2026-11-02T00:00:00Z"
    assert not api.say("POST", "/api/v2/entity/undelete", node=TABLE, at="2026-11-01")["deleted"]
    assert api.send("DELETE", "/api/v2/entity", node=TABLE, at="noon").status_code == 422


def test_namespace_comes_back_with_all_that_went_with_it(api):
    api.tell()
    api.say("DELETE", "/api/v2/entity", node="namespace:ds")
    assert api.say("GET", "/api/v2/entity", node=TABLE)["deleted"]
    assert len(api.say("GET", "/api/v2/deleted", kind="namespace")["deleted"]) == 1
    api.say("POST", "/api/v2/entity/undelete", node="namespace:ds")
    assert not api.say("GET", "/api/v2/entity", node=TABLE)["deleted"]


def test_deleted_thing_stays_so_when_its_namespace_comes_back(api):
    api.tell()
    api.say("DELETE", "/api/v2/entity", node=TABLE)
    api.say("DELETE", "/api/v2/entity", node="namespace:ds")
    api.say("POST", "/api/v2/entity/undelete", node="namespace:ds")
    assert api.say("GET", "/api/v2/entity", node=TABLE)["deleted"]


def test_namespace_has_one_owner(api):
    api.tell()
    for owner in ("one", "two"):
        shown = api.say("PUT", "/api/v2/entity/owners", node="namespace:ds", owner=owner)
    assert [owner["owner"] for owner in shown["owners"]] == ["two"]
    assert api.say("GET", "/api/v1/namespaces/ds")["ownerName"] == "two"
    api.say("DELETE", "/api/v2/entity/owners", node="namespace:ds", owner="two")
    assert api.say("GET", "/api/v1/namespaces/ds")["ownerName"] == "anonymous"


def test_readers_write_nothing(api):
    api.tell()
    for method, path in (("DELETE", "/api/v2/entity"), ("POST", "/api/v2/entity/undelete")):
        assert api.send(method, path, by="reader", node=TABLE).status_code == 403
    v1 = "/api/v1/namespaces/ds"
    for method, path, body in (
        ("PUT", v1, {"ownerName": "x"}),
        ("DELETE", v1, None),
        ("DELETE", f"{v1}/datasets/orders", None),
        ("POST", f"{v1}/datasets/orders/tags/x", None),
        ("PUT", f"{v1}/datasets/orders", {}),
        ("PUT", f"{v1}/jobs/j", {}),
        ("POST", f"{v1}/jobs/j/runs", {}),
        ("PUT", "/api/v1/tags/x", {}),
        ("PUT", "/api/v1/sources/x", {}),
    ):
        answer = api.send(method, path, body, by="reader")
        assert (answer.status_code, answer.json()["code"]) == (403, 403), path
    assert api.say("GET", "/api/v2/entity", node=TABLE)["tags"] == []


@pytest.mark.parametrize("node", ["dataset:ds:none", "namespace:none", "job:ds:orders"])
def test_of_what_never_was_nothing_can_be_said(api, node):
    api.tell()
    assert api.send("GET", "/api/v2/entity", node=node).status_code == 404
    assert api.send("PUT", "/api/v2/entity/tags", node=node, tag="x").status_code == 404


def test_what_people_said_survives_a_rebuild(api):
    api.tell(**FACETS)
    api.say("PUT", "/api/v2/entity/tags", node=TABLE, tag="checked")
    api.say("PUT", "/api/v2/entity/description", {"description": "by hand"}, node=TABLE)
    before, dump = api.say("GET", "/api/v2/entity", node=TABLE), api.log.dump()
    api.log.rebuild()
    assert api.log.dump() == dump
    assert api.say("GET", "/api/v2/entity", node=TABLE) == before


def test_erased_is_gone_for_good_and_only_administrators_may(api):
    api.tell(**FACETS)
    path = "/api/v2/entity/erase"
    assert api.send("POST", path, by="reader", node=TABLE).status_code == 403
    trial = api.say("POST", path, node=TABLE, trial=True)
    assert trial == {"entries": 1, "mentioned": None, "trial": True}
    assert api.say("POST", path, node=TABLE) == {"entries": 1, "mentioned": False, "trial": False}
    assert api.send("GET", "/api/v2/entity", node=TABLE).status_code == 404
    assert b"orders" not in api.log.dump()


def test_declared_things_are_kept_without_passwords(api):
    url = "postgres://etl:hunter2@db:5432"
    space = f"/api/v1/namespaces/{quote(url, safe='')}"
    body = {"ownerName": "me", "description": "password=hunter2"}
    assert api.say("PUT", space, body)["name"] == "postgres://etl:***@db:5432"
    api.say("PUT", "/api/v1/sources/src", {"type": "T", "connectionUrl": url})
    dataset = {"type": "DB_TABLE", "physicalName": "p", "sourceName": "src"}
    made = api.say("PUT", f"{space}/datasets/orders", dataset)
    assert made["namespace"] == "postgres://etl:***@db:5432"
    api.say("PUT", f"{space}/jobs/load", {"type": "BATCH", "inputs": [], "outputs": []})
    assert b"hunter2" not in api.log.dump()
    assert b"hunter2" not in b"".join(events_of(api.log))
