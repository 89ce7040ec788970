"""A destination that is away is asked ever more rarely, and when it asks to be."""

from __future__ import annotations

from headwater.sdk.sender import Breaker


class Seconds:
    """A clock that stands still but when it is told to go on."""

    def __init__(self) -> None:
        self.now = 1024.0

    def __call__(self) -> float:
        return self.now


def test_breaker_asks_ever_more_rarely() -> None:
    seconds = Seconds()
    breaker = Breaker(seconds)
    pauses = []
    for _ in range(10):
        breaker.fail(None)
        pauses.append(breaker.remaining())
        seconds.now += pauses[-1]
        assert breaker.remaining() == 0
    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]
    breaker.succeed()
    assert breaker.remaining() == 0
    breaker.fail(None)
    assert breaker.remaining() == 0.5


def test_breaker_obeys_the_server_within_reason() -> None:
    seconds = Seconds()
    breaker = Breaker(seconds)
    pauses = []
    for asked in (7.0, 0.25, 3600.0):
        breaker.fail(asked)
        pauses.append(breaker.remaining())
    assert pauses == [7.0, 1.0, 60.0]
    seconds.now += 59.0
    assert breaker.remaining() == 1.0
    seconds.now += 3600.0
    assert breaker.remaining() == 0
