"""Many writers share one commit, and each gets its own outcome."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from headwater.errors import Busy, Unavailable
from headwater.ingest.group_commit import GroupCommit


class Gate:
    """An apply function that waits until it is let through, and remembers its batches."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.open = threading.Event()
        self.batches: list[list[int]] = []

    def __call__(self, items: Sequence[int]) -> list[int | Exception]:
        self.entered.set()
        self.open.wait()
        self.batches.append(list(items))
        return [item * 2 if item >= 0 else ValueError(str(item)) for item in items]


def test_what_arrives_during_a_commit_shares_the_next_one() -> None:
    gate = Gate()
    group: GroupCommit[int, int] = GroupCommit(gate, name="test", capacity=100)
    with ThreadPoolExecutor(9) as pool:
        first = pool.submit(group.submit, 0)
        gate.entered.wait()
        others = [pool.submit(group.submit, n) for n in range(1, 9)]
        while len(group) < 8:
            pass
        gate.open.set()
        assert first.result() == 0
        assert sorted(other.result() for other in others) == [2 * n for n in range(1, 9)]
    group.close()
    assert len(gate.batches) == 2


def test_an_item_that_fails_does_not_fail_its_neighbours() -> None:
    gate = Gate()
    gate.open.set()

    async def both() -> list[int | BaseException]:
        group: GroupCommit[int, int] = GroupCommit(gate, name="test", capacity=100)
        outcomes = await asyncio.gather(group.enqueue(1), group.enqueue(-1), return_exceptions=True)
        group.close()
        return outcomes

    good, bad = asyncio.run(both())
    assert good == 2
    assert isinstance(bad, ValueError)


def test_a_full_queue_says_busy_and_keeps_what_it_has() -> None:
    gate = Gate()
    group: GroupCommit[int, int] = GroupCommit(gate, name="test", capacity=2)
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(group.submit, 1)
        gate.entered.wait()
        waiting = [pool.submit(group.submit, n) for n in (2, 3)]
        while len(group) < 2:
            pass
        with pytest.raises(Busy, match="2 writes waiting"):
            group.submit(4)
        gate.open.set()
        assert [first.result(), *(one.result() for one in waiting)] == [2, 4, 6]
    group.close()


def test_an_exception_of_the_commit_reaches_every_caller() -> None:
    def broken(_items: Sequence[int]) -> Sequence[int | Exception]:
        raise OSError("disk")

    group: GroupCommit[int, int] = GroupCommit(broken, name="test", capacity=2)
    with pytest.raises(OSError, match="disk"):
        group.submit(1)
    group.close()


def test_closing_commits_what_waits_and_refuses_what_comes_later() -> None:
    gate = Gate()
    group: GroupCommit[int, int] = GroupCommit(gate, name="test", capacity=10)
    with ThreadPoolExecutor(2) as pool:
        waiting = pool.submit(group.submit, 5)
        gate.entered.wait()
        gate.open.set()
        assert waiting.result() == 10
    group.close()
    with pytest.raises(Unavailable):
        group.submit(6)


def test_a_client_that_went_away_does_not_stop_the_others() -> None:
    gate = Gate()

    async def one_leaves() -> int:
        group: GroupCommit[int, int] = GroupCommit(gate, name="test", capacity=10)
        leaves, stays = group.enqueue(1), group.enqueue(2)
        leaves.cancel()
        gate.open.set()
        result = await stays
        group.close()
        return result

    assert asyncio.run(one_leaves()) == 4


def test_what_arrives_in_one_turn_of_the_loop_is_one_commit() -> None:
    gate = Gate()
    gate.open.set()
    group: GroupCommit[int, int] = GroupCommit(gate, name="test", capacity=100)

    async def main() -> list[int]:
        return await asyncio.gather(*(group.enqueue(n) for n in range(5)))

    assert asyncio.run(main()) == [0, 2, 4, 6, 8]
    group.close()
    assert gate.batches == [[0, 1, 2, 3, 4]]


def test_a_loop_that_goes_on_bringing_items_does_not_put_the_commit_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("headwater.ingest.group_commit.GATHER_SECONDS", 0.0)
    gate = Gate()
    gate.open.set()
    group: GroupCommit[int, int] = GroupCommit(gate, name="test", capacity=10**6)

    async def main() -> None:
        first = group.enqueue(0)
        others = []
        while not first.done():
            others.append(group.enqueue(1))
            await asyncio.sleep(0)
        await asyncio.gather(*others)

    asyncio.run(main())
    group.close()
    assert len(gate.batches) > 1


def test_what_loops_and_threads_add_during_a_commit_follows_it() -> None:
    gate = Gate()
    group: GroupCommit[int, int] = GroupCommit(gate, name="test", capacity=100)

    async def main() -> list[int]:
        first = group.enqueue(1)
        await asyncio.to_thread(gate.entered.wait)
        from_thread = asyncio.create_task(asyncio.to_thread(group.submit, 2))
        while len(group) < 1:
            await asyncio.sleep(0)
        from_loop = group.enqueue(3)
        gate.open.set()
        return await asyncio.gather(first, from_thread, from_loop)

    assert asyncio.run(main()) == [2, 4, 6]
    group.close()
    assert gate.batches[0] == [1]
    assert sorted(item for batch in gate.batches[1:] for item in batch) == [2, 3]


def test_a_loop_that_ended_does_not_stop_the_next_one() -> None:
    gate = Gate()
    gate.open.set()
    group: GroupCommit[int, int] = GroupCommit(gate, name="test", capacity=100)
    ended = asyncio.new_event_loop()

    async def leave_one() -> None:
        group.enqueue(1)

    async def add() -> int:
        return await group.enqueue(2)

    ended.run_until_complete(leave_one())
    ended.close()
    assert asyncio.run(add()) == 4
    group.close()
    assert sorted(item for batch in gate.batches for item in batch) == [1, 2]


def test_closing_on_the_loop_commits_what_was_still_gathered() -> None:
    gate = Gate()
    gate.open.set()

    async def main() -> int:
        group: GroupCommit[int, int] = GroupCommit(gate, name="test", capacity=10)
        waiting = group.enqueue(7)
        group.close()
        with pytest.raises(Unavailable):
            group.enqueue(8)
        return await waiting

    assert asyncio.run(main()) == 14


def test_what_gathers_behind_a_slow_commit_is_prepared_in_portions() -> None:
    gate = Gate()
    prepared: list[list[int]] = []

    async def many() -> list[int]:
        group: GroupCommit[int, int] = GroupCommit(
            gate,
            name="test",
            capacity=100,
            prepare=lambda items: prepared.append([*items]),
            portion=8,
        )
        first = group.enqueue(0)
        while not gate.entered.is_set():
            await asyncio.sleep(0)
        rest = [group.enqueue(number) for number in range(1, 21)]
        assert prepared == [[0], [*range(1, 9)], [*range(9, 17)]]
        gate.open.set()
        outcomes = [await first, *[await one for one in rest]]
        group.close()
        return outcomes

    assert asyncio.run(many()) == [2 * number for number in range(21)]
    assert prepared[3:] == [[*range(17, 21)]]
