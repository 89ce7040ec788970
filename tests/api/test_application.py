"""Names with any characters reach their route, and every failure has the surface's shape."""

from __future__ import annotations

import json
import logging
from typing import Annotated, Any
from urllib.parse import quote

import pytest
from fastapi import APIRouter, Query
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from headwater.api.access import Reader
from headwater.api.dispatch import HotRequest, HotResponse, HotRoute
from headwater.errors import Missing
from headwater.model.principal import Action
from headwater.observe import HTTP_REQUESTS


class Thing(BaseModel):
    name: str


class Wanted(BaseModel):
    as_of: str | None = Field(None, alias="asOf")
    limit: int = 3


def things() -> APIRouter:
    router = APIRouter()

    @router.get("/api/v2/things/{name:segment}")
    def get_thing(_: Reader, name: str) -> dict[str, str]:
        return {"name": name.encode("utf-8", "surrogateescape").hex()}

    @router.get("/api/v2/things")
    def list_things(_: Reader, state: str = "any") -> dict[str, str]:
        return {"state": state}

    @router.get("/api/v2/wanted")
    def list_wanted(_: Reader, wanted: Annotated[Wanted, Query()]) -> dict[str, str | None]:
        return {"as_of": wanted.as_of}

    @router.get("/api/v1/things")
    def list_old_things(_: Reader, state: str = "any") -> dict[str, str]:
        return {"state": state}

    @router.get("/api/v2/things/{name:segment}/parts/{part:segment}")
    def get_part(_: Reader, name: str, part: str) -> dict[str, str]:
        return {"name": name, "part": part}

    @router.put("/api/v2/things/{name:segment}")
    def put_thing(_: Reader, name: str) -> dict[str, str]:
        return {"name": name}

    @router.post("/api/v2/things")
    def post_thing(_: Reader, thing: Thing) -> dict[str, str]:
        return {"name": thing.name}

    @router.post("/api/v1/things")
    def post_old_thing(_: Reader, thing: Thing) -> dict[str, str]:
        raise Missing(f"no {thing.name}")

    @router.get("/api/v2/broken")
    def broken(_: Reader) -> Any:
        raise RuntimeError("secret detail")

    return router


@given(name=st.text(min_size=1).filter(lambda name: name not in (".", "..")))
def test_any_name_is_one_segment(calling, name: str) -> None:
    encoded = quote(name, safe="", errors="surrogatepass")
    reply = calling(things())("GET", f"/api/v2/things/{encoded}")
    assert reply.status == 200, reply.body
    found = bytes.fromhex(json.loads(reply.body)["name"])
    assert found == name.encode("utf-8", "surrogatepass")


def test_slash_in_a_name_does_not_split_it(calling) -> None:
    reply = calling(things())("GET", "/api/v2/things/s3%3A%2F%2Fbucket%2Fa/parts/b%2Fc")
    assert json.loads(reply.body) == {"name": "s3://bucket/a", "part": "b/c"}


def test_there_are_no_slash_redirects(calling) -> None:
    assert calling(things())("GET", "/api/v2/things/a/").status == 404


def test_wrong_field_is_422_with_its_path(calling) -> None:
    reply = calling(things())("POST", "/api/v2/things", {"name": 1})
    assert (reply.status, json.loads(reply.body)["path"]) == (422, "/name")


def test_body_that_is_not_json_is_400(calling) -> None:
    headers = {"Content-Type": "application/json"}
    reply = calling(things())("POST", "/api/v2/things", b'{"name": ', headers=headers)
    assert reply.status == 400
    assert reply.headers["content-type"] == "application/problem+json"


def test_marquez_surface_answers_in_its_own_shape(calling) -> None:
    reply = calling(things())("POST", "/api/v1/things", {"name": "a"})
    assert json.loads(reply.body) == {"code": 404, "message": "no a"}


def test_wrong_method_is_405_and_says_which(calling) -> None:
    reply = calling(things())("DELETE", "/api/v2/broken")
    assert reply.status == 405
    assert reply.headers["allow"] == "GET, HEAD, OPTIONS"
    assert json.loads(reply.body)["status"] == 405


@pytest.mark.parametrize(
    ("target", "hint"),
    [
        ("/api/v2/things?stat=failed", "there is state"),
        ("/api/v2/wanted?limit=2&asof=2026-01-01", "there is asOf"),
        ("/api/v2/wanted?q=1", "there is asOf, limit"),
        ("/api/v2/things/a?state=failed", "leave it out"),
    ],
)
def test_misspelt_filter_is_refused_and_not_passed_over(calling, target: str, hint: str) -> None:
    reply = calling(things())("GET", target)
    assert (reply.status, json.loads(reply.body)["hint"]) == (422, hint)


@pytest.mark.parametrize(
    "target",
    ["/api/v2/things?state=failed", "/api/v2/wanted?asOf=1&limit=2", "/api/v1/things?any=thing"],
)
def test_known_parameters_are_taken_and_those_of_marquez_clients_too(calling, target) -> None:
    assert calling(things())("GET", target).status == 200


async def _take(_: HotRequest) -> HotResponse:
    return HotResponse(201)


_TAKE = HotRoute(method="POST", path="/api/v2/things/taken", action=Action.WRITE, handle=_take)


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/api/v2/things", "GET, HEAD, OPTIONS, POST"),
        ("/api/v2/things/a%2Fb", "GET, HEAD, OPTIONS, PUT"),
        ("/api/v2/things/taken", "GET, HEAD, OPTIONS, POST, PUT"),
    ],
)
def test_every_method_of_a_path_is_named_whoever_serves_it(calling, path, methods) -> None:
    call = calling(things(), hot=[_TAKE])
    wrong = call("DELETE", path)
    asked = call("OPTIONS", path)
    assert (wrong.status, wrong.headers["allow"]) == (405, methods)
    assert (asked.status, asked.headers["allow"], asked.body) == (200, methods, b"")


def test_reading_where_only_events_are_taken_is_405_and_no_404(calling) -> None:
    reply = calling(hot=[_TAKE])("GET", "/api/v2/things/taken")
    assert (reply.status, reply.headers["allow"]) == (405, "OPTIONS, POST")
    assert json.loads(reply.body)["detail"] == "GET is not served at /api/v2/things/taken"
    assert calling(hot=[_TAKE])("OPTIONS", "/api/v2/other").status == 404


@pytest.mark.parametrize("path", ["/api/v2/things/a", "/api/v2/nothing"])
def test_head_answers_as_get_would_without_the_body(calling, path: str) -> None:
    call = calling(things())
    whole, head = call("GET", path), call("HEAD", path)
    assert (head.status, head.body) == (whole.status, b"")
    assert head.headers["content-type"] == whole.headers["content-type"]


def test_failure_of_the_server_is_a_problem_without_details(calling, caplog) -> None:
    with caplog.at_level(logging.ERROR, logger="headwater"):
        reply = calling(things())("GET", "/api/v2/broken")
    assert reply.status == 500
    assert reply.headers["content-type"] == "application/problem+json"
    assert b"secret" not in reply.body
    assert "secret detail" in caplog.text


def test_requests_are_counted_by_template(calling) -> None:
    labels = {"route": "/api/v2/things/{name:segment}", "method": "GET", "status": "200"}
    before = HTTP_REQUESTS.value(**labels)
    call = calling(things())
    for name in ("a", "b%2Fc"):
        assert call("GET", f"/api/v2/things/{name}").status == 200
    assert HTTP_REQUESTS.value(**labels) == before + 2


@pytest.mark.parametrize("path", ["/docs", "/openapi.json"])
def test_api_describes_itself(calling, path: str) -> None:
    assert calling(things())("GET", path).status == 200


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"name": "\xff"}', b"9" * 5000])
def test_body_that_cannot_be_read_says_so(calling, body: bytes) -> None:
    reply = calling(things())(
        "POST", "/api/v2/things", body, headers={"Content-Type": "application/json"}
    )
    assert reply.status == 400
    assert json.loads(reply.body)["type"] == "/docs/errors#malformed"
    assert "the body is not JSON" in json.loads(reply.body)["detail"]


def test_body_of_another_type_is_told_which_header_to_send(calling) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    reply = calling(things())("POST", "/api/v2/things", b'{"name": "a"}', headers=form)
    assert reply.status == 422
    assert json.loads(reply.body)["hint"] == "send the header Content-Type: application/json"
