"""Tokens open what their role allows, for as long as they are valid."""

from __future__ import annotations

import logging
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.clock import ManualClock
from headwater.control.tokens import SqliteTokens
from headwater.errors import Conflict, Denied, Missing, Unauthenticated, Unprocessable
from headwater.identity.access import ACTIONS, OwnerAccess, Role, TokenAccess, hash_of
from headwater.model.principal import LOCAL, Action


def bearer(access: TokenAccess, name: str, role: Role) -> str:
    _, secret = access.create(name, role, expires_at=None, by=LOCAL)
    return f"Bearer {secret}"


def test_everyone_is_local_while_no_token_exists(access: TokenAccess) -> None:
    assert access.identify(None) == LOCAL
    assert access.identify("Bearer whatever") == LOCAL
    for action in Action:
        access.authorize(LOCAL, action, "/anything")


def test_after_the_first_token_everyone_needs_one(access: TokenAccess) -> None:
    header = bearer(access, "ci", Role.WRITER)
    with pytest.raises(Unauthenticated, match="needs a token"):
        access.identify(None)
    assert access.identify(header).name == "ci"


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer wrong", "Basic abc", "bearer hw_é", "Bearer \udcff"]
)
def test_other_headers_are_refused(access: TokenAccess, header: str) -> None:
    bearer(access, "ci", Role.WRITER)
    with pytest.raises(Unauthenticated):
        access.identify(header)


@given(header=st.text())
def test_no_header_gets_in_by_chance(header: str) -> None:
    class OneToken(SqliteTokens):
        def __init__(self) -> None:
            pass

        def find(self):
            return ((hash_of("hw_secret"), token),)

    token = _any_token()
    clock = ManualClock(token.created_at)
    with pytest.raises(Unauthenticated):
        TokenAccess(OneToken(), clock=clock).identify(header)


def _any_token():
    from datetime import UTC, datetime

    from headwater.control.contract import Token

    return Token(
        id="1",
        name="one",
        role="admin",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        created_by="local",
    )


def test_scheme_is_matched_in_any_case(access: TokenAccess) -> None:
    header = bearer(access, "ci", Role.READER)
    assert access.identify(header.replace("Bearer", "bEARER")).name == "ci"


@pytest.mark.parametrize("role", list(Role))
def test_role_allows_its_actions_and_no_others(access: TokenAccess, role: Role) -> None:
    principal = access.identify(bearer(access, "someone", role))
    for action in Action:
        if action in ACTIONS[role]:
            access.authorize(principal, action, "/thing")
        else:
            with pytest.raises(Denied, match="/thing"):
                access.authorize(principal, action, "/thing")


def test_denial_names_the_least_role_that_may(access: TokenAccess) -> None:
    principal = access.identify(bearer(access, "someone", Role.READER))
    with pytest.raises(Denied) as caught:
        access.authorize(principal, Action.RUN, "/thing")
    assert caught.value.hint == "this needs a token of role runner or above"


def test_revoked_token_is_refused_at_once_and_opens_nothing_again(access: TokenAccess) -> None:
    token, secret = access.create("ci", Role.ADMIN, expires_at=None, by=LOCAL)
    access.revoke(token.id, by=LOCAL)
    with pytest.raises(Unauthenticated, match="revoked"):
        access.identify(f"Bearer {secret}")
    with pytest.raises(Unauthenticated, match="needs a token"):
        access.identify(None)


def test_token_is_refused_from_its_expiry_on(access: TokenAccess, clock: ManualClock) -> None:
    until = clock.now() + timedelta(hours=1)
    _, secret = access.create("ci", Role.READER, expires_at=until, by=LOCAL)
    clock.advance(3599)
    assert access.identify(f"Bearer {secret}").name == "ci"
    clock.advance(1)
    with pytest.raises(Unauthenticated, match="expired"):
        access.identify(f"Bearer {secret}")


def test_another_start_knows_the_same_tokens(
    access: TokenAccess, tokens: SqliteTokens, clock: ManualClock
) -> None:
    header = bearer(access, "ci", Role.RUNNER)
    again = TokenAccess(tokens, clock=clock)
    assert again.has_tokens()
    assert again.identify(header) == access.identify(header)


def test_name_in_use_is_a_conflict_until_it_is_revoked(access: TokenAccess) -> None:
    token, _ = access.create("ci", Role.READER, expires_at=None, by=LOCAL)
    with pytest.raises(Conflict, match="'ci'"):
        access.create("ci", Role.ADMIN, expires_at=None, by=LOCAL)
    access.revoke(token.id, by=LOCAL)
    access.create("ci", Role.ADMIN, expires_at=None, by=LOCAL)
    assert [one.name for one in access.find()] == ["ci", "ci"]


@pytest.mark.parametrize("name", ["", " ", "-a", "a b", "ü", "a\n", "x" * 64, "local", "system"])
def test_names_that_cannot_be_are_refused_with_their_path(access: TokenAccess, name: str) -> None:
    with pytest.raises(Unprocessable) as caught:
        access.create(name, Role.READER, expires_at=None, by=LOCAL)
    assert caught.value.path == "/name"
    assert not access.has_tokens()


def test_expiry_in_the_past_is_refused(access: TokenAccess, clock: ManualClock) -> None:
    with pytest.raises(Unprocessable) as caught:
        access.create("ci", Role.READER, expires_at=clock.now(), by=LOCAL)
    assert caught.value.path == "/expires_at"


def test_revoking_what_is_not_there_is_missing(access: TokenAccess) -> None:
    with pytest.raises(Missing, match="'nope'"):
        access.revoke("nope", by=LOCAL)


def test_day_of_last_use_is_kept(
    access: TokenAccess, tokens: SqliteTokens, clock: ManualClock
) -> None:
    access.identify(bearer(access, "ci", Role.READER))
    assert [token.last_used_on for token in access.find()] == [date(2026, 1, 2)]
    clock.advance(86_400)
    access.identify(bearer(access, "other", Role.READER))
    access.close()
    days = {token.name: token.last_used_on for _, token in tokens.find()}
    assert days == {"ci": date(2026, 1, 2), "other": date(2026, 1, 3)}


def test_secret_is_nowhere_in_the_database(access: TokenAccess, tokens: SqliteTokens) -> None:
    _, secret = access.create("ci", Role.READER, expires_at=None, by=LOCAL)
    folder = tokens._path.parent
    kept = b"".join(file.read_bytes() for file in folder.iterdir())
    assert b"ci" in kept
    assert secret.removeprefix("hw_").encode() not in kept


def test_what_administrators_do_is_logged_with_who(
    access: TokenAccess, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="headwater"):
        principal = access.identify(bearer(access, "boss", Role.ADMIN))
        access.authorize(principal, Action.ADMIN, "/api/v2/tokens")
    messages = [record.getMessage() for record in caplog.records]
    assert messages == ["token created", "administrator action"]
    assert caplog.records[1].fields == {"principal": "boss", "resource": "/api/v2/tokens"}


def test_owner_of_the_files_needs_no_token() -> None:
    access = OwnerAccess()
    assert access.identify("Bearer anything") == LOCAL
    access.authorize(LOCAL, Action.ADMIN, "/anything")
