"""How fast records come: counted as they come; what came before the process is in the stores."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from headwater.clock import Clock
from headwater.ingest.rates import RecordRates, spread
from headwater.lake.contract import Quarantine
from headwater.lake.manifest import SqlManifest
from headwater.model.record import Segment

MOST_SEGMENTS: Final = 5_000
_MINUTE: Final = 60
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Records in intervals of `step` seconds from `start`, in Unix seconds, without a gap.

    Rejected ones are known from `rejected_since` on.
    """

    start: int
    step: int
    accepted: Sequence[int]
    rejected: Sequence[int]
    rejected_since: datetime


class IngestRate:
    """Answers how many records came, over a day at most."""

    def __init__(
        self, manifest: SqlManifest, *, quarantine: Quarantine, rates: RecordRates, clock: Clock
    ) -> None:
        self._manifest = manifest
        self._quarantine = quarantine
        self.rates = rates
        self._clock = clock

    def last_hour(self) -> dict[str, int]:
        """Return how many records were accepted in the last hour, by source."""
        now = self._clock.now()
        since, began = now - _HOUR, self.rates.started_at
        found: defaultdict[str, float] = defaultdict(float)
        if since < began:
            held: defaultdict[str, list[Segment]] = defaultdict(list)
            for one in self._manifest.latest(source=None, since=since, most=MOST_SEGMENTS):
                held[one.source].append(one)
            for source, segments in held.items():
                records = spread(segments, until=began, since=since)
                found[source] += sum(
                    records[m] for m in records if m >= since.timestamp() - _MINUTE
                )
        for source, accepted in self.rates.accepted_since(since).items():
            found[source] += accepted
        return {source: round(records) for source, records in found.items()}

    def rejected_last_hour(self) -> dict[str, int]:
        """Return how many records were rejected in the last hour, by source."""
        since, began = self._clock.now() - _HOUR, self.rates.started_at
        found: defaultdict[str, int] = defaultdict(int)
        if since < began:
            since_minute = since.replace(second=0, microsecond=0)
            held = self._quarantine.rejected(since=since_minute, until=began)
            for (source, _), rejected in held.items():
                found[source] += rejected
        for source, rejected in self.rates.rejected_since(since).items():
            found[source] += rejected
        return dict(found)

    def of(self, span: timedelta, *, step: int, source: str | None = None) -> Rate:
        """Return the rate of a source, or of all, over the last span, by steps of whole minutes."""
        now = self._clock.now()
        end = int(now.timestamp())
        count = int(span.total_seconds()) // step
        start = (end // step - count + 1) * step
        since = now.fromtimestamp(start, now.tzinfo)
        accepted, rejected = [0.0] * count, [0] * count
        began = self.rates.started_at

        def place(minute: int) -> int:
            # What a clock that was set back since put into the future came by now.
            return min(max(0, minute - start) // step, count - 1)

        if since < began:
            segments = self._manifest.latest(source=source, since=since, most=MOST_SEGMENTS)
            for minute, records in spread(segments, until=began, since=since).items():
                if minute >= start - start % _MINUTE:
                    accepted[place(minute)] += records
            held = self._quarantine.rejected(since=since, until=began, source=source)
            for (_, minute), refused in held.items():
                rejected[place(minute)] += refused
        for one in self.rates.since(since, source):
            accepted[place(one.start)] += one.accepted
            rejected[place(one.start)] += one.rejected
        return Rate(
            start=start,
            step=step,
            accepted=[round(value) for value in accepted],
            rejected=rejected,
            rejected_since=since,
        )
