"""`/api/v2/trace-search`: traces by what people know of them, with their runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from headwater.api.access import Reader
from headwater.api.marquez.route import answer
from headwater.api.shapes import answers
from headwater.api.shapes.traces import FoundTraces, QualifiedName
from headwater.api.traces import attributes_of, summary_json
from headwater.api.windows import Milliseconds, zoned
from headwater.lineage.reading.view import LineageReads
from headwater.model.lineage import Name
from headwater.model.telemetry import TraceQuery
from headwater.query import trace_search
from headwater.query.trace_search import FoundTrace, TraceSearch
from headwater.telemetry.contract import Traces

_MILLISECOND: Final = 1_000_000


def trace_search_router(reads: LineageReads, traces: Callable[[], Traces]) -> APIRouter:
    """Return the route; `traces` opens the store."""
    router = APIRouter(prefix="/api/v2", tags=["traces"])

    @router.get("/trace-search", responses=answers(FoundTraces))
    def search_traces(
        _: Reader,
        service: Annotated[str | None, Query(description="With a span of this service.")] = None,
        operation: Annotated[str | None, Query(description="With a span of this name.")] = None,
        attribute: Annotated[
            list[str] | None, Query(description="With an attribute, as `key:value`.")
        ] = None,
        run: Annotated[str | None, Query(description="Of this run.")] = None,
        job: Annotated[str | None, Query(description="Of runs of this job.")] = None,
        job_namespace: Annotated[str, Query(description="The namespace of the job.")] = "headwater",
        dataset: Annotated[
            str | None, Query(description="Of runs of jobs that read or write this dataset.")
        ] = None,
        dataset_namespace: Annotated[
            str, Query(description="The namespace of the dataset.")
        ] = "headwater",
        errors: Annotated[bool, Query(description="With a span that failed.")] = False,
        since: datetime | None = None,
        until: datetime | None = None,
        min_ms: Annotated[Milliseconds | None, Query(description="A span that long.")] = None,
        max_ms: Annotated[Milliseconds | None, Query(description="A span no longer.")] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> Response:
        """Find the traces that have a span which is all of this, the latest first.

        Each has the runs that its spans name; `operations` are those of the service, if one is
        asked for.
        """
        attributes = attributes_of(attribute or ())
        if run is not None:
            attributes["openlineage.run_id"] = run.lower()
        query = TraceQuery(
            service=service,
            operation=operation,
            attributes=attributes,
            start=zoned(since, "since"),
            end=zoned(until, "until"),
            shortest=None if min_ms is None else round(min_ms * _MILLISECOND),
            longest=None if max_ms is None else round(max_ms * _MILLISECOND),
            has_error=errors,
            limit=limit,
        )
        found = TraceSearch(traces(), reads).find(
            query,
            job=None if job is None else Name(job_namespace, job),
            dataset=None if dataset is None else Name(dataset_namespace, dataset),
        )
        return answer(_answer_json(found))

    return router


def _answer_json(found: trace_search.FoundTraces) -> dict[str, object]:
    return {
        "traces": [_found_json(one) for one in found.traces],
        "more": found.has_more,
        "services": list(found.services),
        "operations": list(found.operations),
        "partial": found.reason is not None,
        "reason": found.reason,
    }


def _found_json(found: FoundTrace) -> dict[str, object]:
    runs = [{"id": run.id, "job": name_json(run.job), "state": run.own_state} for run in found.runs]
    return {**summary_json(found.summary), "runs": runs}


def name_json(name: Name) -> QualifiedName:
    """Return the name of a job or dataset."""
    return {"namespace": name.namespace, "name": name.name}
