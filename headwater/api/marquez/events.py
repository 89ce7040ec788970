"""Run events as they were sent."""

from __future__ import annotations

from typing import Annotated, Literal, cast

from fastapi import APIRouter, Query, Response

from headwater.api.access import Reader
from headwater.api.marquez.route import (
    Limit,
    MarquezRoute,
    Offset,
    answer,
    instant_of,
    one_of,
    page_of,
    strict_event,
)
from headwater.lineage.reading.view import LineageReads

_AFTER = "0001-01-01T00:00:00Z"
_BEFORE = "9999-12-31T23:59:59Z"


def events_router(reads: LineageReads) -> APIRouter:
    """Serve the log's run events."""
    router = APIRouter(prefix="/api/v1/events", tags=["marquez"], route_class=MarquezRoute)

    @router.get("/lineage")
    def list_events(
        _principal: Reader,
        before: Annotated[str | None, Query(description="Only events before this time.")] = None,
        after: Annotated[str | None, Query(description="Only events from this time on.")] = None,
        direction: Annotated[
            str | None, Query(alias="sortDirection", description="By event time: asc or desc.")
        ] = None,
        limit: Limit = None,
        offset: Offset = None,
    ) -> Response:
        """List run events by event time, the newest first."""
        most, skipped = page_of(limit, offset)
        order = one_of("sortDirection", direction or "DESC", ("DESC", "ASC"))
        start, end = instant_of(after or _AFTER), instant_of(before or _BEFORE)
        with reads.view() as view:
            total = view.events.count(after=start, before=end)
            page = view.events.page(
                after=start,
                before=end,
                order=cast("Literal['ASC', 'DESC']", order),
                limit=most,
                offset=skipped,
            )
        return answer({"totalCount": total, "events": [strict_event(event) for event in page]})

    return router
