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


def calling(*origins: str) -> Any:
    router = APIRouter()

    @router.post("/cold")
    def write(_: Writer) -> None: ...

    @router.get("/cold")
    def read(_: Reader) -> None: ...

    application = create_application(
        access=OwnerAccess(),
        routers=[router],
        hot=[HotRoute(method="POST", path="/hot", action=Action.WRITE, handle=hot)],
        origins=Origins(origins),
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
