"""`/api/v2/lineage/diff`: what changed between two times, or between two runs of a job."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from headwater.api.access import Reader
from headwater.api.difference_shapes import difference_json
from headwater.api.marquez.route import answer
from headwater.api.shapes import answers
from headwater.api.shapes.lineage import LineageDifference
from headwater.errors import Invalid
from headwater.lineage.reading.view import LineageReads
from headwater.model.lineage import Moment, Name
from headwater.query.lineage.graph import MOST_NODES, Budget
from headwater.query.lineage.nodes import parse_node
from headwater.query.lineage.run_comparison import RunComparisons
from headwater.query.lineage.time_difference import TimeDifferences
from headwater.query.lineage.walk import Towards
from headwater.query.lineage.whole_difference import END_OF_TIME
from headwater.wire.openlineage.times import read_time

_HINT = "give from, with node or without, or from_run and to_run"


def differences_router(reads: LineageReads) -> APIRouter:
    """Serve differences."""
    router = APIRouter(prefix="/api/v2/lineage", tags=["lineage"])
    times, runs = TimeDifferences(reads), RunComparisons(reads)

    @router.get("/diff", responses=answers(LineageDifference))
    def get_difference(
        _principal: Reader,
        node: Annotated[
            str | None, Query(description="dataset:NS:NAME or job:NS:NAME; without it everything.")
        ] = None,
        before: Annotated[
            str | None, Query(alias="from", description="The earlier time, ISO 8601.")
        ] = None,
        after: Annotated[
            str | None, Query(alias="to", description="The later time; without it now.")
        ] = None,
        from_run: Annotated[UUID | None, Query(description="The earlier run.")] = None,
        to_run: Annotated[UUID | None, Query(description="The later run of the same job.")] = None,
        job: Annotated[str | None, Query(description="The job, where several share ids.")] = None,
        namespace: Annotated[str | None, Query(description="The namespace of the job.")] = None,
        direction: Annotated[Towards, Query(description="Up to sources, down to uses.")] = "both",
        depth: Annotated[int, Query(ge=0, le=1_000, description="Hops over a job.")] = 5,
        budget: Annotated[int, Query(ge=1, le=MOST_NODES, description="Most nodes.")] = 2_000,
    ) -> Response:
        """Return nodes, edges and columns that came or went, and who says something else.

        Between two times it compares the graph around a node, or without one the whole graph;
        between two runs what they did.
        """
        if from_run is not None and to_run is not None:
            name = None if job is None else Name(namespace or "headwater", job)
            found = runs.of(from_run, to_run, job=name).difference
        elif before is not None and from_run is None and to_run is None:
            found = times.of(
                None if node is None else parse_node(node),
                before=_moment("from", before),
                after=END_OF_TIME if after is None else _moment("to", after),
                towards=direction,
                depth=depth,
                budget=Budget(nodes=budget),
            )
        else:
            raise Invalid("nothing to compare is named", hint=_HINT)
        return answer(difference_json(found))

    return router


def _moment(name: str, text: str) -> Moment:
    read = read_time(text.replace(" ", "+") if "T" in text else text)
    if read is None:
        raise Invalid(
            f"{name} {text!r} is no time", path=f"/{name}", hint="write 2026-11-21T08:00:00Z"
        )
    return Moment(read.seconds, read.nanoseconds)
