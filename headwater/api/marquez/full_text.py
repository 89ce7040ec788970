"""`/api/v2beta/search`: what Marquez asks OpenSearch, answered by the store's own search."""

from __future__ import annotations

import re
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from headwater.api.access import Reader
from headwater.api.marquez.full_names import full_names
from headwater.api.marquez.route import MarquezRoute, answer, facets_json, required
from headwater.api.marquez.shapes import Json
from headwater.lineage.reading.search import Hit, Wanted
from headwater.lineage.reading.view import LineageReads, LineageView
from headwater.model.lineage import Facets

MOST_HITS: Final = 10

_Q = Annotated[str | None, Query(description="A part of the name.")]


def full_text_router(reads: LineageReads) -> APIRouter:
    """Serve hits with their facets, and where in them the words are."""
    router = APIRouter(prefix="/api/v2beta/search", tags=["marquez"], route_class=MarquezRoute)

    @router.get("/jobs")
    def search_jobs(_principal: Reader, q: _Q = None) -> Response:
        """Find jobs by name; each with its facets and those of its latest run."""
        text = required("q", q, what="blank")
        with reads.view() as view:
            hits, _ = view.search.find(Wanted(text=text, kind="job"), limit=MOST_HITS)
            found = _jobs(view, hits)
        return _answer(found, text)

    @router.get("/datasets")
    def search_datasets(_principal: Reader, q: _Q = None) -> Response:
        """Find datasets by name; each with its facets."""
        text = required("q", q, what="blank")
        with reads.view() as view:
            hits, _ = view.search.find(Wanted(text=text, kind="dataset"), limit=MOST_HITS)
            found = _datasets(view, hits)
        return _answer(found, text)

    return router


def _answer(found: list[Json], text: str) -> Response:
    return answer({"hits": found, "highlights": [_highlights(hit, text) for hit in found]})


def _jobs(view: LineageView, hits: list[Hit]) -> list[Json]:
    keys = [hit.key for hit in hits]
    names = full_names(view, keys)
    facets = view.facets.of_jobs(keys)
    latest = {job: runs[0] for job, runs in view.runs.latest_keys(keys, 1).items()}
    runs = view.runs.by_keys(latest.values())
    found = []
    for hit in hits:
        run = runs.get(latest.get(hit.key, -1))
        found.append(
            {
                "run_id": None if run is None else run.id,
                "name": names[hit.key].name,
                "namespace": names[hit.key].namespace,
                "eventType": None if run is None else _EVENT_TYPES[run.own_state],
                "type": "JOB",
                "facets": facets_json(facets.get(hit.key, _NONE)),
                "runFacets": facets_json(_NONE if run is None else run.facets),
            }
        )
    return found


def _datasets(view: LineageView, hits: list[Hit]) -> list[Json]:
    facets = view.facets.of_datasets([hit.key for hit in hits])
    return [
        {
            "run_id": None,
            "name": hit.name.name,
            "namespace": hit.name.namespace,
            "eventType": None,
            "facets": facets_json(facets.get(hit.key, _NONE)),
            "inputFacets": {},
            "outputFacets": {},
        }
        for hit in hits
    ]


def _highlights(hit: Json, text: str) -> dict[str, list[str]]:
    """Return where the text stands in the name and the namespace, marked with `<em>`."""
    pattern = re.compile(re.escape(text), re.IGNORECASE)
    marked = {
        name: pattern.sub(lambda m: f"<em>{m[0]}</em>", hit[name]) for name in ("name", "namespace")
    }
    return {name: [said] for name, said in marked.items() if said != hit[name]}


_NONE: Final[Facets] = {}
_EVENT_TYPES: Final = {
    "NEW": None,
    "RUNNING": "RUNNING",
    "COMPLETED": "COMPLETE",
    "ABORTED": "ABORT",
    "FAILED": "FAIL",
}
