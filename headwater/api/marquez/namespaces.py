"""Namespaces, sources and tags."""

from __future__ import annotations

from fastapi import APIRouter, Response

from headwater.api.access import Reader
from headwater.api.marquez.full_names import unsanitised
from headwater.api.marquez.route import Limit, MarquezRoute, Offset, answer, page_of
from headwater.api.marquez.shapes import namespace_json, source_json
from headwater.errors import Missing
from headwater.lineage.reading.view import LineageReads


def namespaces_router(reads: LineageReads) -> APIRouter:
    """Serve namespaces, sources and tags."""
    router = APIRouter(prefix="/api/v1", tags=["marquez"], route_class=MarquezRoute)

    @router.get("/namespaces")
    def list_namespaces(_principal: Reader, limit: Limit = None, offset: Offset = None) -> Response:
        """List namespaces by name, hidden ones too."""
        most, skipped = page_of(limit, offset)
        with reads.view() as view:
            page = view.namespaces.page(limit=most, offset=skipped)
        return answer({"namespaces": [namespace_json(namespace) for namespace in page]})

    @router.get("/namespaces/{namespace:segment}")
    def get_namespace(_principal: Reader, namespace: str) -> Response:
        """Return one namespace."""
        with reads.view() as view:
            for name in (namespace, *unsanitised(view, namespace)):
                found = view.namespaces.find(name)
                if found is not None:
                    return answer(namespace_json(found))
        raise Missing(f"Namespace {namespace!r} not found.")

    @router.get("/sources")
    def list_sources(_principal: Reader, limit: Limit = None, offset: Offset = None) -> Response:
        """List the sources that datasets name."""
        most, skipped = page_of(limit, offset)
        with reads.view() as view:
            page = view.sources.all()[skipped : skipped + most]
        return answer({"sources": [source_json(source) for source in page]})

    @router.get("/sources/{source:segment}")
    def get_source(_principal: Reader, source: str) -> Response:
        """Return one source."""
        with reads.view() as view:
            found = [known for known in view.sources.all() if known.name == source]
        if not found:
            raise Missing(f"Source {source!r} not found.")
        return answer(source_json(found[0]))

    @router.get("/tags")
    def list_tags(_principal: Reader, limit: Limit = None, offset: Offset = None) -> Response:
        """List the tags that are declared or in use."""
        most, skipped = page_of(limit, offset)
        with reads.view() as view:
            page = [*view.tags.all().items()][skipped : skipped + most]
        return answer({"tags": [{"name": name, "description": text} for name, text in page]})

    return router
