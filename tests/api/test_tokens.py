"""Administrators make and revoke tokens; the secret is shown once."""

from __future__ import annotations

import json

import pytest

from headwater.api.tokens import tokens_router

PATH = "/api/v2/tokens"


@pytest.fixture
def call(calling, access):
    return calling(tokens_router(access), access=access)


def made(call, name: str, role: str, **more: object) -> dict[str, str]:
    token = more.pop("token", None)
    reply = call("POST", PATH, {"name": name, "role": role, **more}, token=token)
    assert reply.status == 201, reply.body
    return json.loads(reply.body)


def test_first_token_is_made_without_one_and_the_next_needs_it(call) -> None:
    first = made(call, "boss", "admin")
    assert first["secret"].startswith("hw_")
    assert first["created_by"] == "local"
    assert call("POST", PATH, {"name": "b", "role": "reader"}).status == 401
    second = made(call, "b", "reader", token=first["secret"])
    assert second["created_by"] == "boss"


def test_secret_is_shown_only_when_it_is_made(call) -> None:
    first = made(call, "boss", "admin")
    reply = call("GET", PATH, token=first["secret"])
    listed = json.loads(reply.body)["tokens"]
    assert [token["name"] for token in listed] == ["boss"]
    assert first["secret"].encode() not in reply.body
    assert "secret" not in listed[0]


@pytest.mark.parametrize("role", ["reader", "writer", "runner"])
def test_only_administrators_see_tokens(call, role: str) -> None:
    boss = made(call, "boss", "admin")["secret"]
    other = made(call, "other", role, token=boss)["secret"]
    for method, target in (("GET", PATH), ("DELETE", f"{PATH}?id=x")):
        reply = call(method, target, token=other)
        assert reply.status == 403
        assert json.loads(reply.body)["hint"] == "this needs a token of role admin or above"


def test_revoked_token_is_refused(call) -> None:
    boss = made(call, "boss", "admin")["secret"]
    other = made(call, "other", "admin", token=boss)
    reply = call("DELETE", f"{PATH}?id={other['id']}", token=boss)
    assert reply.status == 200
    assert json.loads(reply.body)["revoked_at"] is not None
    assert call("GET", PATH, token=other["secret"]).status == 401


def test_expired_token_is_refused(call, clock) -> None:
    boss = made(call, "boss", "admin")["secret"]
    soon = made(call, "soon", "admin", token=boss, expires_at="2026-01-02T04:00:00Z")["secret"]
    assert call("GET", PATH, token=soon).status == 200
    clock.advance(3600)
    assert call("GET", PATH, token=soon).status == 401


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"role": "king"}, "/role"),
        ({"name": "no spaces"}, "/name"),
        ({"name": 1}, "/name"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "/expires_at"),
        ({"expires_at": "2030-01-01T00:00:00"}, "/expires_at"),
        ({"admin": True}, "/admin"),
    ],
)
def test_what_cannot_be_is_422_with_its_path(call, change: dict[str, object], path: str) -> None:
    reply = call("POST", PATH, {"name": "a", "role": "admin", **change})
    assert reply.status == 422
    assert json.loads(reply.body)["path"] == path


def test_name_in_use_is_409_and_unknown_id_404(call) -> None:
    boss = made(call, "boss", "admin")["secret"]
    assert call("POST", PATH, {"name": "boss", "role": "reader"}, token=boss).status == 409
    assert call("DELETE", f"{PATH}?id=nope", token=boss).status == 404


def test_refusals_are_problem_documents(call) -> None:
    made(call, "boss", "admin")
    reply = call("GET", PATH)
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.headers["www-authenticate"] == "Bearer"
    problem = json.loads(reply.body)
    assert problem["status"] == 401
    assert problem["request_id"] == reply.headers["x-request-id"]


@pytest.mark.parametrize("role", ["reader", "writer", "runner"])
def test_first_token_is_an_administrators_so_that_nobody_is_locked_out(call, role: str) -> None:
    reply = call("POST", PATH, {"name": "ci", "role": role})
    assert reply.status == 422
    assert json.loads(reply.body)["path"] == "/role"
    made(call, "boss", "admin")
