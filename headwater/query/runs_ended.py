"""The runs that ended in a window, out of lineage alone, as telemetry would count them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from headwater.lineage.reading.view import LineageReads, LineageView
from headwater.model.intervals import Intervals
from headwater.model.lineage import Name, RunState
from headwater.model.pipeline_runs import RunsEnded
from headwater.query.lineage.run_facts import rows_written, used_resources


@dataclass(slots=True)
class _Told:
    """What the runs of a job that ended in one interval told."""

    records: int | None = None
    cpu_runs: int = 0
    cpu_seconds: float = 0
    memory_runs: int = 0
    memory_bytes: float = 0


@dataclass(slots=True)
class _Counted:
    runs: int = 0
    timed: int = 0
    microseconds: int = 0


def runs_ended(reads: LineageReads, intervals: Intervals) -> Sequence[RunsEnded]:
    """Count the runs that ended, by interval, job and state.

    What the runs of a job told in an interval stands beside one of their states, whichever it
    is of.
    """
    counted: defaultdict[tuple[int, Name, RunState], _Counted] = defaultdict(_Counted)
    with reads.view() as view:
        for one in view.outcomes.counts(intervals):
            held = counted[one.interval, one.job, one.state]
            held.runs += one.runs
            held.timed += one.timed
            held.microseconds += one.microseconds
        told = _told(view, intervals)
    found = []
    for (interval, job, state), held in sorted(counted.items()):
        said = told.pop((interval, job), _Told())
        found.append(
            RunsEnded(
                job=job,
                interval=interval,
                state=state,
                runs=held.runs,
                timed=held.timed,
                seconds=held.microseconds / 1e6,
                records=said.records,
                cpu_runs=said.cpu_runs,
                cpu_seconds=said.cpu_seconds,
                memory_runs=said.memory_runs,
                memory_bytes=said.memory_bytes,
            )
        )
    return found


def _told(view: LineageView, intervals: Intervals) -> dict[tuple[int, Name], _Told]:
    told: defaultdict[tuple[int, Name], _Told] = defaultdict(_Told)
    for one in view.outcomes.statistics(intervals):
        rows = rows_written(one.body)
        if rows is not None:
            held = told[one.interval, one.job]
            held.records = (held.records or 0) + rows * one.times
    for one in view.outcomes.resources(intervals):
        held = told[one.interval, one.job]
        for unit, value in used_resources(one.body):
            if unit == "s":
                held.cpu_runs += one.times
                held.cpu_seconds += value * one.times
            else:
                held.memory_runs += one.times
                held.memory_bytes += value * one.times
    return told
