"""`/api/v2/lineage/jobs` and `/api/v2/lineage/job`: the jobs of all producers, and one of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Response

from headwater.api.access import Reader
from headwater.api.cursors import cursor_of, place_of
from headwater.api.lineage import MOST_WORDS
from headwater.api.marquez.route import answer, facets_json
from headwater.api.run_json import bar_json, code_json, name_json, runs_json, statement_json
from headwater.api.shapes import answers
from headwater.api.shapes.jobs import JobList, WholeJob
from headwater.errors import Missing
from headwater.lineage.reading.job_pages import JobFilter, JobPage
from headwater.lineage.reading.view import LineageReads, LineageView
from headwater.model.json import JsonObject
from headwater.model.lineage import JobVersion, Name, RunState
from headwater.query.lineage.job_list import JobLine, job_lines, latest_runs, line_of

_TREND: Final = 16
_RUNS_OF_PAGE: Final = 60
_VERSIONS: Final = 20
_MOST_CHILDREN: Final = 200
_INTEGRATION: Final = "HEADWATER"


def job_pages_router(reads: LineageReads, *, lake_jobs: Collection[Name]) -> APIRouter:
    """Return the routes; `lake_jobs` are those that this server runs when it is asked to."""
    router = APIRouter(prefix="/api/v2/lineage", tags=["lineage"])

    @router.get("/jobs", responses=answers(JobList))
    def list_jobs(
        _: Reader,
        namespace: Annotated[str | None, Query(description="Only of this namespace.")] = None,
        words: Annotated[
            str, Query(description="Parts of the name, in any order and case.", max_length=500)
        ] = "",
        state: Annotated[
            RunState | None, Query(description="Only those whose last run is in this state.")
        ] = None,
        limit: Annotated[int, Query(ge=1, le=1_000)] = 50,
        after: Annotated[
            str | None, Query(description="The `next` of the page before this one.")
        ] = None,
    ) -> Response:
        """List jobs of all producers with their latest runs, what changed last first."""
        place = None if after is None else place_of(after)
        asked = tuple(words.split()[:MOST_WORDS])
        with reads.view() as view:
            key = None if namespace is None else view.names.namespace(namespace)
            page = JobPage(keys=[])
            if namespace is None or key is not None:
                wanted = JobFilter(namespace=key, words=asked, state=state)
                page = view.job_pages.page(wanted, limit=limit, after=place)
            is_plain = not asked and state is None and (namespace is None or key is not None)
            lines = job_lines(view, page.keys, most_runs=_TREND)
            return answer(
                {
                    "jobs": [_line_json(line) for line in lines],
                    "next": None if page.next is None else cursor_of(page.next),
                    "total": view.listing.count("job", namespace=key) if is_plain else None,
                    "namespaces": view.listing.namespaces_of_jobs(),
                    "partial": page.is_cut,
                    "reason": "there are many jobs: the next page looks further"
                    if page.is_cut
                    else None,
                }
            )

    @router.get("/job", responses=answers(WholeJob))
    def get_job(
        _: Reader,
        namespace: Annotated[str, Query(description="The namespace of the job.")],
        name: Annotated[str, Query(description="The name of the job, as it was sent.")],
    ) -> Response:
        """Return a job: what it reads and writes, its code, its versions, its latest runs."""
        wanted = Name(namespace, name)
        with reads.view() as view:
            key = view.names.find("job", wanted)
            if key is None:
                raise Missing(f"there is no job {name!r} in namespace {namespace!r}")
            return answer(_whole_json(view, key, is_of_lake=wanted in lake_jobs))

    return router


def _line_json(line: JobLine) -> JsonObject:
    job = line.job
    return {
        **name_json(job.name),
        "parent": None if job.parent is None else name_json(job.parent),
        "description": line.description,
        "tags": list(line.tags),
        "owners": [{"name": name, "type": type_} for name, type_ in line.owners],
        "kind": asdict(line.kind),
        "updated_at": job.updated_at.to_text(),
        "runs": [bar_json(run, state) for run, state in line.runs],
    }


def _whole_json(view: LineageView, key: int, *, is_of_lake: bool) -> JsonObject:
    job = view.jobs.by_keys([key])[key]
    runs = latest_runs(view, key, most=_RUNS_OF_PAGE)
    line = line_of(job, runs)
    last = [run.key for run, _ in runs[:1]]
    children = [
        child for run in last for child in view.families.children_of_run(run, limit=_MOST_CHILDREN)
    ]
    versions = view.jobs.versions(key, limit=_VERSIONS, offset=0)
    states = view.families.effective_states(
        one.latest_run.key for one in versions if one.latest_run is not None
    )
    return {
        **_line_json(line),
        "created_at": job.created_at.to_text(),
        "version": job.version,
        "inputs": [name_json(one) for one in job.inputs],
        "outputs": [name_json(one) for one in job.outputs],
        "sql": statement_json(job.facets),
        "code": code_json(job.facets),
        "versions": [_version_json(one, states) for one in versions],
        "run_count": view.runs.count_of_job(key),
        "children": runs_json(view, children),
        "facets": facets_json(job.facets),
        "runs_here": _runs_here(line, is_of_lake),
    }


def _runs_here(line: JobLine, is_of_lake: bool) -> Literal["job", "pipeline"] | None:
    if is_of_lake:
        return "job"
    kind = line.kind
    is_pipeline = kind.kind == "PIPELINE" and kind.integration == _INTEGRATION
    return "pipeline" if is_pipeline else None


def _version_json(one: JobVersion, states: dict[int, RunState]) -> JsonObject:
    run = one.latest_run
    return {
        "version": one.version,
        "created_at": one.created_at.to_text(),
        "location": one.location,
        "inputs": [name_json(name) for name in one.inputs],
        "outputs": [name_json(name) for name in one.outputs],
        "latest_run": None if run is None else bar_json(run, states[run.key]),
    }
