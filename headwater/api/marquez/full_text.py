"""`/api/v2beta/search`: what Marquez asks OpenSearch, answered by the store's own search."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from headwater.api.access import Reader
from headwater.api.marquez.full_names import full_names
from headwater.api.marquez.route import MarquezRoute, answer, facets_json, required
from headwater.lineage.reading.names import Kind
from headwater.lineage.reading.view import LineageReads, LineageView
from headwater.model.json import JsonObject
from headwater.model.lineage import Facets
from headwater.query.search import Filter, Hit, Match, Search, terms_of

MOST_HITS: Final = 10

_Words = Annotated[str | None, Query(description="Words; each is the beginning of one.")]
_FIELDS: Final = {
    "name": "name",
    "columns": "facets.schema.fields.name",
    "description": "facets.documentation.description",
    "sql": "facets.sql.query",
    "owners": "facets.ownership.owners.name",
    "tags": "facets.tags.tags.key",
}
"""Where the words are, in the paths of Marquez's documents."""

_NONE: Final[Facets] = {}
_EVENT_TYPES: Final = {
    "NEW": None,
    "RUNNING": "RUNNING",
    "COMPLETED": "COMPLETE",
    "ABORTED": "ABORT",
    "FAILED": "FAIL",
}


def full_text_router(reads: LineageReads) -> APIRouter:
    """Serve hits with their facets, and where in them the words are."""
    router = APIRouter(prefix="/api/v2beta/search", tags=["marquez"], route_class=MarquezRoute)
    search = Search(reads)

    @router.get("/jobs")
    def search_jobs(_principal: Reader, q: _Words = None) -> Response:
        """Find jobs by name, SQL, description, tag or owner, the best first."""
        hits = _found(search, required("q", q, what="blank"), "job")
        with reads.view() as view:
            found = _keys(view, hits)
            return _answer(_jobs(view, list(found)), found.values())

    @router.get("/datasets")
    def search_datasets(_principal: Reader, q: _Words = None) -> Response:
        """Find datasets by name, column, description, tag or owner, the best first."""
        hits = _found(search, required("q", q, what="blank"), "dataset")
        with reads.view() as view:
            found = _keys(view, hits)
            return _answer(_datasets(view, list(found)), found.values())

    return router


def _found(search: Search, words: str, kind: Kind) -> Iterable[Hit]:
    if not terms_of(words):
        return ()  # signs alone are in no word
    return search.find(words, among=Filter(kind=kind), limit=MOST_HITS).hits


def _keys(view: LineageView, hits: Iterable[Hit]) -> dict[int, Hit]:
    """Return hits by key, without those that have gone since."""
    keys = ((view.names.find(hit.kind, hit.name), hit) for hit in hits)
    return {key: hit for key, hit in keys if key is not None}


def _answer(documents: list[JsonObject], hits: Iterable[Hit]) -> Response:
    return answer({"hits": documents, "highlights": [_highlights(hit) for hit in hits]})


def _highlights(hit: Hit) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for match in hit.matches:
        found[_FIELDS.get(match.field, match.field)].append(_marked(match))
    return found


def _marked(match: Match) -> str:
    """Return the text of a match with `<em>` around the words."""
    text, end = "", 0
    for start, stop in match.spans:
        text += f"{match.text[end:start]}<em>{match.text[start:stop]}</em>"
        end = stop
    return text + match.text[end:]


def _jobs(view: LineageView, keys: list[int]) -> list[JsonObject]:
    names = full_names(view, keys)
    facets = view.facets.of_jobs(keys)
    latest = {job: listed[0] for job, listed in view.runs.latest_keys(keys, 1).items()}
    runs = view.runs.by_keys(latest.values())
    found = []
    for key in keys:
        run = runs.get(latest.get(key, -1))
        found.append(
            {
                "run_id": None if run is None else run.id,
                "name": names[key].name,
                "namespace": names[key].namespace,
                "eventType": None if run is None else _EVENT_TYPES[run.own_state],
                "type": "JOB",
                "facets": facets_json(facets.get(key, _NONE)),
                "runFacets": facets_json(_NONE if run is None else run.facets),
            }
        )
    return found


def _datasets(view: LineageView, keys: list[int]) -> list[JsonObject]:
    names = view.names.of("dataset", keys)
    facets = view.facets.of_datasets(keys)
    return [
        {
            "run_id": None,
            "name": names[key].name,
            "namespace": names[key].namespace,
            "eventType": None,
            "facets": facets_json(facets.get(key, _NONE)),
            "inputFacets": {},
            "outputFacets": {},
        }
        for key in keys
    ]
