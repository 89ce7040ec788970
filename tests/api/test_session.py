"""A browser signs in with a token and is known by its cookie from then on."""

from __future__ import annotations

import json

import pytest

from headwater.api.credentials import credentials_of
from headwater.api.session import session_router
from headwater.identity.access import Role
from headwater.model.principal import LOCAL


@pytest.fixture
def call(calling, access):
    return calling(session_router(access), access=access)


def _made(access) -> str:
    _, secret = access.create("ann", Role.WRITER, expires_at=None, by=LOCAL)
    return secret


def test_without_tokens_everybody_is_local_with_all_rights(call):
    reply = call("GET", "/api/v2/session")
    assert json.loads(reply.body)["principal"] == "local"
    assert json.loads(reply.body)["actions"] == ["admin", "read", "run", "write"]


def test_a_token_is_kept_in_a_cookie_that_scripts_and_other_sites_do_not_get(call, access):
    access.create("root", Role.ADMIN, expires_at=None, by=LOCAL)
    secret = _made(access)
    assert call("GET", "/api/v2/session").status == 401
    reply = call("POST", "/api/v2/session", {"token": secret})
    assert json.loads(reply.body) == {
        "principal": "ann",
        "actions": ["read", "write"],
        "version": json.loads(reply.body)["version"],
    }
    cookie = reply.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    name_and_value = cookie.split(";")[0]
    again = call("GET", "/api/v2/session", headers={"Cookie": f"theme=dark; {name_and_value}"})
    assert json.loads(again.body)["principal"] == "ann"


def test_a_wrong_token_is_refused_and_leaves_no_cookie(call, access):
    access.create("root", Role.ADMIN, expires_at=None, by=LOCAL)
    reply = call("POST", "/api/v2/session", {"token": "hw_wrong"})
    assert reply.status == 401
    assert "set-cookie" not in reply.headers


def test_signing_out_takes_the_cookie_away(call):
    reply = call("DELETE", "/api/v2/session")
    assert reply.status == 204
    assert "Max-Age=0" in reply.headers["set-cookie"]


def test_a_page_of_another_site_cannot_use_the_cookie_to_write(call, access):
    access.create("root", Role.ADMIN, expires_at=None, by=LOCAL)
    headers = {"Cookie": f"headwater_token={_made(access)}", "Sec-Fetch-Site": "cross-site"}
    assert call("DELETE", "/api/v2/session", headers=headers).status == 403


@pytest.mark.parametrize(
    ("authorization", "cookie", "credentials"),
    [
        (None, None, None),
        ("Bearer a", "headwater_token=b", "Bearer a"),
        (None, "headwater_token=b", "Bearer b"),
        (None, "a=1; headwater_token=hw_x-y_z; c=2", "Bearer hw_x-y_z"),
        (None, "other=1", None),
        (None, "headwater_token", None),
        (None, "headwater_token=", "Bearer "),
    ],
)
def test_the_header_counts_before_the_cookie(authorization, cookie, credentials):
    assert credentials_of(authorization, cookie) == credentials
