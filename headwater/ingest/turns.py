"""Long work on a thread beside the one that answers requests, in small turns."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Final, TypeVar

_TURN_SECONDS: Final = 0.0003
_PAUSE_SECONDS: Final = 0.0005

Item = TypeVar("Item")


def in_turns(items: Iterable[Item]) -> Iterator[Item]:
    """Yield the items, and sleep for a moment whenever the work on them took a third of a ms.

    A thread that computes keeps the interpreter for 5 ms (`sys.getswitchinterval`) each time that
    another one wants it, and answering a request wants it several times. A shorter interval for
    all makes the two change places all the time; sleeping lets the others finish.
    """
    until = time.perf_counter() + _TURN_SECONDS
    for item in items:
        yield item
        if time.perf_counter() >= until:
            time.sleep(_PAUSE_SECONDS)
            until = time.perf_counter() + _TURN_SECONDS
