"""Which run the code that asks is in, in threads and asyncio too."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from contextvars import ContextVar, Token
from threading import Lock, Thread
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

    from headwater.sdk.run import JobRun

P = ParamSpec("P")
T = TypeVar("T")
RunToken = tuple["Token[JobRun | None]", object]

_current: Final[ContextVar[JobRun | None]] = ContextVar("headwater_run", default=None)
_patching: Final = Lock()
_patched: Final[set[str]] = set()


def current_run() -> JobRun:
    """Return the run that this code is part of.

    Outside of every job it is one that nothing is told of, so that code that adds to its run
    needs no case for being called alone.
    """
    run = _current.get()
    if run is None:
        from headwater.sdk.prepared import unrecorded_run

        return unrecorded_run()
    return run


def enclosing_run() -> JobRun | None:
    """Return the run that this code is part of, or None."""
    return _current.get()


def enter(run: JobRun) -> RunToken:
    """Make a run the current one."""
    span = run.span
    return _current.set(run), None if span is None else span.attach()


def leave(token: RunToken) -> None:
    """Make the run before current again, from wherever a generator or coroutine was closed."""
    mark, span = token
    if span is not None:
        from headwater.sdk.telemetry import detach

        detach(span)
    _reset(mark)


def _reset(mark: Token[JobRun | None]) -> None:
    try:
        _current.reset(mark)
    except ValueError:  # it is closed in another context than it was begun in
        before = mark.old_value
        _current.set(None if before is Token.MISSING else before)


def in_current_run(function: Callable[P, T]) -> Callable[P, T]:
    """Return the function so that it runs as part of the run that is current now, anywhere."""
    run = _current.get()

    @functools.wraps(function)
    def carried(*args: P.args, **kwargs: P.kwargs) -> T:
        token = _current.set(run)
        try:
            return function(*args, **kwargs)
        finally:
            _reset(token)

    return carried


def inherit_in_threads() -> None:
    """Let threads and thread pools carry the run of whoever started or called them.

    Python does so itself from 3.14 on where it is asked to; before, a new thread has no context.
    Only the current run is carried, and only while there is one.
    """
    with _patching:
        if _patched or bool(getattr(sys.flags, "thread_inherit_context", 0)):
            return
        _patched.add("threads")
    start = Thread.start

    @functools.wraps(start)
    def start_in_run(self: Thread) -> None:
        if _current.get() is not None:
            self.__dict__["run"] = in_current_run(self.run)
        start(self)

    type.__setattr__(Thread, "start", start_in_run)
    _inherit_in_pools()


def _inherit_in_pools() -> None:
    from concurrent.futures import ThreadPoolExecutor

    submit = ThreadPoolExecutor.submit

    def submit_in_run(
        self: ThreadPoolExecutor, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> Future[T]:
        carried = in_current_run(function)  # also where there is none: workers are shared
        return submit(self, carried, *args, **kwargs)

    type.__setattr__(ThreadPoolExecutor, "submit", submit_in_run)
