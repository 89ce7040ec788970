"""The thread that delivers what waits for one destination, and tells of runs that go on long."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from headwater.sdk.errors import EventRefused, TransportError
from headwater.sdk.guard import Guarded, warn
from headwater.sdk.outbox import MOST_ADOPTED, Outbox, Parcel
from headwater.sdk.transport import BatchTransport, Transport

_start_thread: Final = threading.Thread.start  # as it is before threads carry runs
_LINGER_SECONDS: Final = 0.05
_IDLE_SECONDS: Final = 5.0
_SHORTEST_PAUSE_SECONDS: Final = 0.5
_LONGEST_PAUSE_SECONDS: Final = 60.0
_SYNC_SECONDS: Final = 1.0
_PATIENCE_SECONDS: Final = 0.02


class Breaker:
    """Keeps from asking a destination that is away: for half a second, then twice as long."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._failures = 0
        self._until = 0.0

    def remaining(self) -> float:
        """Return for how many more seconds not to ask."""
        return max(0.0, self._until - self._now())

    def fail(self, retry_after: float | None) -> None:
        """Wait before the next time, as long as the destination asks for if it does."""
        pause = min(_SHORTEST_PAUSE_SECONDS * 2**self._failures, _LONGEST_PAUSE_SECONDS)
        self._failures = min(self._failures + 1, 16)
        if retry_after is not None:
            pause = min(max(pause, retry_after), _LONGEST_PAUSE_SECONDS)
        self._until = self._now() + pause

    def succeed(self) -> None:
        """Ask at once from now on."""
        self._failures = 0
        self._until = 0.0


class Sender:
    """Delivers the events of an outbox on a thread of its own, which the first event starts.

    A destination that is away is asked ever more rarely; its events stay where they are. An event
    that it refuses is set aside, and those after it go on.
    """

    def __init__(
        self, outbox: Outbox, connect: Callable[[], Transport], *, tick: Callable[[], None]
    ) -> None:
        self.outbox: Final = outbox
        self.breaker: Final = Breaker()
        self._connect = connect
        self._tick = tick
        self._transport: Transport | None = None
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._wake = threading.Event()
        self._hurry = threading.Event()
        self._stopping = False
        self._is_sending = False
        self._has_looked = False
        self._tries = 0
        self._last_sync = 0.0

    def emit(self, event: bytes) -> None:
        """Keep an event and let it be delivered; return before it is."""
        self.outbox.put(event)
        if self._thread is None:
            self._start()
        if not self._wake.is_set():
            self._wake.set()

    def flush(self, timeout_seconds: float) -> bool:
        """Deliver now; return whether nothing waits any more when it is done or time is up.

        A destination that is away is asked once more, whatever the breaker says.
        """
        if (self._thread is None and self.outbox.waiting() == 0) or self._is_done():
            return True
        if self._thread is None:
            self._start()
        until = time.monotonic() + timeout_seconds
        tries = self._tries
        self._hurry.set()
        self._wake.set()
        try:
            while time.monotonic() < until:
                if self._is_done():
                    return True
                if self._tries > tries and self.breaker.remaining() > 0:
                    return False
                time.sleep(_PATIENCE_SECONDS)
            return self._is_done()
        finally:
            self._hurry.clear()

    def close(self, timeout_seconds: float) -> bool:
        """Flush and stop; what is not delivered stays in the outbox."""
        is_done = self.flush(timeout_seconds)
        self._stopping = True
        self._wake.set()
        self._hurry.set()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout=1.0)
        if thread is None or not thread.is_alive():
            with Guarded("a transport cannot be closed"):
                if self._transport is not None:
                    self._transport.close()
        self.outbox.close()
        return is_done

    def _is_done(self) -> bool:
        """Tell whether nothing waits, of this process and of those before it."""
        return self._has_looked and not self._is_sending and self.outbox.waiting() == 0

    def _start(self) -> None:
        with self._starting:
            if self._thread is None and not self._stopping:
                made = threading.Thread(target=self._work, name="headwater-lineage", daemon=True)
                self._thread = made
                _start_thread(made)

    def _work(self) -> None:
        """Deliver until stopped; an error of the machinery itself does not end the thread."""
        next_look = 0.0
        self._hurry.wait(_LINGER_SECONDS)
        while not self._stopping:
            with Guarded("lineage cannot be delivered; it waits in the outbox"):
                self._tick()
                self._drain()
                # Only once the destination works: what others left is read, and perhaps is much.
                while self._is_welcome() and time.monotonic() >= next_look:
                    if self.outbox.adopt() < MOST_ADOPTED:
                        next_look = time.monotonic() + _IDLE_SECONDS
                        self._has_looked = True
                    self._drain()
                self._sync()
            pause = self.breaker.remaining()
            wait = _IDLE_SECONDS if pause == 0 else min(pause, _IDLE_SECONDS)
            if pause > 0:  # new events change nothing while the destination is away
                self._hurry.wait(wait)
                if self._hurry.is_set():
                    time.sleep(_PATIENCE_SECONDS)
            elif self._wake.wait(wait):
                self._wake.clear()
                self._hurry.wait(_LINGER_SECONDS)  # so that what follows goes with it

    def _is_welcome(self) -> bool:
        return not self._stopping and self.breaker.remaining() == 0

    def _drain(self) -> None:
        tries = self._tries
        while not self._stopping and (self.breaker.remaining() == 0 or self._hurry.is_set()):
            if self._tries > tries:
                return
            self._is_sending = True
            try:
                parcel = self.outbox.take()
                if parcel is None or not self._deliver(parcel):
                    return
            finally:
                self._is_sending = False

    def _deliver(self, parcel: Parcel) -> bool:
        """Send a parcel; return whether the destination works."""
        fates: list[TransportError | None] = []
        with Guarded(f"lineage is not delivered now and waits in {self._place()}") as sending:
            fates = self._send(parcel.events)
        if sending.error is not None:
            self._failed(sending.error)
            return False
        again: list[bytes] = []
        failure: TransportError | None = None
        for event, fate in zip(parcel.events, fates, strict=True):
            if isinstance(fate, EventRefused):
                self.outbox.set_aside(event, fate.message)
                warn("an event was refused by the lineage server and is set aside", fate)
            elif fate is not None:
                again.append(event)
                failure = fate
        self.outbox.done(parcel, again=again)
        if failure is not None:
            warn(f"lineage is not delivered now and waits in {self._place()}", failure)
            self._failed(failure)
            return False
        self.breaker.succeed()
        return True

    def _send(self, events: list[bytes]) -> list[TransportError | None]:
        if not events:
            return []
        if self._transport is None:
            self._transport = self._connect()
        if isinstance(self._transport, BatchTransport):
            return list(self._transport.emit_batch(events))
        fates: list[TransportError | None] = []
        for event in events:
            try:
                self._transport.emit(event)
                fates.append(None)
            except TransportError as error:
                fates.append(error)
                if not isinstance(error, EventRefused):
                    return fates + [error] * (len(events) - len(fates))
        return fates

    def _failed(self, error: Exception) -> None:
        self.breaker.fail(error.retry_after if isinstance(error, TransportError) else None)
        self._tries += 1

    def _place(self) -> str:
        folder = self.outbox.folder
        return "memory" if folder is None else f"the outbox {folder}"

    def _sync(self) -> None:
        now = time.monotonic()
        if now - self._last_sync >= _SYNC_SECONDS and self.outbox.waiting():
            self._last_sync = now
            self.outbox.sync()
