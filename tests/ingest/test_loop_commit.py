"""Commits on the loop keep the promises of group commit."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from headwater.errors import Busy, StorageFull, Unavailable
from headwater.ingest.loop_commit import JUDGED, LoopCommit


class Applied:
    """Remembers what was committed, and on which thread."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.threads: set[int] = set()
        self.error: Exception | None = None

    def __call__(self, items: Sequence[int]) -> Sequence[int | Exception]:
        self.threads.add(threading.get_ident())
        self.groups.append(list(items))
        if self.error is not None:
            raise self.error
        return [item * 10 for item in items]


def commits(applied: Applied, *, capacity: int = 100, free: bool = True) -> LoopCommit[int, int]:
    return LoopCommit(
        applied,
        name="a log",
        capacity=capacity,
        is_light=lambda item: item < 1000,
        is_free=lambda: free,
    )


def test_what_arrives_together_is_one_commit_on_the_loop() -> None:
    applied = Applied()
    log = commits(applied)

    async def main() -> list[int]:
        return await asyncio.gather(*(log.enqueue(n) for n in range(5)))

    assert asyncio.run(main()) == [0, 10, 20, 30, 40]
    assert applied.groups == [[0, 1, 2, 3, 4]]
    assert applied.threads == {threading.get_ident()}
    log.close()


@pytest.mark.parametrize("free", [True, False])
def test_heavy_items_and_busy_logs_leave_the_loop_alone(free: bool) -> None:
    applied = Applied()
    log = commits(applied, free=free)

    async def main() -> list[int]:
        return await asyncio.gather(*(log.enqueue(n) for n in ([5000, 6000] if free else [1, 2])))

    assert asyncio.run(main()) == ([50000, 60000] if free else [10, 20])
    assert threading.get_ident() not in applied.threads
    log.close()


def test_slow_commits_move_to_the_thread_and_one_decides_nothing() -> None:
    applied = Applied()
    log = commits(applied)

    async def main() -> None:
        log._judge(1.0)
        for _ in range(JUDGED - 1):
            log._judge(0.0)
        await log.enqueue(1)
        assert applied.threads == {threading.get_ident()}
        for _ in range(JUDGED):
            log._judge(1.0)
        await log.enqueue(2)

    asyncio.run(main())
    assert len(applied.threads) == 2
    log.close()


def test_error_is_the_outcome_of_every_item() -> None:
    applied = Applied()
    log = commits(applied)
    applied.error = StorageFull("full")

    async def main() -> list[object]:
        return await asyncio.gather(log.enqueue(1), log.enqueue(2), return_exceptions=True)

    assert asyncio.run(main()) == [applied.error, applied.error]
    log.close()


def test_full_is_busy_and_closed_is_unavailable() -> None:
    log = commits(Applied(), capacity=2)

    async def main() -> None:
        waiting = [log.enqueue(1), log.enqueue(2)]
        assert len(log) == 2
        with pytest.raises(Busy):
            log.enqueue(3)
        await asyncio.gather(*waiting)
        log.close()
        with pytest.raises(Unavailable):
            log.enqueue(4)

    asyncio.run(main())


def test_caller_who_went_away_takes_nothing_with_it() -> None:
    applied = Applied()
    log = commits(applied)

    async def main() -> None:
        gone = log.enqueue(1)
        gone.cancel()
        assert await log.enqueue(2) == 20

    asyncio.run(main())
    assert applied.groups == [[1, 2]]
    log.close()


def test_close_commits_what_waits() -> None:
    applied = Applied()
    log = commits(applied)

    async def main() -> None:
        waiting = log.enqueue(1)
        log.close()
        assert await waiting == 10

    asyncio.run(main())
