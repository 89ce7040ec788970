"""What lineage means, straight over a list of events: slow, small, and the measure of the store."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from headwater.lineage.lww import key_of
from headwater.lineage.projections.run_state import Mark, RunState, standing_of
from headwater.lineage.reading.lens import Lens
from headwater.wire.openlineage.event import EventType
from headwater.wire.openlineage.times import EventTime, read_time

Edge = tuple[str, str, str, str]
"""Job, dataset, direction, state."""

_STRENGTH = ("current", "running", "failed")
_STATES = {RunState.COMPLETED: "current", RunState.RUNNING: "running", RunState.NEW: "running"}


@dataclass
class Said:
    """An event as it stands in the log."""

    body: dict[str, Any]
    hash: bytes
    sequence: int
    received_us: int

    @property
    def time(self) -> EventTime | None:
        return read_time(self.body["eventTime"])

    @property
    def type(self) -> EventType:
        return EventType[self.body.get("eventType", "NONE")]

    @property
    def key(self) -> bytes:
        return key_of(self.time, self.type, self.hash, received_us=self.received_us)


@dataclass
class OneRun:
    """All that is known of a run of a job."""

    events: list[Said] = field(default_factory=list)

    @property
    def is_declared(self) -> bool:
        return "run" not in self.events[0].body

    @property
    def state(self) -> RunState:
        if self.is_declared:
            return RunState.COMPLETED
        state = standing_of(self.marks).state
        lives = any(e.type in (EventType.RUNNING, EventType.OTHER) for e in self.events)
        return RunState.RUNNING if state is RunState.NEW and lives else state

    @property
    def marks(self) -> list[Mark]:
        decisive = (EventType.START, EventType.COMPLETE, EventType.ABORT, EventType.FAIL)
        return [
            Mark(e.key, e.type, "errorMessage" in e.body["run"].get("facets", {}), False)
            for e in self.events
            if e.type in decisive
        ]

    @property
    def decided(self) -> bytes:
        decided = None if self.is_declared else standing_of(self.marks).decided
        return decided or max(e.key for e in self.events)

    def names(self, direction: str) -> set[str]:
        return {d["name"] for e in self.events for d in e.body.get(direction, ())}


def edges_of(events: Iterable[Said], lens: Lens) -> set[Edge]:
    """Return every edge that the lens shows."""
    seen = [event for event in events if _is_seen(event, lens)]
    runs: dict[tuple[str, str], OneRun] = {}
    for event in seen:
        run = event.body["run"]["runId"] if "run" in event.body else event.hash.hex()
        runs.setdefault((run, event.body["job"]["name"]), OneRun()).events.append(event)
    found: dict[tuple[str, str, str], str] = {}
    for job in {job for _, job in runs}:
        of_job = {run: one for (run, of), one in runs.items() if of == job}
        for direction in ("inputs", "outputs"):
            for one, state in _SPEAKERS[lens.mode](of_job, direction, lens):
                for dataset in one.names(direction):
                    edge = (job, dataset, direction)
                    found[edge] = min(found.get(edge, "failed"), state, key=_STRENGTH.index)
    return {(*edge, state) for edge, state in found.items()}


def _is_seen(event: Said, lens: Lens) -> bool:
    time = event.time
    assert time is not None
    moment = lens.as_of
    early = moment is None or (time.seconds, time.nanoseconds) <= (
        moment.seconds,
        moment.nanoseconds,
    )
    return early and (lens.known_at is None or event.sequence <= lens.known_at)


def _current(runs: dict[str, OneRun], direction: str, _lens: Lens) -> list[tuple[OneRun, str]]:
    ordered = sorted(runs.values(), key=lambda run: run.decided)
    done = [run for run in ordered if run.state is RunState.COMPLETED]
    naming = [run for run in done if run.names(direction)]
    flying = [run for run in ordered if run.state in (RunState.NEW, RunState.RUNNING)]
    if naming:
        flying = [run for run in flying if run.decided > naming[-1].decided]
        return [(naming[-1], "current"), *((run, "running") for run in flying)]
    if flying or done:
        return [(run, "running") for run in flying]
    return [(run, "failed") for run in ordered if run.names(direction)][-1:]


def _union(runs: dict[str, OneRun], _direction: str, lens: Lens) -> list[tuple[OneRun, str]]:
    found = []
    for run in runs.values():
        times = sorted((e.time.seconds, e.time.nanoseconds) for e in run.events if e.time)
        starts_late = lens.until is not None and times[0] > tuple(lens.until)
        ends_early = lens.since is not None and times[-1] < tuple(lens.since)
        if not starts_late and not ends_early:
            found.append((run, _STATES.get(run.state, "failed")))
    return found


def _one_run(runs: dict[str, OneRun], _direction: str, lens: Lens) -> list[tuple[OneRun, str]]:
    return [
        (one, _STATES.get(one.state, "failed")) for run, one in runs.items() if run == str(lens.run)
    ]


_SPEAKERS: dict[str, Callable[..., list[tuple[OneRun, str]]]] = {
    "current": _current,
    "union": _union,
    "run": _one_run,
}


def reachable(edges: set[Edge], start: str, side: str, depth: int) -> dict[tuple[str, str], int]:
    """Return what is up or down from a dataset, with its distance in jobs."""
    near, far = ("outputs", "inputs") if side == "up" else ("inputs", "outputs")
    found = {("dataset", start): 0}
    frontier = {start}
    for distance in range(1, depth + 1):
        jobs = {
            job for job, dataset, direction, _ in edges if direction == near and dataset in frontier
        }
        jobs = {job for job in jobs if ("job", job) not in found}
        found |= {("job", job): distance for job in jobs}
        datasets = {d for job, d, direction, _ in edges if direction == far and job in jobs}
        frontier = {d for d in datasets if ("dataset", d) not in found}
        found |= {("dataset", dataset): distance for dataset in frontier}
    return found
