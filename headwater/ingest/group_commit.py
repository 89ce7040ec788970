"""Many concurrent writers, one commit: the way to durable writes that are also fast."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from functools import partial
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


class _Group(Generic[Item, Result]):
    """Items that are committed together, and who waits for them: an event loop or a thread.

    The first `ready` of them are prepared.
    """

    __slots__ = ("futures", "items", "ready", "settle")

    def __init__(self, settle: Callable[[Sequence[Result | Exception]], None]) -> None:
        self.items: list[Item] = []
        self.futures: list[asyncio.Future[Result]] = []
        self.ready = 0
        self.settle = settle


class GroupCommit(Generic[Item, Result]):
    """Collects what arrives together, or while a commit runs, and makes one commit of it.

    `apply` is called on one thread of its own with all items waiting (at most `most`), in order
    of arrival, and returns an outcome for each; an exception it raises is the outcome of all.
    An item is answered only after `apply` returned, so `apply` decides what durable means.
    `prepare`, where given, is called before that with items that a loop gathered, on its thread,
    each once and at most `portion` at a time, so that the loop is never held for long: what costs
    less for many at once than for each. It notes errors in the items.
    Full (`capacity` items wait) raises `Busy`; closed raises `Unavailable`.

    What comes from an event loop is gathered there until a turn of the loop brings nothing more,
    at most `GATHER_SECONDS`: the thread then has the interpreter for itself while it works, and
    a change of threads, which is dear, is shared by all of them. A loop has one group under way
    at a time and gathers the next meanwhile, without a lock.
    """

    def __init__(
        self,
        apply: Apply[Item, Result],
        *,
        name: str,
        capacity: int,
        most: int = 4096,
        prepare: Callable[[Sequence[Item]], None] | None = None,
        portion: int = 256,
    ) -> None:
        self._apply = apply
        self._prepare = prepare
        self._portion = portion
        self._name = name
        self._capacity = capacity
        self._most = most
        self._lock = threading.Lock()
        self._gatherings: dict[asyncio.AbstractEventLoop, _Gathering[Item, Result]] = {}
        self._groups: SimpleQueue[_Group[Item, Result] | None] = SimpleQueue()
        self._queued = 0
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def __len__(self) -> int:
        return self._queued + sum(len(each.group.items) for each in [*self._gatherings.values()])

    def enqueue(self, item: Item) -> asyncio.Future[Result]:
        """Add an item from the event loop; the future is its outcome."""
        loop = asyncio.get_running_loop()
        gathering = self._gatherings.get(loop)
        if gathering is None:
            gathering = self._gatherings[loop] = _Gathering(loop, self._hand_over, self._forget)
        if self._closed:
            raise self._shut()
        if self._queued + len(gathering.group.items) >= self._capacity:
            raise self._full()
        future = gathering.add(item)
        if len(gathering.group.items) - gathering.group.ready >= self._portion:
            self._make_ready(gathering.group)
        return future

    def submit(self, item: Item) -> Result:
        """Add an item from a thread and wait for its outcome."""
        waiter: _Blocking[Result] = _Blocking()
        group: _Group[Item, Result] = _Group(lambda outcomes: waiter.settle(outcomes[0]))
        group.items.append(item)
        with self._lock:
            if self._closed:
                raise self._shut()
            if len(self) >= self._capacity:
                raise self._full()
            self._put(group)
        return waiter.wait()

    def close(self) -> None:
        """Commit what waits, then stop."""
        with self._lock:
            if not self._closed:
                self._closed = True
                for gathering in [*self._gatherings.values()]:
                    if gathering.group.items:
                        group = gathering.take()
                        self._make_ready(group)
                        self._put(group)
                self._groups.put(None)
        self._thread.join()

    def _shut(self) -> Unavailable:
        return Unavailable(f"{self._name} is shutting down", hint="send it again later")

    def _full(self) -> Busy:
        return Busy(f"{self._name} has {self._capacity} writes waiting")

    def _hand_over(self, gathering: _Gathering[Item, Result]) -> None:
        """Give what a loop gathered to the thread; what `close` did not see is refused."""
        with self._lock:
            if not gathering.group.items:
                return
            group = gathering.take()
            self._queued += len(group.items)
        self._make_ready(group)
        with self._lock:
            if not self._closed:
                self._groups.put(group)
                return
            self._queued -= len(group.items)
        group.settle([self._shut()] * len(group.items))

    def _make_ready(self, group: _Group[Item, Result]) -> None:
        if self._prepare is not None and group.ready < len(group.items):
            self._prepare(group.items[group.ready :])
            group.ready = len(group.items)

    def _put(self, group: _Group[Item, Result]) -> None:
        """Queue a group for the thread; the caller holds the lock."""
        self._queued += len(group.items)
        self._groups.put(group)

    def _forget(self, loop: asyncio.AbstractEventLoop) -> None:
        self._gatherings.pop(loop, None)

    def _run(self) -> None:
        is_last = False
        while not is_last:
            groups: list[_Group[Item, Result]] = []
            count = 0
            group = self._groups.get()
            while group is not None:
                groups.append(group)
                count += len(group.items)
                if count >= self._most or self._groups.empty():
                    break
                group = self._groups.get()
            is_last = group is None
            if groups:
                self._commit(groups, count)

    def _commit(self, groups: list[_Group[Item, Result]], count: int) -> None:
        items = [item for group in groups for item in group.items]
        with self._lock:
            self._queued -= count
        COMMIT_GROUP_ITEMS.observe(count, writer=self._name)
        outcomes = self._outcomes(items)
        start = 0
        for group in groups:
            end = start + len(group.items)
            group.settle(outcomes[start:end])
            start = end

    def _outcomes(self, items: list[Item]) -> Sequence[Result | Exception]:
        try:
            outcomes = self._apply(items)
        except Exception as error:  # noqa: BLE001  # the outcome of every item, raised at its caller
            return [error] * len(items)
        return outcomes


class _Gathering(Generic[Item, Result]):
    """What one event loop gathers; touched by that loop alone, but for `take` at the close."""

    __slots__ = ("_forget", "_hand_over", "_is_committing", "_is_due", "_loop", "group")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        hand_over: Callable[[_Gathering[Item, Result]], None],
        forget: Callable[[asyncio.AbstractEventLoop], None],
    ) -> None:
        self._loop = loop
        self._hand_over = hand_over
        self._forget = forget
        self._is_committing = False
        self._is_due = False
        self.group: _Group[Item, Result] = _Group(_ignored)

    def add(self, item: Item) -> asyncio.Future[Result]:
        future: asyncio.Future[Result] = self._loop.create_future()
        self.group.items.append(item)
        self.group.futures.append(future)
        if not self._is_due and not self._is_committing:
            self._is_due = True
            self._loop.call_soon(self._turn, 0, perf_counter() + GATHER_SECONDS)
        return future

    def take(self) -> _Group[Item, Result]:
        """Return the group, to be committed, and begin the next."""
        group, self.group = self.group, _Group(_ignored)
        self._is_committing = True
        group.settle = partial(self._settle, group.futures)
        return group

    def _turn(self, seen: int, until: float) -> None:
        """Wait another turn of the loop while items keep coming, then hand over."""
        count = len(self.group.items)
        if count > seen and perf_counter() < until:
            self._loop.call_soon(self._turn, count, until)
        else:
            self._is_due = False
            self._hand_over(self)

    def _settle(
        self, futures: list[asyncio.Future[Result]], outcomes: Sequence[Result | Exception]
    ) -> None:
        """Tell the loop, from whichever thread; a loop that is gone took its callers with it."""
        try:
            self._loop.call_soon_threadsafe(self._resolve, futures, outcomes)
        except RuntimeError:
            self._forget(self._loop)  # the write is durable all the same

    def _resolve(
        self, futures: list[asyncio.Future[Result]], outcomes: Sequence[Result | Exception]
    ) -> None:
        for future, outcome in zip(futures, outcomes, strict=True):
            if future.done():
                continue  # the client went away
            if isinstance(outcome, Exception):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)
        self._is_committing = False
        if self.group.items:
            self._is_due = True
            self._loop.call_soon(self._turn, 0, perf_counter() + GATHER_SECONDS)
        else:
            self._forget(self._loop)


def _ignored(_outcomes: Sequence[object]) -> None:
    """Stand for the caller of a group that was not taken yet."""
