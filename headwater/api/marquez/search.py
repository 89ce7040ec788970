"""Search for jobs and datasets by name."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Final, cast

from fastapi import APIRouter, Query, Response

from headwater.api.access import Reader
from headwater.api.marquez.full_names import FullName, full_names
from headwater.api.marquez.route import (
    Limit,
    MarquezRoute,
    answer,
    one_of,
    page_of,
    refused,
    required,
)
from headwater.lineage.reading.names import Kind
from headwater.lineage.reading.search import Hit, Order, Wanted
from headwater.lineage.reading.view import LineageReads
from headwater.model.json import JsonObject
from headwater.model.lineage import Name
from headwater.query.lineage.nodes import node_id

_KINDS: Final[dict[str, Kind]] = {"DATASET": "dataset", "JOB": "job"}
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def search_router(reads: LineageReads) -> APIRouter:
    """Serve the search over names."""
    router = APIRouter(prefix="/api/v1", tags=["marquez"], route_class=MarquezRoute)

    @router.get("/search")
    def search(
        _principal: Reader,
        q: Annotated[str | None, Query(description="A part of the name.")] = None,
        kind: Annotated[str | None, Query(alias="filter", description="job or dataset.")] = None,
        sort: Annotated[str | None, Query(description="name or update_at.")] = None,
        namespace: Annotated[str | None, Query(description="Only in this namespace.")] = None,
        before: Annotated[str | None, Query(description="Changed before this day.")] = None,
        after: Annotated[str | None, Query(description="Changed after this day began.")] = None,
        limit: Limit = None,
    ) -> Response:
        """Find jobs and datasets whose name holds a text."""
        most, _ = page_of(limit, None, default=10)
        wanted = Wanted(
            text=required("q", q, what="blank"),
            kind=_KINDS[one_of("filter", kind, ("DATASET", "JOB"))] if kind else None,
            namespace=namespace or None,
            order=cast("Order", one_of("sort", sort or "NAME", ("NAME", "UPDATE_AT"))),
            after_us=_day("after", after),
            before_us=_day("before", before),
        )
        with reads.view() as view:
            hits, total = view.search.find(wanted, limit=most)
            names = full_names(view, (hit.key for hit in hits if hit.kind == "job"))
        return answer({"totalCount": total, "results": [_hit_json(hit, names) for hit in hits]})

    return router


def _hit_json(hit: Hit, names: dict[int, FullName]) -> JsonObject:
    name = hit.name
    if hit.kind == "job":
        name = Name(names[hit.key].namespace, names[hit.key].name)
    return {
        "type": hit.kind.upper(),
        "name": name.name,
        "updatedAt": hit.updated_at.to_text(),
        "namespace": name.namespace,
        "nodeId": node_id(hit.kind, name.namespace, name.name),
    }


def _day(name: str, value: str | None) -> int | None:
    """Return when a day begins, in microseconds."""
    if not value:
        return None
    if not _DAY.fullmatch(value):
        raise refused(f'query param {name} must match "^\\d{{4}}-\\d{{2}}-\\d{{2}}$"')
    try:
        day = datetime.fromisoformat(value).replace(tzinfo=UTC)
    except ValueError as error:
        raise refused(f"query param {name} must be a day, not {value!r}") from error
    return int(day.timestamp()) * 1_000_000
