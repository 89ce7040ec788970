"""Run events as they were sent."""

from __future__ import annotations

from typing import Annotated, Literal, cast
from urllib.parse import unquote

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
from headwater.lineage.reading.events import Window
from headwater.lineage.reading.view import LineageReads

_AFTER = "0001-01-01T00:00:00Z"
_BEFORE = "9999-12-31T23:59:59Z"

Before = Annotated[str | None, Query(description="Only events before this time.")]
After = Annotated[str | None, Query(description="Only events from this time on.")]
Direction = Annotated[
    str | None, Query(alias="sortDirection", description="By event time: asc or desc.")
]


def events_router(reads: LineageReads) -> APIRouter:
    """Serve the log's run events."""
    router = APIRouter(prefix="/api/v1/events", tags=["marquez"], route_class=MarquezRoute)

    @router.get("/lineage")
    def list_events(
        _principal: Reader,
        before: Before = None,
        after: After = None,
        direction: Direction = None,
        limit: Limit = None,
        offset: Offset = None,
    ) -> Response:
        """List run events by event time, the newest first."""
        window = _window(after, before, direction)
        return _page(reads, window, page_of(limit, offset))

    @router.get("")
    def list_all_events(
        _principal: Reader,
        before: Before = None,
        after: After = None,
        direction: Direction = None,
        limit: Limit = None,
        offset: Offset = None,
    ) -> Response:
        """List run events, for marquez-python, which asks here."""
        window = _window(after, before, direction)
        return _page(reads, window, page_of(limit, offset))

    @router.get("/{namespace:path}")
    def list_events_of_namespace(
        _principal: Reader,
        namespace: str,
        *,
        before: Before = None,
        after: After = None,
        direction: Direction = None,
        limit: Limit = None,
        offset: Offset = None,
    ) -> Response:
        """List the run events of the jobs of a namespace, whose name may come unencoded."""
        window = _window(
            after, before, direction, namespace=unquote(namespace, errors="surrogateescape")
        )
        return _page(reads, window, page_of(limit, offset))

    return router


def _window(
    after: str | None, before: str | None, direction: str | None, *, namespace: str | None = None
) -> Window:
    order = one_of("sortDirection", direction or "DESC", ("DESC", "ASC"))
    return Window(
        after=instant_of(after or _AFTER),
        before=instant_of(before or _BEFORE),
        order=cast("Literal['ASC', 'DESC']", order),
        namespace=namespace,
    )


def _page(reads: LineageReads, window: Window, page: tuple[int, int]) -> Response:
    with reads.view() as view:
        total = view.events.count(window)
        found = view.events.page(window, limit=page[0], offset=page[1])
    return answer({"totalCount": total, "events": [strict_event(event) for event in found]})
