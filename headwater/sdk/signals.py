"""SIGTERM while runs are open: they are told as failed, and the process ends as it would have."""

from __future__ import annotations

import os
import signal
import threading
from types import FrameType
from typing import TYPE_CHECKING, Final

from headwater.sdk.guard import Guarded

if TYPE_CHECKING:
    from headwater.sdk.delivery import Delivery

_FLUSH_SECONDS: Final = 2.0
_watched: list[Delivery] = []


class Terminated(SystemExit):
    """What a run that SIGTERM ended is told to have failed with."""


def watch_for_termination(delivery: Delivery) -> bool:
    """Tell the open runs of a delivery as failed at SIGTERM, unless the program handles it.

    Returns whether that is settled. Signals can be handled by the main thread only; a program
    whose first run is in another thread is left as it is until one is in that thread.
    """
    _watched[:] = [delivery]
    if threading.current_thread() is not threading.main_thread():
        return False
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _terminate)
    return True


def forget_runs() -> None:
    """Let go of the runs of the process that this one was forked from."""
    _watched.clear()


def _terminate(number: int, frame: FrameType | None) -> None:
    """End the process from another thread: this one may hold the locks that are needed for it."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    thread = threading.Thread(target=_tell_and_end, args=(number, frame), daemon=True)
    thread.start()


def _tell_and_end(number: int, frame: FrameType | None) -> None:
    with Guarded("runs cannot be told as terminated"):
        error = Terminated("SIGTERM")
        error.add_note(_place(frame))
        for delivery in _watched:
            for run in list(delivery.runs.values()):
                run.fail(error)
            delivery.flush(_FLUSH_SECONDS)
    os.kill(os.getpid(), number)


def _place(frame: FrameType | None) -> str:
    from traceback import format_stack

    return "" if frame is None else "at\n" + "".join(format_stack(frame))
