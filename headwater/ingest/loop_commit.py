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

MOST_SECONDS: Final = 0.002
"""What most commits on the loop must stay below; else the loop is kept free of them."""

JUDGED: Final = 16
"""How many commits are looked at together: one that is slow by chance decides nothing."""

PAUSE_SECONDS: Final = 10.0
"""So long after commits were too slow for the loop, they are tried there again."""


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
        self._wait_seconds = 0.0
        self._recent: list[float] = []
        self._slow_until = 0.0
        self._closed = False

    def __len__(self) -> int:
        return len(self._items) + len(self._group)

    def enqueue(self, item: Item) -> asyncio.Future[Result]:
        """Add an item from the event loop; the future is its outcome."""
        if self._closed or not self._is_light(item) or perf_counter() < self._slow_until:
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

    def _turn(self, loop: asyncio.AbstractEventLoop) -> None:
        """Wait another turn while items keep coming, then commit."""
        count = len(self._items)
        if count > self._seen and perf_counter() - self._first_at < self._wait_seconds:
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
        self._judge(perf_counter() - started)
        for future, outcome in zip(futures, outcomes, strict=True):
            if future.done():
                continue  # the client went away
            if isinstance(outcome, Exception):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)

    def _judge(self, seconds: float) -> None:
        """Leave the loop alone for a while when the median commit is slow."""
        self._recent.append(seconds)
        if len(self._recent) < JUDGED:
            return
        median = sorted(self._recent)[JUDGED // 2]
        self._recent.clear()
        self._wait_seconds = min(median, MOST_SECONDS)
        if median > MOST_SECONDS:
            self._slow_until = perf_counter() + PAUSE_SECONDS

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
