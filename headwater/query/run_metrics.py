"""How runs went over a window, in a few figures out of lineage alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean

from headwater.lineage.reading.outcomes import Ended, Said
from headwater.lineage.reading.view import LineageReads
from headwater.model.intervals import Intervals
from headwater.query.lineage.run_facts import rows_written, used_resources


@dataclass(frozen=True, slots=True, kw_only=True)
class StageFigures:
    """How runs of a stage ended: of child runs, the last part of their job's name."""

    runs: int
    failed: int

    @property
    def error_rate(self) -> float:
        """Return the share that failed or was stopped."""
        return self.failed / self.runs


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFigures:
    """The runs that ended in a window; what nothing is known of is None.

    `average_seconds` is of those that completed and have a start; `cpu_seconds` and
    `memory_bytes` are means over the runs that told them.
    """

    runs: int
    completed: int
    failed: int
    aborted: int
    average_seconds: float | None
    records: int
    records_per_hour: float
    stages: Mapping[str, StageFigures]
    cpu_seconds: float | None
    memory_bytes: float | None

    @property
    def success_rate(self) -> float | None:
        """Return the share of the runs that completed."""
        return self.completed / self.runs if self.runs else None


def run_figures(reads: LineageReads, intervals: Intervals) -> RunFigures:
    """Return the figures of the runs that ended in a window, which is one interval."""
    with reads.view() as view:
        ended = view.outcomes.counts(intervals)
        written = view.outcomes.statistics(intervals)
        used = view.outcomes.resources(intervals)
    states: defaultdict[str, int] = defaultdict(int)
    for one in ended:
        states[one.state] += one.runs
    timed = [one for one in ended if one.state == "COMPLETED"]
    count = sum(one.timed for one in timed)
    spent = sum(one.microseconds for one in timed) / 1e6
    records = _records(written)
    resources = _used(used)
    return RunFigures(
        runs=sum(states.values()),
        completed=states["COMPLETED"],
        failed=states["FAILED"],
        aborted=states["ABORTED"],
        average_seconds=spent / count if count else None,
        records=records,
        records_per_hour=records * 3600 / (intervals.end - intervals.start),
        stages=_stages(ended),
        cpu_seconds=resources.get("s"),
        memory_bytes=resources.get("By"),
    )


def _stages(ended: Iterable[Ended]) -> Mapping[str, StageFigures]:
    counts: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for one in ended:
        if one.is_child:
            held = counts[one.job.name.rpartition(".")[2]]
            held[0] += one.runs
            held[1] += 0 if one.state == "COMPLETED" else one.runs
    return {
        stage: StageFigures(runs=runs, failed=failed)
        for stage, (runs, failed) in sorted(counts.items())
    }


def _records(said: Iterable[Said]) -> int:
    return sum((rows_written(one.body) or 0) * one.times for one in said)


def _used(said: Iterable[Said]) -> Mapping[str, float]:
    values: defaultdict[str, list[float]] = defaultdict(list)
    for one in said:
        for unit, value in used_resources(one.body):
            values[unit] += [value] * one.times
    return {unit: fmean(found) for unit, found in values.items()}
