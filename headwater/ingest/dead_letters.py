"""The way back for refused events: as they are, or corrected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from headwater.errors import Conflict, HeadwaterError
from headwater.ingest.events import EventDoor
from headwater.lineage.contract import Applied
from headwater.lineage.reading.dead_letters import as_hash
from headwater.model.dead_letter import RefusedEvent
from headwater.model.principal import Principal
from headwater.wire.openlineage.reader import EventReader

MOST_AT_ONCE: Final = 1_000

Discard = Callable[[Sequence[bytes]], int]


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of several refused events: how many went in, and why others did not, by key."""

    accepted: int
    errors: Sequence[tuple[str, HeadwaterError]]


class DeadLetterReplays:
    """Sends refused events in again through the door, and removes those that went in.

    An event is identified by its content, so a replay that is cut short can be done again.
    """

    def __init__(self, door: EventDoor, discard: Discard) -> None:
        self._door = door
        self._discard = discard
        self._reader = EventReader()

    def replay(self, refused: RefusedEvent, principal: Principal) -> Applied:
        """Send one in as it is; raises what it is refused with, and `Conflict` if it is cut."""
        if not refused.is_whole:
            raise _cut(refused)
        return self._admit(refused, refused.body, principal)

    def fix(self, refused: RefusedEvent, body: bytes, principal: Principal) -> Applied:
        """Send `body` in in its place; what is still wrong is raised and not kept again."""
        self._reader.read(body)
        return self._admit(refused, body, principal)

    def replay_all(self, refused: Sequence[RefusedEvent], principal: Principal) -> Replayed:
        """Send many in as they are."""
        whole = [each for each in refused if each.is_whole]
        outcomes = self._door.submit([each.body for each in whole], principal=principal)
        accepted, errors = [], [(each.key, _cut(each)) for each in refused if not each.is_whole]
        found: list[tuple[str, HeadwaterError]] = [*errors]
        for each, outcome in zip(whole, outcomes, strict=True):
            if isinstance(outcome, HeadwaterError):
                found.append((each.key, outcome))
            elif isinstance(outcome, Exception):
                raise outcome
            else:
                accepted.append(as_hash(each.key))
        self._discard(accepted)
        return Replayed(len(accepted), found)

    def discard(self, refused: RefusedEvent) -> None:
        """Remove one for good."""
        self._discard([as_hash(refused.key)])

    def _admit(self, refused: RefusedEvent, body: bytes, principal: Principal) -> Applied:
        (outcome,) = self._door.submit([body], principal=principal)
        if isinstance(outcome, Exception):
            raise outcome
        self._discard([as_hash(refused.key)])
        return outcome


def _cut(refused: RefusedEvent) -> Conflict:
    return Conflict(
        f"of the dead letter {refused.key} only the first {len(refused.body)} bytes are kept",
        hint="send the whole event from where it came, or fix it with the whole event",
    )
