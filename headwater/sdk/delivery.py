"""How events leave this process: every destination with its outbox and sender, and the runs that
are open."""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Final

from headwater.sdk.configuration import (
    Configuration,
    OutboxSettings,
    Values,
    exports_telemetry,
    load_configuration,
)
from headwater.sdk.current import inherit_in_threads
from headwater.sdk.events import Event, to_json
from headwater.sdk.guard import Guarded, logger, warn
from headwater.sdk.propagation import parent_from_environment, traceparent_from_environment
from headwater.sdk.run import JobRun
from headwater.sdk.signals import forget_runs, watch_for_termination
from headwater.sdk.times import new_run_id

if TYPE_CHECKING:
    from headwater.sdk.prepared import Prepared
    from headwater.sdk.sender import Sender

UNKNOWN_DESTINATION: Final = "a destination that the configuration does not tell"


class Delivery:
    """Everything that a process tells, under one configuration."""

    def __init__(self, configuration: Configuration) -> None:
        self.configuration: Final = configuration
        self.is_filtered: Final = configuration.is_filtered
        self.runs: Final[dict[int, JobRun]] = {}
        self.parent, self.root = parent_from_environment()
        self.traceparent = traceparent_from_environment()
        self._senders = self._make_senders()
        self._is_closed = False
        self._is_watched = False
        self._is_exported = _is_exported()
        if configuration.inherits_in_threads:
            inherit_in_threads()

    def _make_senders(self) -> list[Sender]:
        from headwater.sdk.destinations import Destination, destinations
        from headwater.sdk.errors import HeadwaterError, TransportError
        from headwater.sdk.outbox import Outbox
        from headwater.sdk.sender import Sender
        from headwater.sdk.transport import Transport

        try:
            places = destinations(self.configuration.transport)
        except HeadwaterError as error:
            said = str(error)
            logger.error("lineage cannot be sent and waits in the outbox: %s", said)

            def refuse() -> Transport:
                raise TransportError(said, retriable=True)

            places = [Destination(UNKNOWN_DESTINATION, refuse)]
        made: list[Sender] = []
        for place in places:
            settings = self.configuration.outbox
            if not place.is_durable:
                settings = OutboxSettings(folder=None)
            also = () if made or place.name == UNKNOWN_DESTINATION else (UNKNOWN_DESTINATION,)
            outbox = Outbox(place.name, settings, open_runs=self._starts, also=also)
            made.append(Sender(outbox, place.connect, tick=self._tell_long_runs))
        return made

    def emit(self, event: bytes) -> None:
        """Keep an event for every destination; return before it is delivered."""
        for sender in self._senders:
            sender.emit(event)

    def open_run(self, prepared: Prepared, above: JobRun | None, run_id: str | None) -> JobRun:
        """Return a new run of a job, child of the run above or of what the environment names."""
        parent, root = self.parent, self.root
        while above is not None and not above.is_recorded:
            above = above.enclosing
        if above is not None:
            parent = above.as_parent()
            root = above.root or parent
        run = JobRun(prepared, _run_id(run_id), delivery=self, parent=parent, root=root)
        run.traceparent = self.traceparent if above is None else above.traceparent
        run.inherit(above)
        if not self._is_watched:
            self._is_watched = watch_for_termination(self)
        self.runs[id(run)] = run
        if self._is_exported or "opentelemetry.trace" in sys.modules:
            with Guarded("a span of a job cannot be begun"):
                from headwater.sdk.telemetry import begin_span

                begin_span(run, above, prepared.declaration.stage)
        return run

    def waiting(self) -> int:
        """Return how many bytes of events wait."""
        return sum(sender.outbox.waiting() for sender in self._senders)

    def flush(self, timeout_seconds: float | None = None) -> bool:
        """Deliver what waits; return whether all of it went in time."""
        timeout = self.configuration.flush_seconds if timeout_seconds is None else timeout_seconds
        until = datetime.now(UTC) + timedelta(seconds=timeout)
        done = True
        for sender in self._senders:
            done = sender.flush(max(0.0, (until - datetime.now(UTC)).total_seconds())) and done
        return done

    def close(self, timeout_seconds: float | None = None) -> bool:
        """Give up the runs that are open, flush, and stop."""
        if self._is_closed:
            return True
        self._is_closed = True
        for run in list(self.runs.values()):
            run.abort("the process ended before the run did")
        timeout = self.configuration.flush_seconds if timeout_seconds is None else timeout_seconds
        until = datetime.now(UTC) + timedelta(seconds=timeout)
        done = True
        for sender in self._senders:
            done = sender.close(max(0.1, (until - datetime.now(UTC)).total_seconds())) and done
        return done

    def abandon(self) -> None:
        """Let go of everything, in a process that was forked: it all is its parent's."""
        for run in self.runs.values():
            run.after_fork()
        for sender in self._senders:
            sender.outbox.abandon()

    def _starts(self) -> list[bytes]:
        return [run.start_event for run in list(self.runs.values())]

    def _tell_long_runs(self) -> None:
        seconds = self.configuration.heartbeat_seconds
        if seconds <= 0 or not self.runs:
            return
        before = datetime.now(UTC) - timedelta(seconds=seconds)
        text = before.isoformat(timespec="microseconds")[:-6] + "Z"
        for run in list(self.runs.values()):
            run.heartbeat(text)


class _Process:
    """The delivery of this process, and what tests put in its place."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.delivery: Delivery | None = None
        self.is_ready = False
        self.given: Values | None = None
        self.made_by = 0


_process = _Process()


def current_delivery() -> Delivery | None:
    """Return how this process delivers, or None if lineage is disabled."""
    if not _process.is_ready:
        _prepare()
    return _process.delivery


def configure(values: Values | None = None) -> None:
    """Set up the SDK anew, with what `openlineage.yml` may hold: `{"transport": {...}}`.

    What waits is flushed first, and runs that are open are given up. Raises
    `InvalidConfiguration` for what cannot be meant.
    """
    configuration = load_configuration(values)
    if not configuration.is_disabled:
        from headwater.sdk.destinations import destinations

        destinations(configuration.transport)
    replace_delivery(None if configuration.is_disabled else Delivery(configuration))
    _process.given = values


def replace_delivery(delivery: Delivery | None, *, close: bool = True) -> Delivery | None:
    """Put another delivery in place of the current one, and return that."""
    with _process.lock:
        before = _process.delivery
        _process.delivery = delivery
        _process.is_ready = True
        _register()
    if before is not None and close:
        before.close()
    return before


def restore_delivery(delivery: Delivery | None) -> None:
    """Put back what `replace_delivery` returned; None was not made yet, and is when needed."""
    with _process.lock:
        _process.delivery = delivery
        _process.is_ready = delivery is not None


def flush(timeout_seconds: float = 5.0) -> bool:
    """Deliver what waits; return whether all of it went in time."""
    delivery = _process.delivery
    return True if delivery is None else delivery.flush(timeout_seconds)


def emit(event: Event) -> None:
    """Emit an event that was made by hand, on the same way as those of jobs.

    Raises `InvalidEvent` for a value that is none.
    """
    text = to_json(event)
    delivery = current_delivery()
    if delivery is not None:
        delivery.emit(text)


def _prepare() -> None:
    with _process.lock:
        if _process.is_ready:
            return
        with Guarded("lineage is not told, because it cannot be set up") as tried:
            configuration = _configuration()
            if not configuration.is_disabled:
                _process.delivery = Delivery(configuration)
        if tried.error is not None:
            logger.error("no event of lineage leaves this process until that is mended")
        _process.is_ready = True
        _register()


def _configuration() -> Configuration:
    """Return the configuration; with one that cannot be read, events wait until it can."""
    from headwater.sdk.configuration import outbox_folder
    from headwater.sdk.errors import HeadwaterError

    try:
        return load_configuration(_process.given)
    except HeadwaterError as error:
        logger.error("lineage cannot be sent and waits in the outbox: %s", error)
        return Configuration(transport={}, outbox=OutboxSettings(folder=outbox_folder()))


def _register() -> None:
    if _process.made_by == os.getpid():
        return
    if _process.made_by == 0:
        atexit.register(_close_at_exit)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=_after_fork)
    _process.made_by = os.getpid()


def _close_at_exit() -> None:
    delivery = _process.delivery
    if delivery is not None and _process.made_by == os.getpid():
        with Guarded("lineage cannot be flushed"):
            delivery.close()
        restore_delivery(None)  # what is told later waits in an outbox for the next process


def _after_fork() -> None:
    """Begin anew in a process that was forked: threads, locks and files are not its own."""
    before = _process.delivery
    _process.lock = Lock()
    _process.delivery = None
    _process.is_ready = False
    _process.made_by = os.getpid()
    forget_runs()
    if before is not None:
        with Guarded("a forked process cannot let go of its parent's outbox"):
            before.abandon()
    util = sys.modules.get("multiprocessing.util")
    if util is not None:  # such a process ends without what is registered at exit
        finalize: Callable[..., object] = util.Finalize
        finalize(None, _close_at_exit, exitpriority=-100)


def _run_id(given: str | None) -> str:
    if given is None:
        return new_run_id()
    from uuid import UUID

    try:
        return str(UUID(given))
    except ValueError:
        warn("a run id is no UUID, and another is used", repr(given))
        return new_run_id()


def _is_exported() -> bool:
    """Tell whether OpenTelemetry is asked for by its variables, and there."""
    if not exports_telemetry():
        return False
    from importlib.util import find_spec

    return find_spec("opentelemetry") is not None
