"""The five panels: how runs go over time, out of telemetry and the runs kept beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from headwater.errors import Conflict, Unavailable
from headwater.lineage.reading.view import LineageReads
from headwater.model.intervals import Intervals
from headwater.model.pipeline_runs import RunsEnded
from headwater.query.runs_ended import runs_ended
from headwater.telemetry.contract import Measures, PipelineRuns

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
    """Answers the panels; `measures` and `runs` are asked for when they are needed."""

    def __init__(
        self,
        reads: LineageReads,
        *,
        measures: Callable[[], Measures],
        runs: Callable[[], PipelineRuns],
    ) -> None:
        self._reads = reads
        self._measures = measures
        self._runs = runs

    def show(self, panel: Panel, intervals: Intervals) -> PanelAnswer:
        """Return a panel; of more than `MOST_SERIES` lines those with the most to say."""
        reasons: list[str] = []
        if panel == "error-rate-by-stage":
            found = sorted(self._errors(intervals), key=_weight)
        else:
            ended = self._ended(intervals, reasons)
            found = sorted(self._series(panel, intervals, ended, reasons), key=_weight)
        if len(found) > MOST_SERIES:
            reasons.append(f"{len(found) - MOST_SERIES:,} more series have less to say")
        return PanelAnswer(
            panel=panel,
            unit=UNITS[panel],
            intervals=intervals,
            series=sorted(found[:MOST_SERIES], key=lambda one: one.name),
            reason="; ".join(reasons) or None,
        )

    def _ended(self, intervals: Intervals, reasons: list[str]) -> Sequence[RunsEnded]:
        """Return the runs as telemetry keeps them, or out of lineage while it cannot be read."""
        try:
            runs = self._runs()
            ended = runs.ended(intervals)
            reasons += self._missing(runs.position())
        except (Unavailable, Conflict):
            return runs_ended(self._reads, intervals)
        return ended

    def _missing(self, position: int) -> Iterator[str]:
        with self._reads.view() as view:
            latest = view.changes.latest()
        if latest > position:
            yield f"{latest - position:,} entries of lineage are not counted yet"

    def _series(
        self,
        panel: Panel,
        intervals: Intervals,
        ended: Sequence[RunsEnded],
        reasons: list[str],
    ) -> Iterable[Series]:
        match panel:
            case "success-rate":
                return _success(ended, intervals)
            case "average-duration":
                return _durations(ended, intervals)
            case "records-per-hour":
                return _records(ended, intervals)
            case _:
                return [*self._gauges(intervals, reasons), *_used(ended, intervals)]

    def _errors(self, intervals: Intervals) -> Iterator[Series]:
        rates: defaultdict[str, dict[int, float]] = defaultdict(dict)
        for one in self._measures().stages(intervals):
            rates[one.stage][one.interval] = one.errors / one.spans
        for stage, values in rates.items():
            yield _line(stage, "ratio", values, intervals)

    def _gauges(self, intervals: Intervals, reasons: list[str]) -> Iterator[Series]:
        means: defaultdict[tuple[str, str, str], dict[int, float]] = defaultdict(dict)
        try:
            told = self._measures().utilisation(intervals)
        except (Unavailable, Conflict) as error:
            reasons.append(f"only what runs tell of themselves is there: {error}")
            return
        for one in told:
            means[one.service, one.metric, one.unit][one.interval] = one.value
        for (service, metric, unit), values in means.items():
            yield _line(f"{service} {metric}", unit, values, intervals)


def _line(name: str, unit: str, values: Mapping[int, float], intervals: Intervals) -> Series:
    return Series(
        name=name, unit=unit, values=[values.get(number) for number in range(intervals.count)]
    )


def _weight(series: Series) -> tuple[int, float, str]:
    known = [value for value in series.values if value is not None]
    return -len(known), -sum(known), series.name


def _success(ended: Iterable[RunsEnded], intervals: Intervals) -> Iterator[Series]:
    runs: defaultdict[int, int] = defaultdict(int)
    well: defaultdict[int, int] = defaultdict(int)
    for one in ended:
        runs[one.interval] += one.runs
        well[one.interval] += one.runs if one.state == "COMPLETED" else 0
    if runs:
        values = {number: well[number] / count for number, count in runs.items()}
        yield _line("all runs", "ratio", values, intervals)


def _durations(ended: Iterable[RunsEnded], intervals: Intervals) -> Iterator[Series]:
    means: defaultdict[str, dict[int, float]] = defaultdict(dict)
    for one in ended:
        if one.state == "COMPLETED" and one.timed:
            means[_job(one)][one.interval] = one.seconds / one.timed
    for job, values in means.items():
        yield _line(job, "s", values, intervals)


def _records(ended: Iterable[RunsEnded], intervals: Intervals) -> Iterator[Series]:
    rows: defaultdict[str, defaultdict[int, float]] = defaultdict(lambda: defaultdict(float))
    for one in ended:
        if one.records is not None:
            rows[_job(one)][one.interval] += one.records * _HOUR / intervals.step
    for job, values in rows.items():
        yield _line(job, "records/h", values, intervals)


def _used(ended: Iterable[RunsEnded], intervals: Intervals) -> Iterator[Series]:
    sums: defaultdict[tuple[str, str, str], defaultdict[int, list[float]]] = defaultdict(
        lambda: defaultdict(lambda: [0.0, 0])
    )
    for one in ended:
        for what, unit, spent, runs in (
            ("CPU of a run", "s", one.cpu_seconds, one.cpu_runs),
            ("memory of a run", "By", one.memory_bytes, one.memory_runs),
        ):
            if runs:
                held = sums[_job(one), what, unit][one.interval]
                held[0] += spent
                held[1] += runs
    for (job, what, unit), found in sums.items():
        values = {number: spent / runs for number, (spent, runs) in found.items()}
        yield _line(f"{job} {what}", unit, values, intervals)


def _job(one: RunsEnded) -> str:
    return f"{one.job.namespace} {one.job.name}"
