"""Many concurrent writers, one commit: the way to durable writes that are also fast."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from headwater.errors import Busy, Unavailable
from headwater.observe import COMMIT_GROUP_ITEMS

Item = TypeVar("Item")
Result = TypeVar("Result")

Apply = Callable[[Sequence[Item]], Sequence["Result | Exception"]]
_Waiter = tuple[asyncio.AbstractEventLoop | None, "asyncio.Future[Result] | _Blocking[Result]"]


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


class GroupCommit(Generic[Item, Result]):
    """Collects what arrives while a commit runs and makes the next commit of it.

    `apply` is called on one thread of its own with all items waiting (at most `most`), in order
    of arrival, and returns an outcome for each; an exception it raises is the outcome of all.
    An item is answered only after `apply` returned, so `apply` decides what durable means.
    Full (`capacity` items wait) raises `Busy`; closed raises `Unavailable`.
    """

    def __init__(
        self, apply: Apply[Item, Result], *, name: str, capacity: int, most: int = 4096
    ) -> None:
        self._apply = apply
        self._name = name
        self._capacity = capacity
        self._most = most
        self._waiting: deque[tuple[Item, _Waiter[Result]]] = deque()
        self._wake = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def __len__(self) -> int:
        return len(self._waiting)

    def enqueue(self, item: Item) -> asyncio.Future[Result]:
        """Add an item from the event loop; the future is its outcome."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        self._put(item, (loop, future))
        return future

    def submit(self, item: Item) -> Result:
        """Add an item from a thread and wait for its outcome."""
        waiter: _Blocking[Result] = _Blocking()
        self._put(item, (None, waiter))
        return waiter.wait()

    def close(self) -> None:
        """Commit what waits, then stop."""
        with self._wake:
            self._closed = True
            self._wake.notify()
        self._thread.join()

    def _put(self, item: Item, waiter: _Waiter[Result]) -> None:
        with self._wake:
            if self._closed:
                raise Unavailable(f"{self._name} is shutting down", hint="send it again later")
            if len(self._waiting) >= self._capacity:
                raise Busy(f"{self._name} has {self._capacity} writes waiting")
            self._waiting.append((item, waiter))
            if len(self._waiting) == 1:
                self._wake.notify()

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._waiting and not self._closed:
                    self._wake.wait()
                if not self._waiting:
                    return
                count = min(len(self._waiting), self._most)
                taken = [self._waiting.popleft() for _ in range(count)]
            COMMIT_GROUP_ITEMS.observe(count, writer=self._name)
            self._settle(taken, self._outcomes([item for item, _ in taken]))

    def _outcomes(self, items: list[Item]) -> Sequence[Result | Exception]:
        try:
            outcomes = self._apply(items)
        except Exception as error:  # noqa: BLE001  # the outcome of every item, raised at its caller
            return [error] * len(items)
        return outcomes

    @staticmethod
    def _settle(
        taken: list[tuple[Item, _Waiter[Result]]], outcomes: Sequence[Result | Exception]
    ) -> None:
        by_loop: dict[
            asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Result], Result | Exception]]
        ] = {}
        for (_, (loop, waiter)), outcome in zip(taken, outcomes, strict=True):
            if isinstance(waiter, _Blocking):
                waiter.settle(outcome)
            elif loop is not None:
                by_loop.setdefault(loop, []).append((waiter, outcome))
        for loop, pairs in by_loop.items():
            try:
                loop.call_soon_threadsafe(_resolve, pairs)
            except RuntimeError:
                continue  # the loop is gone, and with it whoever asked; the write is durable


def _resolve(pairs: list[tuple[asyncio.Future[Result], Result | Exception]]) -> None:
    for future, outcome in pairs:
        if future.done():
            continue  # the client went away
        if isinstance(outcome, Exception):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
