"""The runs that this process is at work on: what each does now, and how it is stopped."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from headwater.flow.runs import StageRun


class Interrupted(BaseException):
    """The executor closes: what a stage did is not recorded, and it runs again after the start.

    It is no `Exception`, so that neither a stage nor DBOS takes it for a failure of the stage.
    """


@dataclass(frozen=True, slots=True)
class Attempt:
    """The try of a stage that a run is in."""

    stage: str
    number: int
    started_at: str


@dataclass(slots=True)
class LiveRun:
    """One run at work; `stop` is set when it was cancelled, and when the executor closes.

    `reports` are those of the stages that ended, that of a cancelled one among them.
    """

    stop: threading.Event = field(default_factory=threading.Event)
    is_cancelled: bool = False
    attempt: Attempt | None = None
    begun: str = ""
    reports: list[StageRun] = field(default_factory=list)


class LiveRuns:
    """Every run at work in this process; safe to use from all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: dict[str, LiveRun] = {}
        self._closing = threading.Event()

    @property
    def is_closing(self) -> bool:
        """Tell whether the executor closes."""
        return self._closing.is_set()

    def __len__(self) -> int:
        return len(self._runs)

    def enter(self, run_id: str) -> LiveRun:
        """Note that a run is at work; raises `Interrupted` once the executor closes."""
        with self._lock:
            if self.is_closing:
                raise Interrupted
            return self._runs.setdefault(run_id, LiveRun())

    def leave(self, run_id: str) -> None:
        """Forget a run."""
        with self._lock:
            self._runs.pop(run_id, None)

    def get(self, run_id: str) -> LiveRun | None:
        """Return a run at work."""
        with self._lock:
            return self._runs.get(run_id)

    def cancel(self, run_id: str) -> None:
        """Ask a run to stop, if it is at work."""
        with self._lock:
            run = self._runs.get(run_id)
            if run is not None:
                run.is_cancelled = True
                run.stop.set()

    def close(self) -> None:
        """Ask all to stop, for the process is about to end."""
        with self._lock:
            self._closing.set()
            for run in self._runs.values():
                run.stop.set()
