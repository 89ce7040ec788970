"""Many concurrent writers, one commit: the way to durable writes that are also fast."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from time import perf_counter
from typing import Final, Generic, TypeVar

from headwater.errors import Busy, Unavailable
from headwater.observe import COMMIT_GROUP_ITEMS

Item = TypeVar("Item")
Result = TypeVar("Result")

GATHER_SECONDS: Final = 0.003
"""So long a group may grow while the event loop has more to do, and no commit runs."""

Apply = Callable[[Sequence[Item]], Sequence["Result | Exception"]]


class _Blocking(Generic[Result]):
    """A place for one answer that a thread waits for."""

    __slots__ = ("_done", "_outcome")

    def __init__(self) -> None:
        self._done = threading.Event()
        self._outcome: Result | Exception | None = None

    def settle(self, outcome: Result | Exception) -> None:
        self._outcome = outcome
        self._done.set()

    def wait(self) -> Result:
        self._done.wait()
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome  # type: ignore[return-value]  # settled: a Result by now


_Waiter = asyncio.Future[Result] | _Blocking[Result]
_Pair = tuple[asyncio.Future[Result], Result | Exception]


class GroupCommit(Generic[Item, Result]):
    """Collects what arrives together, or while a commit runs, and makes one commit of it.

    `apply` is called on one thread of its own with all items waiting (at most `most`), in order
    of arrival, and returns an outcome for each; an exception it raises is the outcome of all.
    An item is answered only after `apply` returned, so `apply` decides what durable means.
    Full (`capacity` items wait) raises `Busy`; closed raises `Unavailable`.

    What comes from an event loop is gathered there until a turn of the loop brings nothing more,
    at most `GATHER_SECONDS`: the thread then has the interpreter for itself while it works, and
    a change of threads, which is dear, is shared by all of them.
    """

    def __init__(
        self, apply: Apply[Item, Result], *, name: str, capacity: int, most: int = 4096
    ) -> None:
        self._apply = apply
        self._name = name
        self._capacity = capacity
        self._most = most
        self._lock = threading.Lock()
        self._items: list[Item] = []
        self._waiters: list[_Waiter[Result]] = []
        self._is_committing = False
        self._gatherer: asyncio.AbstractEventLoop | None = None
        self._wake: SimpleQueue[None] = SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def __len__(self) -> int:
        return len(self._items)

    def enqueue(self, item: Item) -> asyncio.Future[Result]:
        """Add an item from the event loop; the future is its outcome."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        with self._lock:
            self._put(item, future)
            if self._is_committing or self._gatherer is loop:
                return future
            self._gatherer = loop
        loop.call_soon(self._gather, loop, 0, perf_counter() + GATHER_SECONDS)
        return future

    def submit(self, item: Item) -> Result:
        """Add an item from a thread and wait for its outcome."""
        waiter: _Blocking[Result] = _Blocking()
        with self._lock:
            self._put(item, waiter)
        self._wake.put(None)
        return waiter.wait()

    def close(self) -> None:
        """Commit what waits, then stop."""
        with self._lock:
            self._closed = True
        self._wake.put(None)
        self._thread.join()

    def _put(self, item: Item, waiter: _Waiter[Result]) -> None:
        if self._closed:
            raise Unavailable(f"{self._name} is shutting down", hint="send it again later")
        if len(self._items) >= self._capacity:
            raise Busy(f"{self._name} has {self._capacity} writes waiting")
        self._items.append(item)
        self._waiters.append(waiter)

    def _gather(self, loop: asyncio.AbstractEventLoop, seen: int, until: float) -> None:
        """Wait another turn of the loop while items keep coming, then wake the thread."""
        count = len(self._items)
        if count > seen and perf_counter() < until:
            loop.call_soon(self._gather, loop, count, until)
        else:
            self._wake.put(None)

    def _run(self) -> None:
        is_last = False
        while not is_last:
            self._wake.get()
            while True:
                items, waiters, is_last = self._take()
                if not items:
                    break
                COMMIT_GROUP_ITEMS.observe(len(items), writer=self._name)
                _settle(waiters, self._outcomes(items))
                if self._go_on_gathering():
                    break

    def _take(self) -> tuple[list[Item], list[_Waiter[Result]], bool]:
        """Return the next group, and whether nothing can come after an empty one."""
        with self._lock:
            items, waiters = self._items, self._waiters
            self._items, self._waiters = items[self._most :], waiters[self._most :]
            self._is_committing = bool(items)
            self._gatherer = None
            return items[: self._most], waiters[: self._most], self._closed and not items

    def _go_on_gathering(self) -> bool:
        """Leave it to the event loop to say when the next group is whole, if it is the loop's."""
        with self._lock:
            self._is_committing = False
            last = self._waiters[-1] if self._waiters else None
            if last is None or isinstance(last, _Blocking) or self._closed:
                return False
            loop = self._gatherer = last.get_loop()
        try:
            loop.call_soon_threadsafe(self._gather, loop, 0, perf_counter() + GATHER_SECONDS)
        except RuntimeError:
            return False  # the loop is gone
        return True

    def _outcomes(self, items: list[Item]) -> Sequence[Result | Exception]:
        try:
            outcomes = self._apply(items)
        except Exception as error:  # noqa: BLE001  # the outcome of every item, raised at its caller
            return [error] * len(items)
        return outcomes


def _settle(waiters: Sequence[_Waiter[Result]], outcomes: Sequence[Result | Exception]) -> None:
    """Hand out outcomes: to each thread its own, to each loop all of its own at once."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Pair[Result]]] = {}
    for waiter, outcome in zip(waiters, outcomes, strict=True):
        if isinstance(waiter, _Blocking):
            waiter.settle(outcome)
        else:
            by_loop.setdefault(waiter.get_loop(), []).append((waiter, outcome))
    for loop, pairs in by_loop.items():
        try:
            loop.call_soon_threadsafe(_resolve, pairs)
        except RuntimeError:
            continue  # the loop is gone, and with it whoever asked; the write is durable


def _resolve(pairs: list[_Pair[Result]]) -> None:
    for future, outcome in pairs:
        if future.done():
            continue  # the client went away
        if isinstance(outcome, Exception):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
