"""The five panels: how runs go over time, out of lineage and telemetry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from headwater.lineage.reading.outcomes import Ended, Said
from headwater.lineage.reading.view import LineageReads
from headwater.model.intervals import Intervals
from headwater.query.lineage.run_facts import rows_written, used_resources
from headwater.telemetry.contract import Measures

Panel = Literal[
    "success-rate",
    "average-duration",
    "records-per-hour",
    "error-rate-by-stage",
    "resource-utilisation",
]
UNITS: Final[Mapping[Panel, str]] = {
    "success-rate": "ratio",
    "average-duration": "s",
    "records-per-hour": "records/h",
    "error-rate-by-stage": "ratio",
    "resource-utilisation": "",
}
MOST_SERIES: Final = 50
_HOUR: Final = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A line of a panel: a value for each interval, None where nothing is known."""

    name: str
    unit: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelAnswer:
    """A panel over a window; `reason` says why series are missing."""

    panel: Panel
    unit: str
    intervals: Intervals
    series: Sequence[Series]
    reason: str | None


class Panels:
    """Answers the panels; `measures` is asked for when telemetry is needed."""

    def __init__(self, reads: LineageReads, measures: Callable[[], Measures]) -> None:
        self._reads = reads
        self._measures = measures

    def show(self, panel: Panel, intervals: Intervals) -> PanelAnswer:
        """Return a panel; of more than `MOST_SERIES` lines those with the most to say."""
        found = sorted(self._series(panel, intervals), key=_weight)
        reason = None
        if len(found) > MOST_SERIES:
            reason = f"{len(found) - MOST_SERIES:,} more series have less to say"
        return PanelAnswer(
            panel=panel,
            unit=UNITS[panel],
            intervals=intervals,
            series=sorted(found[:MOST_SERIES], key=lambda one: one.name),
            reason=reason,
        )

    def _series(self, panel: Panel, intervals: Intervals) -> Iterable[Series]:
        match panel:
            case "success-rate":
                return _success(self._ended(intervals), intervals)
            case "average-duration":
                return _durations(self._ended(intervals), intervals)
            case "records-per-hour":
                with self._reads.view() as view:
                    said = view.outcomes.statistics(intervals)
                return _records(said, intervals)
            case "error-rate-by-stage":
                return self._errors(intervals)
            case _:
                return self._use(intervals)

    def _ended(self, intervals: Intervals) -> list[Ended]:
        with self._reads.view() as view:
            return view.outcomes.counts(intervals)

    def _errors(self, intervals: Intervals) -> Iterator[Series]:
        rates: defaultdict[str, dict[int, float]] = defaultdict(dict)
        for one in self._measures().stages(intervals):
            rates[one.stage][one.interval] = one.errors / one.spans
        for stage, values in rates.items():
            yield _line(stage, "ratio", values, intervals)

    def _use(self, intervals: Intervals) -> Iterator[Series]:
        means: defaultdict[tuple[str, str, str], dict[int, float]] = defaultdict(dict)
        for one in self._measures().utilisation(intervals):
            means[one.service, one.metric, one.unit][one.interval] = one.value
        for (service, metric, unit), values in means.items():
            yield _line(f"{service} {metric}", unit, values, intervals)
        with self._reads.view() as view:
            said = view.outcomes.resources(intervals)
        yield from _used(said, intervals)


def _line(name: str, unit: str, values: Mapping[int, float], intervals: Intervals) -> Series:
    return Series(
        name=name, unit=unit, values=[values.get(number) for number in range(intervals.count)]
    )


def _weight(series: Series) -> tuple[int, float, str]:
    known = [value for value in series.values if value is not None]
    return -len(known), -sum(known), series.name


def _success(ended: Iterable[Ended], intervals: Intervals) -> Iterator[Series]:
    runs: defaultdict[int, int] = defaultdict(int)
    well: defaultdict[int, int] = defaultdict(int)
    for one in ended:
        runs[one.interval] += one.runs
        well[one.interval] += one.runs if one.state == "COMPLETED" else 0
    if runs:
        values = {number: well[number] / count for number, count in runs.items()}
        yield _line("all runs", "ratio", values, intervals)


def _durations(ended: Iterable[Ended], intervals: Intervals) -> Iterator[Series]:
    sums: defaultdict[str, defaultdict[int, list[int]]] = defaultdict(
        lambda: defaultdict(lambda: [0, 0])
    )
    for one in ended:
        if one.state == "COMPLETED" and one.timed:
            held = sums[_job(one)][one.interval]
            held[0] += one.microseconds
            held[1] += one.timed
    for job, found in sums.items():
        values = {number: spent / runs / 1e6 for number, (spent, runs) in found.items()}
        yield _line(job, "s", values, intervals)


def _records(said: Iterable[Said], intervals: Intervals) -> Iterator[Series]:
    rows: defaultdict[str, defaultdict[int, float]] = defaultdict(lambda: defaultdict(float))
    for one in said:
        count = rows_written(one.body)
        if count is not None:
            rows[_job(one)][one.interval] += count * one.times * _HOUR / intervals.step
    for job, values in rows.items():
        yield _line(job, "records/h", values, intervals)


def _used(said: Iterable[Said], intervals: Intervals) -> Iterator[Series]:
    sums: defaultdict[tuple[str, str], defaultdict[int, list[float]]] = defaultdict(
        lambda: defaultdict(lambda: [0.0, 0.0])
    )
    for one in said:
        for unit, value in used_resources(one.body):
            held = sums[_job(one), unit][one.interval]
            held[0] += value * one.times
            held[1] += one.times
    for (job, unit), found in sums.items():
        what = "CPU of a run" if unit == "s" else "memory of a run"
        values = {number: spent / runs for number, (spent, runs) in found.items()}
        yield _line(f"{job} {what}", unit, values, intervals)


def _job(one: Ended | Said) -> str:
    return f"{one.job.namespace} {one.job.name}"
