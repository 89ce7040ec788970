"""`/api/v2/lineage` and `/api/v2/runs`: where data comes from, what ran and why it failed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from headwater.api.access import Reader
from headwater.api.lineage_graph import lineage_graph_router
from headwater.api.marquez.route import answer
from headwater.api.run_json import runs_json, whole_run_json
from headwater.api.shapes import answers
from headwater.api.shapes.runs import RunList, WholeRun
from headwater.api.windows import moment_of
from headwater.errors import Missing
from headwater.lineage.reading.run_pages import RunFilter
from headwater.lineage.reading.view import LineageReads, LineageView
from headwater.model.lineage import Moment, Name, RunState

MOST_WORDS: Final = 8


def lineage_router(reads: LineageReads) -> APIRouter:
    """Serve the lineage graph and runs."""
    router = lineage_graph_router(reads)

    @router.get("/runs", responses=answers(RunList))
    def list_runs(
        _principal: Reader,
        namespace: Annotated[str | None, Query(description="The namespace of the job.")] = None,
        job: Annotated[str | None, Query(description="The name of the job as sent.")] = None,
        words: Annotated[
            str,
            Query(description="Parts of the job's name, in any order and case.", max_length=500),
        ] = "",
        state: Annotated[RunState | None, Query(description="Only runs in this state.")] = None,
        since: Annotated[
            datetime | None, Query(description="Ended from then on, or under way.")
        ] = None,
        until: Annotated[
            datetime | None, Query(description="Ended before then, or begun and under way.")
        ] = None,
        limit: Annotated[int, Query(ge=0, le=10_000)] = 50,
        offset: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0,
        after: Annotated[
            str | None, Query(description="The `next` of the page before this one.")
        ] = None,
    ) -> Response:
        """List runs, the newest first; `state` is the worst of a run's own and its children's.

        `next` is the cursor of the page that follows, null on the last one.
        """
        with reads.view() as view:
            wanted = RunFilter(
                state=state,
                since=_moment(since, "since"),
                until=_moment(until, "until"),
                words=tuple(words.split()[:MOST_WORDS]),
            )
            if job is not None:
                wanted = replace(wanted, job=_job(view, namespace, job))
            elif namespace is not None:
                wanted = replace(wanted, namespace=_namespace(view, namespace))
            page = view.run_pages.page(wanted, limit=limit, offset=offset, after=after)
            return answer({"runs": runs_json(view, page.keys), "next": page.next})

    @router.get("/runs/{run_id}", responses=answers(WholeRun))
    def get_run(
        _principal: Reader,
        run_id: Annotated[UUID, Path(description="The run's id.")],
        namespace: Annotated[str | None, Query(description="The namespace of the job.")] = None,
        job: Annotated[
            str | None, Query(description="The job, where several share the run's id.")
        ] = None,
    ) -> Response:
        """Return one run with its error, its parent, its children, inputs, outputs and facets."""
        with reads.view() as view:
            keys = view.runs.keys_by_id(run_id)
            runs = view.runs.by_keys(keys)
            among = [
                runs[key]
                for key in keys
                if job in (None, runs[key].job.name)
                and namespace in (None, runs[key].job.namespace)
            ]
            if not among:
                raise Missing(f"there is no run {run_id}" + (f" of job {job!r}" if job else ""))
            return answer(whole_run_json(view, among[0], [run.job for run in among[1:]]))

    return router


def _namespace(view: LineageView, namespace: str) -> int:
    key = view.names.namespace(namespace)
    if key is None:
        raise Missing(f"there is no namespace {namespace!r}")
    return key


def _moment(time: datetime | None, name: str) -> Moment | None:
    return None if time is None else moment_of(time, name)


def _job(view: LineageView, namespace: str | None, job: str) -> int:
    name = Name(namespace or "headwater", job)
    key = view.names.find("job", name)
    if key is None:
        raise Missing(f"there is no job {job!r} in namespace {name.namespace!r}")
    return key
