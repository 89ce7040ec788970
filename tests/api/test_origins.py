"""Pages of allowed origins are let in, on hot routes and on others; pages of no other are."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import APIRouter
from pydantic import ValidationError

from headwater.api.access import Reader, Writer
from headwater.api.application import create_application
from headwater.api.dispatch import HotRequest, HotResponse, HotRoute
from headwater.api.origins import Origins
from headwater.api.settings import ServerSettings
from headwater.app.inside import inside_exchange
from headwater.identity.access import OwnerAccess
from headwater.model.principal import Action

PORTAL = "https://portal.example.com"
FROM_PORTAL = {"origin": PORTAL, "sec-fetch-site": "cross-site"}
ASKING = {"access-control-request-method": "POST", "access-control-request-headers": "x-a, x-b"}


async def hot(request: HotRequest) -> HotResponse:
    return HotResponse(200, b"{}")


def calling(*origins: str, is_open: bool = False) -> Any:
    router = APIRouter()

    @router.post("/cold")
    def write(_: Writer) -> None: ...

    @router.get("/cold")
    def read(_: Reader) -> None: ...

    application = create_application(
        access=OwnerAccess(),
        routers=[router],
        hot=[HotRoute(method="POST", path="/hot", action=Action.WRITE, handle=hot)],
        origins=Origins(origins, is_open=lambda: is_open),
    )
    exchange = inside_exchange(application)
    return lambda method, path, headers: exchange(method, path, b"", headers)


@pytest.mark.parametrize("path", ["/hot", "/cold"])
@pytest.mark.parametrize("allowed", [PORTAL, "*", PORTAL.upper()])
def test_page_of_an_allowed_origin_may_write_and_read_the_answer(path: str, allowed: str) -> None:
    reply = calling(allowed)("POST", path, FROM_PORTAL)
    assert reply.status == 200
    assert reply.headers["access-control-allow-origin"] == PORTAL
    assert "X-Request-Id" in reply.headers["access-control-expose-headers"]
    assert reply.headers["vary"] == "Origin"


@pytest.mark.parametrize("path", ["/hot", "/cold"])
@pytest.mark.parametrize("allowed", [(), ("https://other.example.com",), ("http://portal",)])
def test_page_of_another_origin_is_refused_and_told_nothing(path: str, allowed: Any) -> None:
    call = calling(*allowed)
    reply = call("POST", path, FROM_PORTAL)
    assert reply.status == 403
    assert "access-control-allow-origin" not in reply.headers
    asked = call("OPTIONS", path, FROM_PORTAL | ASKING)
    assert "access-control-allow-origin" not in asked.headers


@pytest.mark.parametrize("path", ["/hot", "/cold"])
def test_browser_that_names_only_the_origin_of_its_page_is_held_to_it(path: str) -> None:
    headers = {"origin": PORTAL, "host": "lake:5000"}
    assert calling()("POST", path, headers).status == 403
    assert calling("https://other.example.com")("POST", path, headers).status == 403
    assert calling(PORTAL)("POST", path, headers).status == 200
    assert calling()("GET", "/cold", headers).status == 200


@pytest.mark.parametrize("path", ["/hot", "/cold"])
def test_preflight_is_answered_without_a_token(path: str) -> None:
    reply = calling(PORTAL)("OPTIONS", path, FROM_PORTAL | ASKING)
    assert (reply.status, reply.body) == (200, b"")
    assert reply.headers["access-control-allow-origin"] == PORTAL
    assert reply.headers["access-control-allow-headers"] == "x-a, x-b"
    assert "POST" in reply.headers["access-control-allow-methods"]


def test_errors_can_be_read_by_the_page_too() -> None:
    reply = calling(PORTAL)("GET", "/nothing", FROM_PORTAL)
    assert (reply.status, reply.headers["access-control-allow-origin"]) == (404, PORTAL)


def test_request_of_no_page_is_answered_as_ever() -> None:
    reply = calling(PORTAL)("GET", "/cold", {})
    assert reply.status == 200
    assert "vary" not in reply.headers


@pytest.mark.parametrize("origin", ["portal.example.com", PORTAL + "/", "", "null x"])
def test_what_is_no_origin_is_refused_at_the_start(origin: str) -> None:
    with pytest.raises(ValidationError, match="is no origin"):
        ServerSettings(cors_origins=(origin,))


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("host", ["evil.example:5000", "EVIL.example", "127.0.0.1.evil.example."])
def test_page_whose_name_leads_to_this_machine_is_refused_while_there_is_no_token(
    method: str, host: str
) -> None:
    reply = calling(is_open=True)(method, "/cold", {"Host": host})
    assert reply.status == 403
    assert b"create a token" in reply.body
    assert calling()(method, "/cold", {"Host": host}).status == 200
    allowed = calling(f"http://{host.lower()}", is_open=True)
    assert allowed(method, "/cold", {"Host": host}).status == 200


def test_producers_come_by_any_name() -> None:
    assert calling(is_open=True)("POST", "/hot", {"Host": "lake.example.com"}).status == 200


@pytest.mark.parametrize("path", ["/hot", "/cold"])
@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:5000",
        "[::1]:5000",
        "localhost",
        "LAKE.localhost:1",
        "headwater:5000",
        "host.docker.internal:5000",
        "",
    ],
)
def test_names_that_only_this_machine_or_network_knows_are_its_own(path: str, host: str) -> None:
    assert calling(is_open=True)("POST", path, {"Host": host}).status == 200
    assert calling(is_open=True)("POST", path, {}).status == 200
