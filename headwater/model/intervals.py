"""A window of time in intervals of one length."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervals:
    """Unix seconds from `start` up to `end`, which does not belong to it, every `step`."""

    start: int
    end: int
    step: int

    @property
    def count(self) -> int:
        """Return how many intervals there are; the last may be shorter."""
        return -(-(self.end - self.start) // self.step)

    def begin(self, number: int) -> int:
        """Return when an interval begins."""
        return self.start + number * self.step
