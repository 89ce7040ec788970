"""Runs kept beside telemetry: they follow the log of lineage, which never waits for them."""

from __future__ import annotations

import logging
import threading
from typing import Final

from headwater.clock import Clock
from headwater.errors import HeadwaterError
from headwater.lineage.reading.view import LineageReads
from headwater.observe import LogEvent
from headwater.query.kept_runs import kept_runs
from headwater.telemetry.contract import PipelineRuns

_ENTRIES_AT_ONCE: Final = 2_000


class PipelineRunsFollower:
    """Brings the runs up to what lineage knows, whenever it is asked to.

    Where it got to is kept with the runs, in one transaction. After an erasure, or when the log is
    shorter than it was, all runs are read again.
    """

    def __init__(self, reads: LineageReads, runs: PipelineRuns, *, clock: Clock) -> None:
        self._reads = reads
        self._runs = runs
        self._clock = clock
        self._lock = threading.Lock()
        self._has_failed = False
        self._known_erasures = 0

    def catch_up(self, *, within_seconds: float) -> None:
        """Follow until nothing is left, or for so long.

        What the store refuses is logged once, not raised, and tried again the next time.
        """
        until = self._clock.monotonic() + within_seconds
        try:
            while self._step() and self._clock.monotonic() < until:
                pass
            self._has_failed = False
        except HeadwaterError:
            if not self._has_failed:
                logging.getLogger("headwater").exception(LogEvent.RUNS_NOT_KEPT.value)
            self._has_failed = True

    def _step(self) -> bool:
        """Keep what the next entries of the log touched; False where there is none left."""
        with self._lock, self._reads.view() as view:
            position, latest = self._runs.position(), view.changes.latest()
            if latest < position:
                self._runs.clear()
                position = 0
            change = view.changes.after(position, most=_ENTRIES_AT_ONCE)
            if change is None:
                return False
            if change.has_erased and change.sequence > self._known_erasures:
                self._known_erasures = latest
                self._runs.clear()
                return True
            runs, traces = kept_runs(view, change.runs, change.sequence)
            self._runs.keep(runs, traces, sequence=change.sequence)
            return change.sequence < latest
