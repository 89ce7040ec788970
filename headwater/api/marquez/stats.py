"""The figures of a dashboard: 24 hours or 7 days, counted when asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Annotated, Final, Literal, cast
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response

from headwater.api.access import Reader
from headwater.api.marquez.route import MarquezRoute, answer, one_of
from headwater.clock import Clock
from headwater.errors import Invalid
from headwater.lineage.reading.names import Kind
from headwater.lineage.reading.view import LineageReads, LineageView
from headwater.model.lineage import Moment

HOURS: Final = 24
DAYS: Final = 7

Period = Annotated[
    str | None, Query(description="DAY for the last 24 hours, WEEK for the last 7 days.")
]
Zone = Annotated[
    str | None,
    Query(alias="timezone", description="Whose days those of a week are, such as Europe/Berlin."),
]


def stats_router(reads: LineageReads, clock: Clock) -> APIRouter:
    """Serve counts of events, jobs, datasets and sources."""
    router = APIRouter(prefix="/api/v1/stats", tags=["marquez"], route_class=MarquezRoute)

    @router.get("/lineage-events")
    def count_events(_principal: Reader, period: Period = None, zone: Zone = None) -> Response:
        """Count run events by type and by when they happened."""
        if period is not None and period.upper() == "WEEK" and not zone:
            raise Invalid("Timezone must be specified for period 'WEEK'")
        bounds = _bounds(clock, period, zone)
        with reads.view() as view:
            counts = view.stats.events(bounds)
        return answer(
            [
                {
                    **interval,
                    "fail": count.fail,
                    "start": count.start,
                    "complete": count.complete,
                    "abort": count.abort,
                }
                for interval, count in zip(_intervals(bounds), counts, strict=True)
            ]
        )

    @router.get("/jobs")
    def count_jobs(_principal: Reader, period: Period = None, zone: Zone = None) -> Response:
        """Count the jobs that were known at the end of each hour or day."""
        return _counted(reads, _bounds(clock, period, zone), _known("job"))

    @router.get("/datasets")
    def count_datasets(_principal: Reader, period: Period = None, zone: Zone = None) -> Response:
        """Count the datasets that were known at the end of each hour or day."""
        return _counted(reads, _bounds(clock, period, zone), _known("dataset"))

    @router.get("/sources")
    def count_sources(_principal: Reader, period: Period = None, zone: Zone = None) -> Response:
        """Count the sources that were known at the end of each hour or day."""
        return _counted(
            reads, _bounds(clock, period, zone), lambda view, bounds: view.stats.sources(bounds)
        )

    return router


def _known(kind: Kind) -> Callable[[LineageView, Sequence[int]], list[int]]:
    def count(view: LineageView, bounds: Sequence[int]) -> list[int]:
        return view.stats.known(kind, view.listing.count(kind, namespace=None), bounds)

    return count


def _counted(
    reads: LineageReads,
    bounds: Sequence[int],
    count: Callable[[LineageView, Sequence[int]], list[int]],
) -> Response:
    with reads.view() as view:
        counts = count(view, bounds)
    pairs = zip(_intervals(bounds), counts, strict=True)
    return answer([{**interval, "count": counted} for interval, counted in pairs])


def _bounds(clock: Clock, period: str | None, zone: str | None) -> list[int]:
    """Return the Unix seconds between which to count: 24 hours or 7 days, the running one last."""
    if not period:
        raise Invalid("Invalid period")
    wanted = cast("Literal['DAY', 'WEEK']", one_of("period", period, ("DAY", "WEEK")))
    now = clock.now()
    if wanted == "DAY":
        end = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        return [int((end - timedelta(hours=h)).timestamp()) for h in range(HOURS, -1, -1)]
    place = _zone(zone)
    today = now.astimezone(place).date()
    days = (today - timedelta(days=d) for d in range(DAYS - 1, -2, -1))
    return [int(datetime.combine(day, time(), place).timestamp()) for day in days]


def _zone(name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (OSError, ValueError, KeyError) as error:  # not found, a folder, or no name at all
        raise Invalid(
            f"query param timezone must be the name of a time zone, not {name!r}",
            hint="such as UTC or Europe/Berlin",
        ) from error


def _intervals(bounds: Sequence[int]) -> list[dict[str, str]]:
    texts = [Moment(bound).to_text() for bound in bounds]
    return [{"startInterval": start, "endInterval": end} for start, end in pairwise(texts)]
