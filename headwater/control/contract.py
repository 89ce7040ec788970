"""What every store of operators' settings promises; today that is tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token as it may be shown: everything but its secret.

    Times are UTC. `last_used_on` is a day and not a time, because writing it on each request
    would cost more than it tells.
    """

    id: str
    name: str
    role: str
    created_at: datetime
    created_by: str
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_on: date | None = None

    def is_valid_at(self, now: datetime) -> bool:
        """Return whether the token opens anything at that time."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class Tokens(Protocol):
    """Tokens by the hash of their secret; secrets themselves are never stored.

    On return of a write it is durable. Tokens are never removed, only revoked, so that a name
    in a log keeps its meaning. One process at a time writes (the data-directory lock).
    """

    def write(self, token: Token, *, secret_hash: bytes) -> None:
        """Add a token. `Conflict` if a token that is not revoked has its name."""
        ...

    def find(self) -> Sequence[tuple[bytes, Token]]:
        """Return every token with the hash of its secret, oldest first; empty if none ever was."""
        ...

    def revoke(self, token_id: str, *, at: datetime) -> Token:
        """Revoke a token and return it; once revoked, its time stays. `Missing` if unknown."""
        ...

    def note_use(self, used: Mapping[str, date]) -> None:
        """Keep the last day each token was used; an earlier day changes nothing."""
        ...

    def close(self) -> None:
        """Checkpoint and let go of the file."""
        ...
