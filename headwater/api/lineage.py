"""`/api/v2/lineage` and `/api/v2/runs`: where data comes from, what ran and why it failed."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from headwater.api.access import Reader
from headwater.api.lineage_graph import lineage_graph_router
from headwater.api.marquez.route import answer, facets_json
from headwater.api.quality import facts_json, use_json
from headwater.errors import Missing
from headwater.lineage.reading.run_pages import RunFilter
from headwater.lineage.reading.view import LineageReads, LineageView
from headwater.model.json import JsonObject
from headwater.model.lineage import DatasetVersionName, Name, Run, RunState
from headwater.query.lineage.run_facts import use_facts
from headwater.query.lineage.schemas import error_of

_MOST_CHILDREN = 1_000


def lineage_router(reads: LineageReads) -> APIRouter:
    """Serve the lineage graph and runs."""
    router = lineage_graph_router(reads)

    @router.get("/runs")
    def list_runs(
        _principal: Reader,
        namespace: Annotated[str | None, Query(description="The namespace of the job.")] = None,
        job: Annotated[str | None, Query(description="The name of the job as sent.")] = None,
        state: Annotated[RunState | None, Query(description="Only runs in this state.")] = None,
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
            wanted = RunFilter(state=state)
            if job is not None:
                wanted = replace(wanted, job=_job(view, namespace, job))
            elif namespace is not None:
                wanted = replace(wanted, namespace=_namespace(view, namespace))
            page = view.run_pages.page(wanted, limit=limit, offset=offset, after=after)
            return answer({"runs": _runs_json(view, page.keys), "next": page.next})

    @router.get("/runs/{run_id}")
    def get_run(
        _principal: Reader,
        run_id: Annotated[UUID, Path(description="The run's id.")],
        namespace: Annotated[str | None, Query(description="The namespace of the job.")] = None,
        job: Annotated[
            str | None, Query(description="The job, where several share the run's id.")
        ] = None,
    ) -> Response:
        """Return one run with its error, its parent, its children, inputs and outputs."""
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
            return answer(_whole_run_json(view, among[0], [run.job for run in among[1:]]))

    return router


def _namespace(view: LineageView, namespace: str) -> int:
    key = view.names.namespace(namespace)
    if key is None:
        raise Missing(f"there is no namespace {namespace!r}")
    return key


def _wanted(
    view: LineageView, namespace: str | None, job: str | None, state: RunState | None
) -> RunFilter:
    """Return the filter that names stand for; a job without a namespace is one of the lake."""
    if job is not None:
        return RunFilter(job=_job(view, namespace, job), state=state)
    if namespace is None:
        return RunFilter(state=state)
    key = view.names.namespace(namespace)
    if key is None:
        raise Missing(f"there is no namespace {namespace!r}")
    return RunFilter(namespace=key, state=state)


def _job(view: LineageView, namespace: str | None, job: str) -> int:
    name = Name(namespace or "headwater", job)
    key = view.names.find("job", name)
    if key is None:
        raise Missing(f"there is no job {job!r} in namespace {name.namespace!r}")
    return key


def _runs_json(view: LineageView, keys: list[int]) -> list[JsonObject]:
    runs = view.runs.by_keys(keys, is_whole=False)
    facets = view.facets.of_runs(keys, only=("errorMessage",))
    states = view.families.effective_states(keys)
    return [
        _run_json(runs[key], states[key]) | {"error": _error_json(facets.get(key, {}))}
        for key in keys
    ]


def _whole_run_json(view: LineageView, run: Run, others: list[Name]) -> JsonObject:
    children = view.families.children_of_run(run.key, limit=_MOST_CHILDREN)
    states = view.families.effective_states([run.key])
    return {
        **_run_json(run, states[run.key]),
        "error": _error_json(run.facets),
        **facts_json(run.facets),
        "inputs": [_use_json(use) for use in run.inputs],
        "outputs": [_use_json(use) for use in run.outputs],
        "children": _runs_json(view, children),
        "same_id": [_name_json(name) for name in others],
        "facets": facets_json(run.facets),
    }


def _use_json(use: DatasetVersionName) -> JsonObject:
    facts = use_json(use_facts(use.facets))
    return _name_json(use.dataset) | {"version": use.version} | facts


def _run_json(run: Run, state: RunState) -> JsonObject:
    parent = run.parent
    times = {
        "started_at": None if run.started_at is None else run.started_at.to_text(),
        "ended_at": None if run.ended_at is None else run.ended_at.to_text(),
    }
    return {
        "id": run.id,
        "job": _name_json(run.job),
        "state": state,
        "own_state": run.own_state,
        "warning": run.has_warning,
        **times,
        "duration_ms": run.duration_milliseconds,
        "parent": None if parent is None else {"id": parent.id, "job": _name_json(parent.job)},
    }


def _error_json(facets: Any) -> JsonObject | None:
    error = error_of(facets)
    if error is None:
        return None
    return {
        "message": error.message,
        "language": error.language,
        "stack_trace": error.stack_trace,
    }


def _name_json(name: Name) -> JsonObject:
    return {"namespace": name.namespace, "name": name.name}
