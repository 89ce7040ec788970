"""Idempotency keys: the same request again gets the same answer and adds nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime

from headwater.clock import Clock
from headwater.errors import Conflict, Unprocessable
from headwater.ingest.answers import read_answer
from headwater.lake.sealed_log import KeptAnswer, SealedLogs
from headwater.model.record import Admission

MOST_KEY_CHARACTERS = 255


def check_key(key: str) -> None:
    """Raise `Unprocessable` for what is no key."""
    if not 0 < len(key) <= MOST_KEY_CHARACTERS or not key.isascii() or not key.isprintable():
        raise Unprocessable(
            f"an Idempotency-Key has 1 to {MOST_KEY_CHARACTERS} printable ASCII characters",
            hint="a random UUID for each request is usual",
        )


@dataclass(slots=True, eq=False)
class Claim:
    """One request with a key, from its arrival on; `outcome` is set once it is durable."""

    principal: str
    key: str
    digest: bytes
    expires_at: datetime
    outcome: Future[Admission] = field(default_factory=Future)


class IdempotencyKeys:
    """Keys by principal: those of unsealed logs in memory, those of sealed ones in lake.db.

    `claim` says who goes on: the caller whose claim is returned as its own does the work and
    must `settle` or `abandon` it; others wait for its outcome. Safe from several threads.
    """

    def __init__(self, sealed: SealedLogs, clock: Clock) -> None:
        self._sealed = sealed
        self._clock = clock
        self._lock = threading.Lock()
        self._claims: dict[tuple[str, str], Claim] = {}

    def claim(self, wanted: Claim) -> Claim:
        """Return the claim that holds the key: `wanted` itself, or an earlier one.

        Raises `Conflict` when the earlier one was made with another body.
        """
        place = (wanted.principal, wanted.key)
        with self._lock:
            held = self._claims.get(place)
            if held is None or held.expires_at <= self._clock.now():
                self._claims[place] = wanted
                return wanted
        _check_digest(wanted, held.digest)
        return held

    def find_sealed(self, claim: Claim) -> Admission | None:
        """Return what a sealed log answered to the key; raises `Conflict` for another body."""
        kept = self._sealed.find_answer(claim.principal, claim.key)
        if kept is None or kept.expires_at <= self._clock.now():
            return None
        _check_digest(claim, kept.digest)
        return read_answer(kept.answer)

    def settle(self, claim: Claim, admission: Admission) -> None:
        """Note that the request of a claim is durable, and let those who wait for it go on."""
        claim.outcome.set_result(admission)

    def abandon(self, claim: Claim, error: BaseException) -> None:
        """Give the key free: nothing of the request was kept."""
        self._drop(claim)
        claim.outcome.set_exception(error)

    def pass_on(self, claim: Claim, admission: Admission) -> None:
        """Settle a claim whose answer is in lake.db, where it stays."""
        self._drop(claim)
        claim.outcome.set_result(admission)

    def recover(self, kept: KeptAnswer) -> None:
        """Take up a key from a log that was not sealed."""
        claim = Claim(kept.principal, kept.key, kept.digest, kept.expires_at)
        claim.outcome.set_result(read_answer(kept.answer))
        with self._lock:
            self._claims[kept.principal, kept.key] = claim

    def release(self, kept: Iterable[KeptAnswer]) -> None:
        """Forget keys that are in lake.db now."""
        with self._lock:
            for answer in kept:
                held = self._claims.get((answer.principal, answer.key))
                if held is not None and held.expires_at == answer.expires_at:
                    del self._claims[answer.principal, answer.key]

    def _drop(self, claim: Claim) -> None:
        with self._lock:
            if self._claims.get((claim.principal, claim.key)) is claim:
                del self._claims[claim.principal, claim.key]


def _check_digest(claim: Claim, digest: bytes) -> None:
    if claim.digest != digest:
        raise Conflict(
            f"the Idempotency-Key {claim.key!r} was used with another body",
            hint="a new request needs a new key",
        )
