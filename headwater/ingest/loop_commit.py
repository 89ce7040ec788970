"""Group commit without a change of threads, for disks that sync faster than threads change.

Handing a group to the commit thread and taking the outcome back costs two changes of thread,
which under load is milliseconds in Python; a sync of a good disk is a fifth of one. So groups
are written on the event loop itself as long as that is quick, and on the thread when it is not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Final, Generic, TypeVar

from headwater.errors import Busy
from headwater.ingest.group_commit import Apply, GroupCommit

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST_SECONDS: Final = 0.001
"""A commit on the loop may take this long, on average; else the loop is kept free of it."""

PROBE_SECONDS: Final = 5.0
"""So long after commits were too slow for the loop, one is tried there again."""


class LoopCommit(Generic[Item, Result]):
    """Commits groups on the event loop while commits are quick, else through a `GroupCommit`.

    A group is what arrived until nothing more did within a turn of the loop, or until waiting
    took as long as a commit. `is_light` says whether an item may be committed on the loop, and
    `is_free` whether a commit there would begin at once. Promises are those of `GroupCommit`;
    `submit` always goes through its thread.
    """

    def __init__(
        self,
        apply: Apply[Item, Result],
        *,
        name: str,
        capacity: int,
        is_light: Callable[[Item], bool],
        is_free: Callable[[], bool],
    ) -> None:
        self._apply = apply
        self._group: GroupCommit[Item, Result] = GroupCommit(apply, name=name, capacity=capacity)
        self._name = name
        self._capacity = capacity
        self._is_light = is_light
        self._is_free = is_free
        self._items: list[Item] = []
        self._futures: list[asyncio.Future[Result]] = []
        self._first_at = 0.0
        self._seen = 0
        self._seconds = 0.0
        self._tried_at = 0.0
        self._closed = False

    def __len__(self) -> int:
        return len(self._items) + len(self._group)

    def enqueue(self, item: Item) -> asyncio.Future[Result]:
        """Add an item from the event loop; the future is its outcome."""
        if self._closed or not self._is_light(item) or not self._is_quick():
            return self._group.enqueue(item)
        if len(self._items) >= self._capacity:
            raise Busy(f"{self._name} has {self._capacity} writes waiting")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        if not self._items:
            self._first_at = perf_counter()
            self._seen = 0
            loop.call_soon(self._turn, loop)
        self._items.append(item)
        self._futures.append(future)
        return future

    def submit(self, item: Item) -> Result:
        """Add an item from a thread and wait for its outcome."""
        return self._group.submit(item)

    def close(self) -> None:
        """Commit what waits, then stop."""
        self._closed = True
        if self._items:
            self._commit()
        self._group.close()

    def _is_quick(self) -> bool:
        if self._seconds < MOST_SECONDS:
            return True
        return perf_counter() - self._tried_at > PROBE_SECONDS

    def _turn(self, loop: asyncio.AbstractEventLoop) -> None:
        """Wait another turn while items keep coming, then commit."""
        count = len(self._items)
        if count > self._seen and perf_counter() - self._first_at < self._seconds:
            self._seen = count
            loop.call_soon(self._turn, loop)
        elif count:
            self._commit()

    def _commit(self) -> None:
        items, futures = self._items, self._futures
        self._items, self._futures = [], []
        if not self._is_free() and not self._closed:
            self._hand_over(items, futures)
            return
        started = perf_counter()
        try:
            outcomes: Sequence[Result | Exception] = self._apply(items)
        except Exception as error:  # noqa: BLE001  # the outcome of every item, raised at its caller
            outcomes = [error] * len(items)
        self._tried_at = perf_counter()
        self._seconds += 0.1 * (self._tried_at - started - self._seconds)
        for future, outcome in zip(futures, outcomes, strict=True):
            if future.done():
                continue  # the client went away
            if isinstance(outcome, Exception):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)

    def _hand_over(self, items: list[Item], futures: list[asyncio.Future[Result]]) -> None:
        """Send a group through the thread, because another commit is under way there."""
        for item, future in zip(items, futures, strict=True):
            try:
                self._group.enqueue(item).add_done_callback(_passes_to(future))
            except Exception as error:  # noqa: BLE001  # its outcome
                if not future.done():
                    future.set_exception(error)


def _passes_to(
    future: asyncio.Future[Result],
) -> Callable[[asyncio.Future[Result]], None]:
    def pass_on(done: asyncio.Future[Result]) -> None:
        if future.done() or done.cancelled():
            return
        error = done.exception()
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(done.result())

    return pass_on
