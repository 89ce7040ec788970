"""The key that decides between two writes: last writer wins, in one total order.

25 bytes that compare as bytes in the order of (plausible, event time, rank, event hash). Times
of implausible events lose to every plausible one; rank is START < RUNNING, OTHER < terminal.
"""

from __future__ import annotations

from typing import Final

from headwater.wire.openlineage.event import TERMINAL, EventType
from headwater.wire.openlineage.times import EventTime

_PLAUSIBLE: Final = 1 << 39
_SECONDS_BEFORE_1970: Final = 62_167_219_200 + 2 * 86_400  # year 0, and a margin for offsets
MOST_AHEAD_SECONDS: Final = 24 * 3600


def rank_of(type_: EventType) -> int:
    """Return 0 for START, 2 for a terminal, 1 for everything else."""
    if type_ is EventType.START:
        return 0
    return 2 if type_ in TERMINAL else 1


def is_plausible(time: EventTime | None, received_us: int) -> bool:
    """Tell whether an event's time is at most a day after its first arrival."""
    return time is not None and time.seconds <= received_us // 1_000_000 + MOST_AHEAD_SECONDS


def key_of(time: EventTime | None, type_: EventType, hash_: bytes, *, received_us: int) -> bytes:
    """Return the key of an event; one without a readable time is implausible, in year 0."""
    if time is None:
        return bytes(5) + rank_of(type_).to_bytes(4, "big") + hash_
    seconds = time.seconds + _SECONDS_BEFORE_1970
    if is_plausible(time, received_us):
        seconds |= _PLAUSIBLE
    within = time.nanoseconds << 2 | rank_of(type_)
    return seconds.to_bytes(5, "big") + within.to_bytes(4, "big") + hash_


def rank_in(key: bytes) -> int:
    """Return the rank of the event with this key."""
    return key[8] & 3


def microseconds_of(key: bytes) -> int | None:
    """Return the event time in a key as microseconds since 1970; None where there was none."""
    time = time_of(key)
    return None if time is None else time[0] * 1_000_000 + time[1] // 1000


def time_of(key: bytes) -> tuple[int, int] | None:
    """Return the event time in a key as seconds since 1970 and nanoseconds."""
    number = int.from_bytes(key[:9], "big")
    seconds = number >> 32 & ~_PLAUSIBLE
    if not seconds:
        return None
    return seconds - _SECONDS_BEFORE_1970, (number & 0xFFFF_FFFF) >> 2
