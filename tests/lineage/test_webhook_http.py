"""POST /api/v1/webhook/lineage takes what is signed, in every shape, through the same door."""

from __future__ import annotations

import gzip
import hmac
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from headwater.api.application import create_application
from headwater.api.settings import ServerSettings
from headwater.api.webhook import check_signature, webhook_routes
from headwater.app.inside import inside_exchange
from headwater.clock import SystemClock
from headwater.errors import Unauthenticated
from headwater.identity.access import OwnerAccess
from headwater.ingest.events import EventDoor

SECRET = "open sesame"


def event(number: int) -> dict[str, Any]:
    return {
        "eventType": "COMPLETE",
        "eventTime": "2026-11-21T12:00:00Z",
        "run": {"runId": f"01933000-0000-7000-8000-{number:012}"},
        "job": {"namespace": "hooks", "name": "sent"},
        "producer": "https://example.com/hook",
    }


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    digits = hmac.new(secret.encode(), body, "sha256").hexdigest()
    return {"x-headwater-signature": f"sha256={digits}"}


@pytest.fixture
def calling(store: Any) -> Iterator[Any]:
    door = EventDoor(store.log, clock=SystemClock())

    def build(secret: str | None) -> Any:
        settings = ServerSettings(webhook_secret=secret)
        application = create_application(
            access=OwnerAccess(), routers=[], hot=webhook_routes(door, settings)
        )
        exchange = inside_exchange(application)
        return lambda body, headers: exchange("POST", "/api/v1/webhook/lineage", body, headers)

    yield build
    door.close()


def kept(store: Any) -> int:
    return int(store.ask("SELECT count(*) FROM event")[0][0])


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(event(1)),
        json.dumps([event(1), event(2)]),
        json.dumps({"events": [event(1), event(2), event(3)]}, indent=1),
        json.dumps(event(1)) + "\n" + json.dumps(event(2)),
        json.dumps(event(1) | {"events": [1, 2]}),
    ],
    ids=["one", "array", "envelope", "lines", "an event with a member events"],
)
def test_signed_events_are_kept_and_again_are_nothing_new(calling, store, body: str) -> None:
    call = calling(SECRET)
    expected = body.count('"runId"')
    for _ in range(2):
        reply = call(body.encode(), signed(body.encode()))
        assert reply.status == 201, reply.body
        assert kept(store) == expected


def test_signature_is_over_the_body_as_sent(calling, store) -> None:
    body = gzip.compress(json.dumps(event(1)).encode())
    headers = {"content-encoding": "gzip", **signed(body)}
    assert calling(SECRET)(body, headers).status == 201
    assert kept(store) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-headwater-signature": ""},
        {"x-headwater-signature": "sha256=é"},
        {"x-headwater-signature": "sha256=" + "0" * 64},
        signed(b"another body"),
        signed(json.dumps(event(1)).encode(), "another secret"),
    ],
)
def test_what_is_not_signed_rightly_is_refused_and_not_kept(calling, store, headers) -> None:
    reply = calling(SECRET)(json.dumps(event(1)).encode(), headers)
    assert reply.status == 401
    assert json.loads(reply.body)["type"].endswith("unauthenticated")
    assert SECRET not in reply.body.decode()
    assert kept(store) == 0


def test_without_a_secret_nothing_is_checked(calling, store) -> None:
    assert calling(None)(json.dumps(event(1)).encode(), {}).status == 201
    assert kept(store) == 1


@pytest.mark.parametrize("body", [b"", b"no json", b'{"events": [1]}', b"{}"])
def test_what_is_no_event_is_a_problem(calling, body: bytes) -> None:
    reply = calling(SECRET)(body, signed(body))
    assert reply.status in (400, 422)
    assert reply.headers["content-type"] == "application/problem+json"


@given(st.binary(), st.binary(max_size=80), st.text(st.characters(codec="utf-8"), min_size=8))
def test_only_the_right_signature_is_let_in(body: bytes, wrong: bytes, secret: str) -> None:
    kept_secret = SecretStr(secret)
    right = b"sha256=" + hmac.new(secret.encode(), body, "sha256").hexdigest().encode()
    check_signature(body, right, kept_secret)
    if wrong.strip().lower() != right:
        with pytest.raises(Unauthenticated):
            check_signature(body, wrong, kept_secret)
