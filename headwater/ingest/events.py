"""The door for lineage: events and commands go in, and are durable and readable on return."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from msgspec.structs import replace

from headwater.clock import Clock
from headwater.errors import Busy, HeadwaterError, Invalid, TooLarge
from headwater.ingest.group_commit import GroupCommit
from headwater.ingest.redaction import Redaction
from headwater.lineage.commands import Command
from headwater.lineage.contract import Applied, Arrival, Erased, Log
from headwater.model.principal import Principal
from headwater.observe import LINEAGE_EVENTS, LogEvent

Outcomes = Sequence[Applied | Exception]
_Request = tuple[Arrival, ...]

_LOGGER: Final = logging.getLogger("headwater")
_BIG_BYTES: Final = 256 * 1024
MOST_WAITING_BYTES: Final = 256 * 1024 * 1024


class EventDoor:
    """Takes lineage events and commands in; concurrent requests share a commit.

    All events of one call are in one transaction. An outcome is either what became of the event
    or the error that refused it, which is then in the dead-letter store. A full queue raises
    `Busy`, a closed door `Unavailable`, a full disk `StorageFull`; then nothing was kept.
    """

    def __init__(
        self,
        log: Log,
        *,
        clock: Clock,
        capacity: int = 10_000,
        most_waiting_bytes: int = MOST_WAITING_BYTES,
        redaction: Redaction | None = None,
    ) -> None:
        self._log = log
        self._clock = clock
        self._redaction = redaction
        self._most_waiting_bytes = most_waiting_bytes
        self._waiting_bytes = 0
        self._last_time = datetime.min.replace(tzinfo=UTC)
        self._lock = threading.Lock()
        self._commits: GroupCommit[_Request, Outcomes] = GroupCommit(
            self._commit, name="the lineage log", capacity=capacity
        )

    def __len__(self) -> int:
        """Return how many requests wait for a commit."""
        return len(self._commits)

    async def admit(
        self,
        bodies: Sequence[bytes],
        *,
        principal: Principal,
        refusals: Sequence[Invalid | None] = (),
    ) -> Outcomes:
        """Apply events from the event loop and return an outcome for each.

        `refusals`, where given, stand one for each event: what it is refused with, or None.
        """
        if not bodies:
            return ()
        if sum(map(len, bodies)) > _BIG_BYTES:  # looking for secrets takes its time
            request = await asyncio.to_thread(self._request, bodies, principal, is_command=False)
        else:
            request = self._request(bodies, principal, is_command=False)
        if any(refusals):
            pairs = zip(request, refusals, strict=True)
            request = tuple(replace(arrival, refusal=refusal) for arrival, refusal in pairs)
        size = self._reserve(request)
        try:
            future: asyncio.Future[Outcomes] = self._commits.enqueue(request)
        except Exception:
            self._release(size)
            raise
        future.add_done_callback(lambda _: self._release(size))
        return await future

    def submit(self, bodies: Sequence[bytes], *, principal: Principal) -> Outcomes:
        """Apply events from a thread and return an outcome for each."""
        if not bodies:
            return ()
        return self._submit(self._request(bodies, principal, is_command=False))

    def restore(self, arrivals: Sequence[Arrival]) -> Outcomes:
        """Apply what an export holds, from a thread, as it first arrived."""
        return self._submit(tuple(map(self._cleaned, arrivals))) if arrivals else ()

    def command(self, command: Command, *, principal: Principal) -> Applied:
        """Apply a command from a thread."""
        return self.tell([command], principal=principal)[0]

    def tell(
        self, commands: Sequence[Command], *, events: Sequence[bytes] = (), principal: Principal
    ) -> Sequence[Applied]:
        """Apply events and then commands from a thread, all in one transaction.

        Returns what became of each; raises what one of them was refused with. A command that
        names no time gets one that is later than that of every command before it.
        """
        stamped = [self._stamped(command, principal) for command in commands]
        outcomes = self._submit(
            self._request(events, principal, is_command=False)
            + self._request(stamped, principal, is_command=True)
        )
        applied = []
        for outcome in outcomes:
            if isinstance(outcome, Exception):
                raise outcome
            applied.append(outcome)
        return applied

    def erase(self, command: Command, *, principal: Principal, is_trial: bool) -> Erased:
        """Apply an `erase` or `cut` command from a thread; until it is done events are `Busy`."""
        stamped = self._stamped(command, principal)
        (arrival,) = self._request([stamped], principal, is_command=True)
        return self._log.erase(arrival, is_trial=is_trial)

    def kept_name(self, name: str) -> str:
        """Return the name under which something called so is kept."""
        return name if self._redaction is None else self._redaction.clean_name(name)

    def next_time(self) -> str:
        """Return the clock's time, later than any that was returned before."""
        with self._lock:
            least = self._last_time + timedelta(microseconds=1)
            self._last_time = max(self._clock.now(), least)
            return self._last_time.isoformat()

    def close(self) -> None:
        """Commit what waits, then take no more."""
        self._commits.close()

    def _request(
        self, bodies: Sequence[bytes], principal: Principal, *, is_command: bool
    ) -> _Request:
        now = self._clock.now()
        return tuple(
            self._cleaned(
                Arrival(body=body, principal=principal, received_at=now, is_command=is_command)
            )
            for body in bodies
        )

    def _stamped(self, command: Command, principal: Principal) -> bytes:
        """Return a command for the log, with a time and an actor, and without secrets."""
        if self._redaction is not None and command.values:
            values = self._redaction.clean_values(command.values)
            command = dataclasses.replace(command, values=values)
        return command.stamped(at=self.next_time(), actor=principal.name).to_bytes()

    def _cleaned(self, arrival: Arrival) -> Arrival:
        if self._redaction is None or arrival.is_command:
            return arrival
        body, notes = self._redaction.clean(arrival.body)
        return replace(arrival, body=body, notes=notes) if notes else arrival

    def _submit(self, request: _Request) -> Outcomes:
        size = self._reserve(request)
        try:
            return self._commits.submit(request)
        finally:
            self._release(size)

    def _reserve(self, request: _Request) -> int:
        size = sum(len(arrival.body) for arrival in request)
        if size > self._most_waiting_bytes:
            raise TooLarge(f"{size} bytes of events at once, over {self._most_waiting_bytes}")
        with self._lock:
            if self._waiting_bytes + size > self._most_waiting_bytes:
                raise Busy(f"{self._waiting_bytes} bytes of lineage events are waiting")
            self._waiting_bytes += size
        return size

    def _release(self, size: int) -> None:
        with self._lock:
            self._waiting_bytes -= size

    def _commit(self, requests: Sequence[_Request]) -> Sequence[Outcomes | Exception]:
        try:
            outcomes = self._log.apply([arrival for request in requests for arrival in request])
        except HeadwaterError:
            raise
        except Exception as error:
            # A defect that one event brings out must not take its neighbours with it.
            if len(requests) == 1:
                _LOGGER.exception(LogEvent.EVENTS_NOT_APPLIED.value)
                return [error]
            return [answer for request in requests for answer in self._commit([request])]
        answers: list[Outcomes] = []
        start = 0
        for request in requests:
            answers.append(_noted(request, outcomes[start : start + len(request)]))
            start += len(request)
        _count(outcomes)
        return answers


def _noted(request: _Request, outcomes: Outcomes) -> Outcomes:
    """Add to each outcome what the door took out of the event."""
    if not any(arrival.notes for arrival in request):
        return outcomes
    return [
        replace(outcome, warnings=(*outcome.warnings, *arrival.notes))
        if isinstance(outcome, Applied)
        else outcome
        for arrival, outcome in zip(request, outcomes, strict=True)
    ]


def _count(outcomes: Outcomes) -> None:
    rejected = sum(isinstance(outcome, Exception) for outcome in outcomes)
    applied = sum(isinstance(outcome, Applied) and outcome.is_new for outcome in outcomes)
    counts = (
        ("rejected", rejected),
        ("applied", applied),
        ("duplicate", len(outcomes) - rejected - applied),
    )
    for name, count in counts:
        if count:
            LINEAGE_EVENTS.add(count, outcome=name)
