"""Whether the lake is well: everything that the first page shows, in one answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar

from headwater.clock import Clock
from headwater.lake.contract import Quarantine, Tables
from headwater.lineage.reading.view import LineageReads
from headwater.model.lineage import Moment
from headwater.query.ingest_rate import IngestRate, Rate
from headwater.query.overview_changes import ChangesOverview, changes_overview
from headwater.query.overview_freshness import Freshness, freshness_of
from headwater.query.overview_quality import QualityOverview, quality_overview
from headwater.query.overview_runs import RunsOverview, runs_overview

DAY: Final = timedelta(days=1)
_STEP_SECONDS: Final = 30 * 60
_KEPT_SECONDS: Final = 60.0
_KEPT: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class LineageOverview:
    """What lineage tells of a day: runs, tests, changes, refused events; and how much there is."""

    runs: RunsOverview
    quality: QualityOverview
    changes: ChangesOverview
    datasets: int
    jobs: int
    refused_events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OverviewAnswer:
    """Everything of the first page, as of `at`; `changes` are since `changes_since`."""

    at: datetime
    since: datetime
    changes_since: datetime
    lineage: LineageOverview
    changes: ChangesOverview
    freshness: Sequence[Freshness]
    rate: Rate
    records_last_hour: int
    has_records: bool
    quarantine_waiting: int
    has_telemetry: bool


Found = TypeVar("Found")


class _Kept(dict[tuple[int, timedelta], tuple[float, Found]]):
    """What was found, and when, by the sequence of the log and how far back it goes."""


class Overview:
    """Answers how the lake is; what lineage tells is kept until the log grows, for a minute."""

    def __init__(
        self,
        reads: LineageReads,
        *,
        tables: Tables,
        rate: IngestRate,
        quarantine: Quarantine,
        has_records: Callable[[], bool],
        has_telemetry: Callable[[], bool],
        clock: Clock,
    ) -> None:
        self._reads = reads
        self._tables = tables
        self._rate = rate
        self._quarantine = quarantine
        self._has_records = has_records
        self._has_telemetry = has_telemetry
        self._clock = clock
        self._lock = threading.Lock()
        self._lineage: _Kept[LineageOverview] = _Kept()
        self._changes: _Kept[ChangesOverview] = _Kept()

    def now(self, *, changes: timedelta = DAY) -> OverviewAnswer:
        """Return how the lake is; `changes` is how far back to look for what changed."""
        at = self._clock.now()
        lineage = self._kept(self._lineage, DAY, lambda: self._look(at))
        changed = lineage.changes
        if changes != DAY:
            since = _moment(at - changes)
            changed = self._kept(
                self._changes, changes, lambda: changes_overview(self._reads, since)
            )
        return OverviewAnswer(
            at=at,
            since=at - DAY,
            changes_since=at - changes,
            lineage=lineage,
            changes=changed,
            freshness=freshness_of(self._tables.find("curated"), at),
            rate=self._rate.of(DAY, step=_STEP_SECONDS),
            records_last_hour=sum(self._rate.last_hour().values()),
            has_records=self._has_records(),
            quarantine_waiting=self._quarantine.count(),
            has_telemetry=self._has_telemetry(),
        )

    def _kept(self, held: _Kept[Found], span: timedelta, look: Callable[[], Found]) -> Found:
        """Return what was found for a span, looking again where the log grew, or by the minute."""
        with self._lock:
            key = (self._reads.latest_sequence(), span)
            moment = self._clock.monotonic()
            known = held.get(key)
            if known is not None and moment - known[0] < _KEPT_SECONDS:
                return known[1]
            found = look()
            while len(held) >= _KEPT:
                del held[next(iter(held))]
            held[key] = (moment, found)
            return found

    def _look(self, at: datetime) -> LineageOverview:
        since = _moment(at - DAY)
        with self._reads.view() as view:
            runs = runs_overview(view, since)
            quality = quality_overview(view, since)
            datasets = view.listing.count("dataset", namespace=None)
            jobs = view.listing.count("job", namespace=None)
            refused = view.dead_letters.count()
        return LineageOverview(
            runs=runs,
            quality=quality,
            changes=changes_overview(self._reads, since),
            datasets=datasets,
            jobs=jobs,
            refused_events=refused,
        )


def _moment(time: datetime) -> Moment:
    return Moment(int(time.timestamp()), time.microsecond * 1_000)
