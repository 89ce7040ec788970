"""What passes by on its way to lineage is noted, so that a run can leave a trace."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from headwater.sdk.guard import Guarded
from headwater.sdk.transport import Transport

_STATES: Final = frozenset(("COMPLETE", "FAIL", "ABORT"))
_MOST_RUNS: Final = 5_000
_PROCESSES: Final = Path("/proc")


@dataclass(slots=True, kw_only=True)
class TracedRun:
    """A run as its events tell it so far; times are texts as sent."""

    run_id: str
    namespace: str
    job: str
    parent_id: str | None
    start: str
    end: str | None = None
    error: str | None = None
    read: int | None = None
    written: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessUse:
    """What a process and its children used: CPU, its share of all processors, peak memory."""

    cpu_seconds: float
    cpu_share: float
    memory_bytes: int


Keep = Callable[[Mapping[str, TracedRun], TracedRun, ProcessUse | None], None]


@dataclass(slots=True)
class TracedTransport:
    """Hands events on, and has a run kept as a trace once it has ended, with all below it.

    A failure of that is logged and fails nothing: the event was acknowledged before.
    """

    inner: Transport
    keep: Keep
    process: int | None = None
    _runs: dict[str, TracedRun] = field(default_factory=dict)
    _began: float = field(default_factory=time.monotonic)

    def emit(self, event: bytes) -> None:
        """Hand over one event, then note it."""
        self.inner.emit(event)
        with Guarded("the trace of a run is not kept"):
            self._note(json.loads(event))

    def close(self) -> None:
        """Close what is behind."""
        self.inner.close()

    def _note(self, event: dict[str, object]) -> None:
        run_id, job = _text(event, "run", "runId"), _text(event, "job", "name")
        state, at = _text(event, "eventType"), _text(event, "eventTime")
        if not (run_id and job and at):
            return
        run = self._runs.get(run_id)
        if run is None:
            if len(self._runs) >= _MOST_RUNS:
                return
            run = self._runs[run_id] = TracedRun(
                run_id=run_id,
                namespace=_text(event, "job", "namespace") or "",
                job=job,
                parent_id=_text(event, "run", "facets", "parent", "run", "runId"),
                start=at,
            )
        if state not in _STATES:
            return
        run.end = at
        run.read = _sum(_rows(event, "inputs", "inputFacets", "inputStatistics"))
        run.written = _sum(_rows(event, "outputs", "outputFacets", "outputStatistics"))
        if state != "COMPLETE":
            said = _text(event, "run", "facets", "errorMessage", "message")
            run.error = said or f"the run ended with {state}"
        if run.parent_id is None or run.parent_id not in self._runs:
            self._finish(run)

    def _finish(self, root: TracedRun) -> None:
        runs, self._runs = self._runs, {}
        self.keep(runs, root, self._use())

    def _use(self) -> ProcessUse | None:
        if self.process is None:
            return None
        use = used_by(self.process)
        if use is None:
            return None
        seconds, memory = use
        passed = max(time.monotonic() - self._began, 1e-3) * (os.cpu_count() or 1)
        return ProcessUse(cpu_seconds=seconds, cpu_share=seconds / passed, memory_bytes=memory)


def used_by(process: int) -> tuple[float, int] | None:
    """Return CPU seconds and peak memory of a process and its children, None if nobody says."""
    if not (_PROCESSES / str(process)).exists():
        return None
    ticks, memory = 0, 0
    try:
        for pid in _family(process):
            folder = _PROCESSES / str(pid)
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            ticks += sum(int(fields[place]) for place in range(11, 15))
            for line in (folder / "status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    memory += int(line.split()[1]) * 1024
    except OSError:
        return None  # it ended meanwhile
    return ticks / os.sysconf("SC_CLK_TCK"), memory


def _family(process: int) -> Iterator[int]:
    yield process
    for listed in (_PROCESSES / str(process) / "task").glob("*/children"):
        for child in listed.read_text().split():
            yield from _family(int(child))


def _text(event: object, *path: str) -> str | None:
    for name in path:
        event = event.get(name) if isinstance(event, dict) else None
    return event if isinstance(event, str) else None


def _rows(event: dict[str, object], side: str, facets: str, facet: str) -> Iterator[int]:
    uses = event.get(side)
    for use in uses if isinstance(uses, list) else ():
        found: object = use
        for name in (facets, facet, "rowCount"):
            found = found.get(name) if isinstance(found, dict) else None
        if isinstance(found, int):
            yield found


def _sum(counts: Iterator[int]) -> int | None:
    known = list(counts)
    return sum(known) if known else None
