"""Marquez's deprecated way to make runs and to move them on: each call acts as a run event."""

from __future__ import annotations

from typing import Annotated, Final
from urllib.parse import quote
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Response

from headwater.api.access import Writer
from headwater.api.marquez.arguments import RUN_FACET
from headwater.api.marquez.body import Body, JsonBody, instant_in, written_at
from headwater.api.marquez.full_names import find_job, full_names
from headwater.api.marquez.legacy_events import Members, Stated, Transition, run_event
from headwater.api.marquez.route import MarquezRoute, answer, uuid_of
from headwater.api.marquez.shapes import run_json
from headwater.errors import Malformed, Missing
from headwater.ingest.events import EventDoor
from headwater.lineage.reading.view import LineageReads
from headwater.model.lineage import Name
from headwater.model.principal import Principal

_TRANSITIONS: Final[tuple[tuple[str, Transition], ...]] = (
    ("start", "START"),
    ("complete", "COMPLETE"),
    ("fail", "FAIL"),
    ("abort", "ABORT"),
)

At = Annotated[str | None, Query(description="When it happened; now, unless it is given.")]


def legacy_runs_router(reads: LineageReads, door: EventDoor) -> APIRouter:
    """Take in runs as clients of the old API write them."""
    router = APIRouter(prefix="/api/v1", tags=["marquez"], route_class=MarquezRoute)
    for word, kind in _TRANSITIONS:
        _add_transition(router, word, kind, reads=reads, door=door)

    @router.post("/namespaces/{namespace:segment}/jobs/{job:segment}/runs")
    def create_run(principal: Writer, namespace: str, job: str, body: JsonBody) -> Response:
        """Make a run known before it starts; it reads what the job reads now."""
        run_id = body.uuid("id") or str(uuid4())
        facets = _facets(body)
        with reads.view() as view:
            key, full = find_job(view, namespace, job)
            if view.runs.keys_by_id(UUID(run_id)):
                raise Malformed(
                    f"Run '{run_id}' already exists for {full.name!r} under namespace"
                    f" {full.namespace!r}."
                )
            found = view.jobs.by_keys([key])[key]
        event = run_event(
            None,
            at=written_at(door.next_time()),
            by=principal,
            run_id=run_id,
            job=found.name,
            facets=facets,
            inputs=[Stated(name=name) for name in found.inputs],
        )
        door.tell([], events=[event], principal=principal)
        made = _shown(reads, run_id, found.name)
        made.status_code = 201
        made.headers["Location"] = f"/api/v1/jobs/runs/{quote(run_id)}"
        return made

    return router


def _add_transition(
    router: APIRouter, word: str, kind: Transition, *, reads: LineageReads, door: EventDoor
) -> None:
    def move(principal: Writer, run_id: str, at: At = None) -> Response:
        return _moved(run_id, kind, at, by=principal, to=(reads, door))

    move.__doc__ = f"Say that a run is at {kind}, at the time given."
    move.__name__ = f"{word}_run"
    router.add_api_route(f"/jobs/runs/{{run_id:segment}}/{word}", move, methods=["POST"])


def _moved(
    run_id: str,
    kind: Transition,
    at: str | None,
    *,
    by: Principal,
    to: tuple[LineageReads, EventDoor],
) -> Response:
    reads, door = to
    wanted = uuid_of(run_id)
    time = instant_in(at) or written_at(door.next_time())
    with reads.view() as view:
        keys = view.runs.keys_by_id(wanted)
        if not keys:
            raise Missing(f"Run '{wanted}' not found.")
        job = view.runs.by_keys(keys[:1], is_whole=False)[keys[0]].job
    event = run_event(kind, at=time, by=by, run_id=str(wanted), job=job)
    door.tell([], events=[event], principal=by)
    return _shown(reads, str(wanted), job)


def _shown(reads: LineageReads, run_id: str, job: Name) -> Response:
    with reads.view() as view:
        runs = view.runs.by_keys(view.runs.keys_by_id(UUID(run_id)))
        run = next(run for run in runs.values() if run.job == job)
        return answer(run_json(run, full_names(view, [run.job_key])))


def _facets(body: Body) -> dict[str, Members | None]:
    facets: dict[str, Members | None] = {}
    nominal = {
        name: value
        for name in ("nominalStartTime", "nominalEndTime")
        if (value := body.time(name)) is not None
    }
    if nominal:
        facets["nominalTime"] = nominal
    args = body.member("args")
    given = {} if args is None else {name: args.text(name) for name in args.members}
    return {**facets, RUN_FACET: {"args": given}}
