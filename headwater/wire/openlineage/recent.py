"""What was used of late, within a bound on memory."""

from __future__ import annotations

from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """A dictionary that forgets what was not asked for since about `most` weight came in.

    Two generations take turns: what is asked for moves to the younger, and when that is full the
    older is let go. So it holds at most twice `most`, and a look-up costs no more than in one
    dictionary or two.
    """

    __slots__ = ("_most", "_old", "_weight", "_young")

    def __init__(self, most: int) -> None:
        self._most = most
        self._weight = 0
        self._young: dict[Key, tuple[Value, int]] = {}
        self._old: dict[Key, tuple[Value, int]] = {}

    def get(self, key: Key) -> Value | None:
        """Return what is remembered under a key."""
        found = self._young.get(key)
        if found is None:
            found = self._old.get(key)
            if found is None:
                return None
            self.put(key, *found)
        return found[0]

    def put(self, key: Key, value: Value, weight: int = 1) -> None:
        """Remember a value."""
        if self._weight + weight > self._most:
            self._old = self._young
            self._young = {}
            self._weight = 0
        self._young[key] = value, weight
        self._weight += weight

    def clear(self) -> None:
        """Forget everything."""
        self._young = {}
        self._old = {}
        self._weight = 0
