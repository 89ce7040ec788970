"""Hot paths are found by their raw path, guarded, and answer errors in their own shape."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import pytest
from fastapi import APIRouter

from headwater import observe
from headwater.api.access import Writer
from headwater.api.application import create_application
from headwater.api.bodies import read_request
from headwater.api.dispatch import HotRequest, HotResponse, HotRoute
from headwater.app.inside import inside_exchange
from headwater.errors import Busy, HeadwaterError, TooLarge, Unprocessable
from headwater.identity.access import OwnerAccess, Role
from headwater.model.principal import LOCAL, Action
from headwater.observe import CONTEXT


async def echo(request: HotRequest) -> HotResponse:
    body = await request.body(100)
    said = {"rest": request.rest, "by": request.principal.name, "body": body.decode()}
    return HotResponse(200, json.dumps(said).encode())


def hot(path: str = "/hot", **changes: object) -> HotRoute:
    fields = {"method": "POST", "path": path, "action": Action.WRITE, "handle": echo}
    return HotRoute(**(fields | changes))


@pytest.mark.parametrize(
    ("target", "rest"),
    [
        ("/hot/flights", "flights"),
        ("/hot/a%2Fb", "a%2Fb"),
        ("/hot/a%2fb/", "a%2fb"),
        ("/hot/%00", "%00"),
        ("/hot/..%2F..%2Fetc", "..%2F..%2Fetc"),
        ("/hot/flights?x=/y/", "flights"),
    ],
)
def test_rest_is_the_raw_segment(calling, target: str, rest: str) -> None:
    reply = calling(hot=[hot(has_rest=True)])("POST", target)
    assert json.loads(reply.body)["rest"] == rest


@pytest.mark.parametrize("target", ["/hot", "/hot/"])
def test_exact_path_is_found_with_and_without_a_slash(calling, target: str) -> None:
    assert calling(hot=[hot()])("POST", target, b"x").status == 200


@pytest.mark.parametrize(
    ("method", "target"), [("POST", "/hot/a/b"), ("POST", "/hotter"), ("POST", "")]
)
def test_other_paths_are_nothing(calling, method: str, target: str) -> None:
    call = calling(hot=[hot(), hot(has_rest=True)])
    reply = call(method, target)
    assert reply.status == 404
    assert reply.headers["content-type"] == "application/problem+json"


def test_hot_route_passes_the_same_hook(calling, access) -> None:
    _, reader = access.create("reader", Role.READER, expires_at=None, by=LOCAL)
    _, writer = access.create("writer", Role.WRITER, expires_at=None, by=LOCAL)
    call = calling(hot=[hot()], access=access)
    assert call("POST", "/hot").status == 401
    assert call("POST", "/hot", token=reader).status == 403
    reply = call("POST", "/hot", token=writer)
    assert json.loads(reply.body)["by"] == "writer"


def test_error_of_a_handler_is_a_problem(calling) -> None:
    async def refuse(request: HotRequest) -> HotResponse:
        raise Unprocessable("not so", path="/0", hint="so")

    reply = calling(hot=[hot(handle=refuse)])("POST", "/hot")
    problem = json.loads(reply.body)
    assert (reply.status, problem["path"], problem["hint"]) == (422, "/0", "so")
    assert problem["request_id"] == reply.headers["x-request-id"]


def test_busy_says_when_to_come_back(calling) -> None:
    async def refuse(request: HotRequest) -> HotResponse:
        raise Busy("full", retry_after_seconds=3)

    reply = calling(hot=[hot(handle=refuse)])("POST", "/hot")
    assert (reply.status, reply.headers["retry-after"]) == (503, "3")


def test_surface_explains_errors_in_its_own_shape(calling) -> None:
    async def refuse(request: HotRequest) -> HotResponse:
        raise Unprocessable("not so")

    def explain(error: HeadwaterError, _: object) -> HotResponse:
        return HotResponse(418, error.message.encode())

    reply = calling(hot=[hot(handle=refuse, explain=explain)])("POST", "/hot")
    assert (reply.status, reply.body) == (418, b"not so")


def test_failure_of_the_server_is_logged_and_not_shown(calling, caplog) -> None:
    async def fail(request: HotRequest) -> HotResponse:
        raise RuntimeError("secret detail")

    with caplog.at_level(logging.ERROR, logger="headwater"):
        reply = calling(hot=[hot(handle=fail)])("POST", "/hot")
    assert reply.status == 500
    assert b"secret" not in reply.body
    assert "secret detail" in caplog.text


def test_too_large_a_body_is_413(calling) -> None:
    assert calling(hot=[hot()])("POST", "/hot", b"x" * 101).status == 413


@pytest.mark.parametrize("sent", ["abc-123", "x" * 128])
def test_request_id_of_the_caller_is_kept(calling, sent: str) -> None:
    reply = calling(hot=[hot()])("POST", "/hot", headers={"X-Request-Id": sent})
    assert reply.headers["x-request-id"] == sent


@pytest.mark.parametrize("sent", ["", "two\twords", "\x7f"])
def test_request_id_that_cannot_be_logged_is_replaced(calling, sent: str) -> None:
    reply = calling(hot=[hot()])("POST", "/hot", headers={"X-Request-Id": sent})
    assert len(reply.headers["x-request-id"]) == 32


def test_context_of_a_request_holds_who_and_which_trace(calling) -> None:
    seen = []

    async def look(request: HotRequest) -> HotResponse:
        seen.append(CONTEXT.get())
        return HotResponse(204)

    trace = f"00-{'a' * 32}-{'b' * 16}-01"
    calling(hot=[hot(handle=look)])("POST", "/hot", headers={"traceparent": trace})
    assert seen[0].traceparent == trace
    assert seen[0].principal == "local"
    assert CONTEXT.get() is None


def test_requests_are_counted_by_route_and_not_by_path(calling) -> None:
    call = calling(hot=[hot(has_rest=True)])
    labels = {"route": "/hot", "method": "POST", "status": "200"}
    before = observe.HTTP_REQUESTS.value(**labels)
    call("POST", "/hot/a")
    call("POST", "/hot/b")
    assert observe.HTTP_REQUESTS.value(**labels) == before + 2
    unknown = {"route": "none", "method": "other", "status": "404"}
    before = observe.HTTP_REQUESTS.value(**unknown)
    call("BREW", "/no/such/thing")
    assert observe.HTTP_REQUESTS.value(**unknown) == before + 1


def test_request_ids_of_ours_never_come_twice(calling) -> None:
    ids = {
        client("POST", "/hot").headers["x-request-id"]
        for client in (calling(hot=[hot()]), calling(hot=[hot()]))
        for _ in range(3)
    }
    assert len(ids) == 6


@pytest.mark.parametrize("target", ["/hot", "/nowhere"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.example", "Host": "lake:5000"},
        {"Origin": "http://lake.evil.example:5000", "Host": "lake:5000"},
        {"Origin": "http://127.0.0.1:5000", "Host": "localhost:5000"},
        {"Origin": "http://[::2]:5000", "Host": "[::1]:5000"},
        {"Origin": "null", "Host": "lake"},
        {"Origin": "null", "Host": "null"},
        {"Origin": "", "Host": ""},
        {"Origin": "http://lake"},
    ],
)
def test_page_of_another_site_may_not_write(calling, target: str, headers: dict[str, str]) -> None:
    call = calling(hot=[hot()])
    reply = call("POST", target, b"x", headers=headers)
    assert reply.status == 403
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.headers["x-request-id"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "cross-site", "Authorization": "Bearer t"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://lake", "Host": "behind-a-proxy"},
        {"Origin": "https://evil.example", "Authorization": "Bearer t", "Host": "lake"},
        {"Origin": "http://lake:5000", "Host": "lake:5000"},
        {"Origin": "https://Lake:8443", "Host": "lake"},
        {"Origin": "http://[::1]:3000", "Host": "[::1]:5000"},
        {"Host": "lake"},
        {},
    ],
)
def test_others_may(calling, headers: dict[str, str]) -> None:
    assert calling(hot=[hot()])("POST", "/hot", b"x", headers=headers).status == 200


@pytest.mark.parametrize("headers", [{}, {"Content-Length": "101"}])
def test_framework_reads_no_more_of_a_body_than_the_limit(headers: dict[str, str]) -> None:
    router = APIRouter()

    @router.post("/things")
    def post_things(_: Writer, things: list[int]) -> int:
        return len(things)

    application = create_application(access=OwnerAccess(), routers=[router], hot=[], most_bytes=100)
    call = inside_exchange(application)
    declared = {"Content-Type": "application/json"}
    assert call("POST", "/things", b"[1]".rjust(100), declared).body == b"1"
    reply = call("POST", "/things", b"[1]".rjust(101), declared | headers)
    assert (reply.status, reply.headers["connection"]) == (413, "close")
    assert json.loads(reply.body)["detail"] == "the body is over the limit of 100 bytes"


@pytest.mark.parametrize("headers", [{}, {"Content-Length": "65537"}])
def test_framework_reads_next_to_nothing_of_nobody(access, headers: dict[str, str]) -> None:
    router = APIRouter()

    @router.post("/things")
    def post_things(_: Writer, things: list[int]) -> int:
        return len(things)

    call = inside_exchange(create_application(access=access, routers=[router], hot=[]))
    access.create("boss", Role.ADMIN, expires_at=None, by=LOCAL)
    declared = {"Content-Type": "application/json"}
    reply = call("POST", "/things", b"{".rjust(65_537), declared | headers)
    assert reply.status == 401
    assert ("connection" in reply.headers) == bool(headers)
    assert json.loads(reply.body)["detail"] == "this server needs a token"
    assert call("POST", "/things", b"[1]".rjust(65_536), declared).status == 401


def test_body_that_is_announced_too_large_is_not_received() -> None:
    async def receive() -> Any:
        raise AssertionError("received")

    headers = {b"content-length": b"11"}
    for most in (10, 11):
        with pytest.raises(TooLarge if most == 10 else AssertionError):
            asyncio.run(read_request(headers, receive, most_bytes=most))
