"""Why records wait in quarantine: those with the same reason are one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final, Protocol

from headwater.model.record import QuarantinedRecord

MOST_LOOKED_AT: Final = 5_000
_PAGE: Final = 500
_NUMBER: Final = re.compile(r"(?<=/)\d+(?=/|$)")
_VALUE: Final = re.compile(
    r'^(?:"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[\[{].*[\]}])'
    r"(?= (?:is(?! a required)|has|does|was) )"
)


class Waiting(Protocol):
    """Where records wait."""

    def find_waiting(
        self, *, source: str | None = None, after: str = "", limit: int = 100
    ) -> tuple[QuarantinedRecord, ...]:
        """Return records that were not replayed, by key."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """What records have in common that wait: where they were refused, for what, and when."""

    source: str
    stage: str
    path: str
    pattern: str
    records: int
    first_at: datetime
    last_at: datetime

    @property
    def id(self) -> str:
        """Return a short name, the same for the same reason."""
        return _id(self.source, self.stage, self.path, self.pattern)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """The reasons, the commonest first, of so many records that were looked at."""

    reasons: Sequence[Reason]
    looked_at: int
    is_partial: bool


def reasons_of(quarantine: Waiting, source: str | None = None) -> Reasons:
    """Return why records of a source, or of all, wait."""
    found: dict[str, Reason] = {}
    looked_at = 0
    for record in _waiting(quarantine, source, after=""):
        if looked_at == MOST_LOOKED_AT:
            return Reasons(reasons=_ordered(found.values()), looked_at=looked_at, is_partial=True)
        looked_at += 1
        reason = _reason(record)
        held = found.get(reason.id)
        found[reason.id] = reason if held is None else _both(held, reason)
    return Reasons(reasons=_ordered(found.values()), looked_at=looked_at, is_partial=False)


def records_for(
    quarantine: Waiting, reason: str, *, source: str | None, after: str, limit: int
) -> tuple[list[QuarantinedRecord], str | None]:
    """Return records that wait for one reason, and where to go on."""
    found: list[QuarantinedRecord] = []
    looked_at, last = 0, after
    for record in _waiting(quarantine, source, after=after):
        if len(found) == limit or looked_at == MOST_LOOKED_AT:
            return found, last
        looked_at, last = looked_at + 1, record.key
        if _reason(record).id == reason:
            found.append(record)
    return found, None


def pattern_of(reason: str) -> str:
    """Return a reason without the value that it is about."""
    return _VALUE.sub("…", reason, count=1)


def _waiting(quarantine: Waiting, source: str | None, after: str) -> Iterator[QuarantinedRecord]:
    while True:
        page = quarantine.find_waiting(source=source, after=after, limit=_PAGE)
        yield from page
        if len(page) < _PAGE:
            return
        after = page[-1].key


def _reason(record: QuarantinedRecord) -> Reason:
    return Reason(
        source=record.source,
        stage=record.stage,
        path=_NUMBER.sub("*", record.path),
        pattern=pattern_of(record.reason),
        records=1,
        first_at=record.received_at,
        last_at=record.received_at,
    )


def _both(one: Reason, other: Reason) -> Reason:
    return Reason(
        source=one.source,
        stage=one.stage,
        path=one.path,
        pattern=one.pattern,
        records=one.records + other.records,
        first_at=min(one.first_at, other.first_at),
        last_at=max(one.last_at, other.last_at),
    )


def _ordered(found: Iterable[Reason]) -> list[Reason]:
    return sorted(found, key=lambda one: (-one.records, one.source, one.path, one.pattern))


def _id(*parts: str) -> str:
    return sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()[:16]
