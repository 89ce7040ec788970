"""`/api/v2/search`: jobs and datasets by words."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from headwater.api.access import Reader
from headwater.api.difference_shapes import Document, name_json
from headwater.api.marquez.route import answer
from headwater.api.shapes import answers
from headwater.api.shapes.search import SearchPage
from headwater.lineage.reading.view import LineageReads
from headwater.query.lineage.nodes import node_id
from headwater.query.search import Filter, Hit, Search


def search_v2_router(reads: LineageReads) -> APIRouter:
    """Serve search."""
    router = APIRouter(prefix="/api/v2", tags=["lineage"])
    search = Search(reads)

    @router.get("/search", responses=answers(SearchPage))
    def find(
        _principal: Reader,
        q: Annotated[
            str, Query(max_length=1_000, description='Words, each a prefix; "whole" in quotes.')
        ] = "",
        kind: Annotated[Literal["dataset", "job"] | None, Query(description="Only these.")] = None,
        namespace: Annotated[str | None, Query(description="Only in this namespace.")] = None,
        tag: Annotated[
            str | None, Query(description="Only with this tag, on it or a column.")
        ] = None,
        owner: Annotated[str | None, Query(description="Only of this owner.")] = None,
        limit: Annotated[int, Query(ge=1, le=100, description="How many hits.")] = 20,
        after: Annotated[str | None, Query(description="`next` of the page before.")] = None,
    ) -> Response:
        """Find jobs and datasets by name, tag, owner, column, description and SQL, best first.

        `matches` says where the words are: a field, a text of it, and spans of characters.
        """
        among = Filter(kind=kind, namespace=namespace, tag=tag, owner=owner)
        page = search.find(q, among=among, limit=limit, after=after)
        return answer(
            {
                "query": q,
                "hits": [_hit_json(hit) for hit in page.hits],
                "next": page.next,
                "partial": page.reason is not None,
                "reason": page.reason,
            }
        )

    return router


def _hit_json(hit: Hit) -> Document:
    return {
        "id": node_id(hit.kind, hit.name.namespace, hit.name.name),
        "kind": hit.kind,
        **name_json(hit.name),
        "score": float(f"{-hit.score:.6g}"),
        "updated_at": hit.updated_at.to_text(),
        "description": hit.description,
        "tags": list(hit.tags),
        "owners": list(hit.owners),
        "matches": [
            {"field": match.field, "text": match.text, "spans": [list(s) for s in match.spans]}
            for match in hit.matches
        ],
    }
