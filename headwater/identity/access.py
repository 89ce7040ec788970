"""Who is asking, and may they? Bearer tokens, and everyone local while there is none."""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from logging import WARNING
from typing import Final

from headwater.clock import Clock
from headwater.control.contract import Token, Tokens
from headwater.errors import Denied, Unauthenticated, Unprocessable
from headwater.model.principal import LOCAL, SYSTEM, Action, Principal
from headwater.observe import LogEvent, log

_PREFIX: Final = "hw_"
_SECRET_BYTES: Final = 32
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,62}", re.ASCII)


class Role(StrEnum):
    """What a token is for; each role may do what the one before it may."""

    READER = "reader"
    WRITER = "writer"
    RUNNER = "runner"
    ADMIN = "admin"


ACTIONS: Final = {
    Role.READER: frozenset({Action.READ}),
    Role.WRITER: frozenset({Action.READ, Action.WRITE}),
    Role.RUNNER: frozenset({Action.READ, Action.WRITE, Action.RUN}),
    Role.ADMIN: frozenset(Action),
}

_VERBS: Final = {action: action.value for action in Action} | {Action.ADMIN: "administer"}


class OwnerAccess:
    """Lets everyone in as `local`: for a process that opened the data directory itself.

    Whoever may open the files needs no token to read them.
    """

    def identify(self, authorization: str | None) -> Principal:
        """Return `local`, whatever was sent."""
        return LOCAL

    def authorize(self, principal: Principal, action: Action, resource: str) -> None:
        """Return; the owner may do everything."""


class TokenAccess:
    """Identifies by bearer token, and by none while the store never held one.

    The store is read once and after each change made here: the process owns the data
    directory, so nobody else changes it. A stored hash is a plain SHA-256, because the secret
    is 32 random bytes: there is nothing to guess that a slow hash would protect. Looking a
    digest up tells no time about the secret, since nobody can choose what it hashes to.
    """

    def __init__(self, tokens: Tokens, *, clock: Clock) -> None:
        self._tokens = tokens
        self._clock = clock
        self._change = threading.Lock()
        self._used: dict[str, date] = {}
        self._known: dict[bytes, Token] = dict(tokens.find())

    def has_tokens(self) -> bool:
        """Return whether a token was ever created; revoking the last opens nothing again."""
        return bool(self._known)

    def identify(self, authorization: str | None) -> Principal:
        """Return whose token the Authorization header carries; raises `Unauthenticated`."""
        known = self._known
        if not known:
            return LOCAL
        if authorization is None:
            raise Unauthenticated(
                "this server needs a token",
                hint="send the header Authorization: Bearer TOKEN, or set HEADWATER_TOKEN",
            )
        scheme, _, secret = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthenticated(
                f"the scheme {scheme[:32]!r} is not understood",
                hint="send the header Authorization: Bearer TOKEN",
            )
        digest = hash_of(secret.strip())
        token = known.get(digest)
        now = self._clock.now()
        if token is None or not token.is_valid_at(now):
            raise Unauthenticated(
                "the token is unknown, expired or revoked", hint="ask an administrator for another"
            )
        self._used[token.id] = now.date()
        return Principal(name=token.name, actions=ACTIONS[Role(token.role)])

    def authorize(self, principal: Principal, action: Action, resource: str) -> None:
        """Return if the principal may do this; raises `Denied`. What admins do is logged."""
        who = principal.name
        if action not in principal.actions:
            log(LogEvent.ACCESS_DENIED, level=WARNING, principal=who, resource=resource)
            least = next(role for role in Role if action in ACTIONS[role])
            raise Denied(
                f"{who!r} may not {_VERBS[action]} at {resource}",
                hint=f"this needs a token of role {least.value} or above",
            )
        if action is Action.ADMIN:
            log(LogEvent.ADMINISTERED, principal=who, resource=resource)

    def create(
        self, name: str, role: Role, *, expires_at: datetime | None, by: Principal
    ) -> tuple[Token, str]:
        """Add a token and return it with its secret, which nothing can show again.

        `Unprocessable` for a name or time that cannot be, `Conflict` if the name is in use.
        """
        now = self._clock.now()
        _check(name, expires_at, now)
        secret = _PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
        token = Token(
            id=secrets.token_hex(5),
            name=name,
            role=role.value,
            created_at=now,
            created_by=by.name,
            expires_at=expires_at,
        )
        with self._change:
            self._tokens.write(token, secret_hash=hash_of(secret))
            self._refresh()
        log(LogEvent.TOKEN_CREATED, principal=by.name, token=token.id, name=name, role=role.value)
        return token, secret

    def revoke(self, token_id: str, *, by: Principal) -> Token:
        """Revoke a token; the next request that carries it is refused. `Missing` if unknown."""
        with self._change:
            token = self._tokens.revoke(token_id, at=self._clock.now())
            self._refresh()
        log(LogEvent.TOKEN_REVOKED, principal=by.name, token=token.id, name=token.name)
        return token

    def find(self) -> Sequence[Token]:
        """Return every token, the revoked too, oldest first."""
        with self._change:
            self._flush()
            self._refresh()
        return tuple(self._known.values())

    def close(self) -> None:
        """Keep the days of use that were noted; the store is closed by whoever opened it."""
        with self._change:
            self._flush()

    def _flush(self) -> None:
        used, self._used = self._used, {}
        self._tokens.note_use(used)

    def _refresh(self) -> None:
        self._known = dict(self._tokens.find())


def hash_of(secret: str) -> bytes:
    """Return the form in which a secret is stored and looked up."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()


def _check(name: str, expires_at: datetime | None, now: datetime) -> None:
    if not _NAME.fullmatch(name):
        raise Unprocessable(
            f"{name!r} is not a name for a token",
            path="/name",
            hint="use letters, digits and _ . @ -, at most 63, beginning with a letter or digit",
        )
    if name in (LOCAL.name, SYSTEM.name):
        raise Unprocessable(f"the name {name!r} is the platform's own", path="/name")
    if expires_at is not None and expires_at <= now:
        raise Unprocessable(f"{expires_at.isoformat()} is in the past", path="/expires_at")
