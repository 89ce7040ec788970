"""The state of a run, as a function of the set of its events."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

import msgspec

from headwater.wire.openlineage.event import EventType


class RunState(IntEnum):
    """What has become of a run."""

    NEW = 0
    RUNNING = 1
    COMPLETED = 2
    ABORTED = 3
    FAILED = 4


class Mark(msgspec.Struct, frozen=True):
    """A START or a terminal event: its LWW key, its type, and what it carries."""

    key: bytes
    type: EventType
    has_error: bool
    has_statistics: bool


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """The state that a run's marks amount to, and the keys of the events that decided it."""

    state: RunState
    has_warning: bool = False
    started: bytes | None = None
    ended: bytes | None = None

    @property
    def decided(self) -> bytes | None:
        """Return the key of the event that decided the state."""
        return self.ended or self.started


def standing_of(marks: Iterable[Mark]) -> Standing:
    """Return the state of a run from its STARTs and terminals, in any order.

    A START opens a new attempt only if it follows a terminal and is not the first START. The
    last attempt decides; in it FAIL beats ABORT beats COMPLETE, but a FAIL without an error,
    followed by a COMPLETE that tells what it wrote, is COMPLETED with a warning.
    """
    return _standing(_attempts(marks)[-1])


def attempts_of(marks: Iterable[Mark]) -> list[Standing]:
    """Return what became of each attempt at a run, the first one first; the last one counts."""
    return [_standing(attempt) for attempt in _attempts(marks)]


def _attempts(marks: Iterable[Mark]) -> list[list[Mark]]:
    """Return marks by attempt, in their order; there is always one, which may be empty."""
    attempts: list[list[Mark]] = [[]]
    has_start = has_terminal = False
    for mark in sorted(marks, key=lambda m: m.key):
        if mark.type is EventType.START:
            if has_start and has_terminal:
                attempts.append([])
                has_terminal = False
            has_start = True
        else:
            has_terminal = True
        attempts[-1].append(mark)
    return attempts


def _standing(attempt: list[Mark]) -> Standing:
    started = next((m.key for m in attempt if m.type is EventType.START), None)
    state, has_warning, ended = _outcome(attempt)
    return Standing(state=state, has_warning=has_warning, started=started, ended=ended)


def _outcome(attempt: list[Mark]) -> tuple[RunState, bool, bytes | None]:
    fails = [m for m in attempt if m.type is EventType.FAIL]
    aborts = [m for m in attempt if m.type is EventType.ABORT]
    completes = [m for m in attempt if m.type is EventType.COMPLETE]
    recovered = bool(fails) and not any(m.has_error for m in fails)
    recovered = recovered and any(m.has_statistics and m.key > fails[-1].key for m in completes)
    if fails and not recovered:
        return RunState.FAILED, False, fails[-1].key
    if aborts:
        return RunState.ABORTED, False, aborts[-1].key
    if completes:
        return RunState.COMPLETED, recovered, completes[-1].key
    return (RunState.RUNNING if attempt else RunState.NEW), False, None
