"""Search for jobs and datasets by name."""

from __future__ import annotations

import re
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
from headwater.api.marquez.shapes import Json
from headwater.lineage.reading.names import Kind
from headwater.lineage.reading.search import Hit, Order
from headwater.lineage.reading.view import LineageReads
from headwater.model.lineage import Name
from headwater.query.lineage.nodes import node_id

_KINDS: Final[tuple[Kind, ...]] = ("dataset", "job")
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
        text = required("q", q, what="blank")
        most, _ = page_of(limit, None, default=10)
        wanted = one_of("filter", kind, ("DATASET", "JOB")).lower() if kind else None
        order = cast("Order", one_of("sort", sort or "NAME", ("NAME", "UPDATE_AT")))
        start, end = _day("after", after), _day("before", before)
        with reads.view() as view:
            hits = [
                hit
                for known in _KINDS
                if wanted in (None, known)
                for hit in view.search.find(
                    known, text, namespace=namespace, order=order, limit=10_000
                )
                if start <= hit.updated_at.to_text() and (not end or hit.updated_at.to_text() < end)
            ]
            names = full_names(view, (hit.key for hit in hits if hit.kind == "job"))
        found = [_hit_json(hit, names) for hit in _ordered(hits, order)[:most]]
        return answer({"totalCount": len(hits), "results": found})

    return router


def _ordered(hits: list[Hit], order: Order) -> list[Hit]:
    by_name = sorted(hits, key=lambda hit: (hit.name.name, hit.name.namespace, hit.kind))
    if order == "NAME":
        return by_name
    return sorted(by_name, key=lambda hit: hit.updated_at, reverse=True)


def _hit_json(hit: Hit, names: dict[int, FullName]) -> Json:
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


def _day(name: str, value: str | None) -> str:
    if not value:
        return ""
    if not _DAY.fullmatch(value):
        raise refused(f'query param {name} must match "^\\d{{4}}-\\d{{2}}-\\d{{2}}$"')
    return value
