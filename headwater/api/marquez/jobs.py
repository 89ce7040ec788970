"""Jobs, their versions and their runs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Annotated, Final, cast, get_args
from urllib.parse import quote

import msgspec
from fastapi import APIRouter, Query, Request, Response

from headwater.api.access import Reader
from headwater.api.marquez.full_names import FullName, find_job, full_names, is_same, unsanitised
from headwater.api.marquez.route import (
    Limit,
    MarquezRoute,
    Offset,
    answer,
    json_bytes,
    one_of,
    page_of,
    uuid_of,
)
from headwater.api.marquez.run_texts import RunTexts
from headwater.api.marquez.shapes import job_json, job_version_json, run_json
from headwater.errors import Missing
from headwater.lineage.reading.memory import Shelf
from headwater.lineage.reading.rows import to_bytes
from headwater.lineage.reading.view import LineageReads, LineageView
from headwater.model.lineage import RunState

LATEST_RUNS: Final = 10
_Written = tuple[FullName, bytes]
_WRITTEN: Final[Shelf[_Written]] = Shelf("job in Marquez's JSON", "reader", most=2_000)
_ALL: Final = 2**31 - 1
_STATES: Final = (*get_args(RunState), "OTHER")

LastRunStates = Annotated[
    list[str] | None, Query(alias="lastRunStates", description="Only jobs whose last run is so.")
]


def jobs_router(reads: LineageReads) -> APIRouter:
    """Serve jobs."""
    router = APIRouter(prefix="/api/v1", tags=["marquez"], route_class=MarquezRoute)

    @router.get("/jobs")
    def list_all_jobs(
        _principal: Reader,
        states: LastRunStates = None,
        limit: Limit = None,
        offset: Offset = None,
    ) -> Response:
        """List the jobs of all namespaces, what changed last first."""
        with reads.view() as view:
            return _page(view, None, states, page_of(limit, offset))

    @router.get("/namespaces/{namespace:segment}/jobs")
    def list_jobs(
        _principal: Reader,
        namespace: str,
        states: LastRunStates = None,
        limit: Limit = None,
        offset: Offset = None,
    ) -> Response:
        """List the jobs of a namespace; of one that is not known there are none."""
        page = page_of(limit, offset)
        with reads.view() as view:
            for name in (namespace, *unsanitised(view, namespace)):
                key = view.names.namespace(name)
                if key is not None:
                    return _page(view, key, states, page)
        return answer({"totalCount": 0, "jobs": []})

    @router.get("/namespaces/{namespace:segment}/jobs/{job:segment}")
    def get_job(request: Request, _principal: Reader, namespace: str, job: str) -> Response:
        """Return one job; by the name it was sent with, 301 to its full name."""
        with reads.view() as view:
            key, full = find_job(view, namespace, job)
            if not is_same(full.name, job):
                return _moved(request, full.name)
            return answer(jobs_json(view, [key])[0])

    return router


def job_history_router(reads: LineageReads) -> APIRouter:
    """Serve the runs and the versions of a job."""
    router = APIRouter(
        prefix="/api/v1/namespaces/{namespace:segment}/jobs/{job:segment}",
        tags=["marquez"],
        route_class=MarquezRoute,
    )

    @router.get("/runs")
    def list_runs(
        request: Request,
        _principal: Reader,
        namespace: str,
        job: str,
        limit: Limit = None,
        offset: Offset = None,
    ) -> Response:
        """List the runs of a job, the newest first."""
        most, skipped = page_of(limit, offset)
        with reads.view() as view:
            key, full = find_job(view, namespace, job)
            if not is_same(full.name, job):
                return _moved(request, full.name)
            keys = view.runs.keys_of_job(key, limit=most, offset=skipped)
            runs = view.runs.by_keys(keys)
            total = view.runs.count_of_job(key)
        page = [run_json(runs[run], {key: full}) for run in keys]
        return answer({"runs": page, "totalCount": total})

    @router.get("/versions")
    def list_versions(
        request: Request,
        _principal: Reader,
        namespace: str,
        job: str,
        limit: Limit = None,
        offset: Offset = None,
    ) -> Response:
        """List the versions of a job, the one that ran last first."""
        most, skipped = page_of(limit, offset)
        with reads.view() as view:
            key, full = find_job(view, namespace, job)
            if not is_same(full.name, job):
                return _moved(request, full.name)
            page = view.jobs.versions(key, limit=most, offset=skipped)
        versions = [job_version_json(version, full, {key: full}) for version in page]
        return answer({"versions": versions, "totalCount": len(versions)})

    @router.get("/versions/{version:segment}")
    def get_version(
        request: Request, _principal: Reader, namespace: str, job: str, version: str
    ) -> Response:
        """Return one version of a job."""
        wanted = str(uuid_of(version))
        with reads.view() as view:
            key, full = find_job(view, namespace, job)
            if not is_same(full.name, job):
                return _moved(request, full.name)
            for found in view.jobs.versions(key, limit=_ALL, offset=0):
                if found.version == wanted:
                    return answer(job_version_json(found, full, {key: full}))
        raise Missing(f"Job version '{version}' not found.")

    return router


def jobs_json(view: LineageView, keys: Sequence[int]) -> list[msgspec.Raw]:
    """Return jobs with their latest runs as JSON; what did not change is remembered.

    Two things can change without an event of the job or of what it reads: the name of a parent,
    which is compared, and a hidden dataset that an event of another job brings back.
    """
    names = full_names(view, keys)
    if view.listing.has_hidden("dataset"):
        written = _written(view, keys, names)
        return [msgspec.Raw(written[key][1]) for key in keys]
    written = view.recall.of(_WRITTEN, keys, lambda missing: _written(view, missing, names))
    renamed = [key for key in keys if written[key][0] != names[key]]
    if renamed:
        written |= view.recall.renew(_WRITTEN, _written(view, renamed, names))
    return [msgspec.Raw(written[key][1]) for key in keys]


def _written(
    view: LineageView, keys: Collection[int], names: Mapping[int, FullName]
) -> dict[int, _Written]:
    """Write jobs as JSON, a fixed number of statements for any number."""
    jobs = view.jobs.by_keys(keys)
    runs = RunTexts(view.run_batches.latest(keys, LATEST_RUNS), names)
    return {key: (names[key], json_bytes(job_json(jobs[key], runs.of(key), names))) for key in keys}


def _page(
    view: LineageView,
    namespace: int | None,
    states: Iterable[str] | None,
    page: tuple[int, int],
) -> Response:
    wanted = [one_of("lastRunStates", state, _STATES) for state in states or ()]
    known = [cast("RunState", state) for state in wanted if state in get_args(RunState)]
    keys = view.jobs.page(namespace=namespace, last_states=known, limit=page[0], offset=page[1])
    total = view.listing.count("job", namespace=namespace)
    return answer({"totalCount": total, "jobs": jobs_json(view, keys)})


def _moved(request: Request, name: str) -> Response:
    """Point to the full name of a job, keeping what stands behind it in the path."""
    path = request.scope["raw_path"].decode("ascii", "surrogateescape")
    head, _, rest = path.partition("/jobs/")
    _, slash, behind = rest.partition("/")
    query = f"?{request.url.query}" if request.url.query else ""
    target = quote(to_bytes(name), safe="")
    location = f"{head}/jobs/{target}{slash}{behind}{query}"
    return Response(status_code=301, headers={"Location": location})
