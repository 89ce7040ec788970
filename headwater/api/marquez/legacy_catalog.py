"""Marquez's deprecated PUTs of datasets and jobs: they act as events, and tags as commands."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response

from headwater.api.access import Writer
from headwater.api.marquez.body import Body, JsonBody, name_in, written_at
from headwater.api.marquez.datasets import find_dataset
from headwater.api.marquez.full_names import find_job
from headwater.api.marquez.jobs import jobs_json
from headwater.api.marquez.legacy_events import (
    Members,
    Stated,
    dataset_event,
    job_event,
    run_event,
)
from headwater.api.marquez.route import MarquezRoute, answer
from headwater.api.marquez.shapes import DATASET_FACET, JOB_FACET, dataset_json
from headwater.errors import Malformed, Missing
from headwater.ingest.events import EventDoor
from headwater.lineage.commands import Command
from headwater.lineage.reading.view import LineageReads, LineageView
from headwater.model.lineage import Name, Run, Source

DATASET_TYPES: Final = ("DB_TABLE", "STREAM")
JOB_TYPES: Final = ("BATCH", "STREAM", "SERVICE")

_SPACE = "/api/v1/namespaces/{namespace:segment}"


def legacy_catalog_router(reads: LineageReads, door: EventDoor) -> APIRouter:
    """Take in datasets and jobs as clients of the old API write them."""
    router = APIRouter(tags=["marquez"], route_class=MarquezRoute)

    @router.put(_SPACE + "/datasets/{dataset:segment}")
    def put_dataset(principal: Writer, namespace: str, dataset: str, body: JsonBody) -> Response:
        """Declare a dataset: a new version of it, made by the run that `runId` names, if any."""
        name = _kept(door, namespace, dataset)
        run_id = body.uuid("runId")
        with reads.view() as view:
            _need_namespace(view, name.namespace)
            source = _source(view, body.needed("sourceName"))
            run = None if run_id is None else _run(view, run_id)
        stated = Stated(name=name, facets=_dataset_facets(body, source))
        at = written_at(door.next_time())
        if run is None:
            event = dataset_event(stated, at=at, by=principal)
        else:
            event = run_event(
                None, at=at, by=principal, run_id=run.id, job=run.job, outputs=[stated]
            )
        door.tell(_tags(name, body), events=[event], principal=principal)
        with reads.view() as view:
            key = find_dataset(view, name.namespace, name.name)
            found = view.datasets.with_input_facets(view.datasets.by_keys([key])[key])
        return answer(dataset_json(found))

    @router.put(_SPACE + "/jobs/{job:segment}")
    def put_job(principal: Writer, namespace: str, job: str, body: JsonBody) -> Response:
        """Declare a job with what it reads and writes, also as what the run `runId` did."""
        name = _kept(door, namespace, job)
        facets = _job_facets(body)
        inputs, outputs = (_names(body, side) for side in ("inputs", "outputs"))
        run_id = body.uuid("runId")
        with reads.view() as view:
            _need_namespace(view, name.namespace)
            for dataset in (*inputs, *outputs):
                find_dataset(view, dataset.namespace, dataset.name)
            name = _known_as(view, name)
            run = None if run_id is None else _run(view, run_id, job=name)
        at = written_at(door.next_time())
        stated = Stated(name=name, facets=facets)
        events = [job_event(stated, at=at, by=principal, inputs=inputs, outputs=outputs)]
        if run is not None:
            events.append(
                run_event(
                    None,
                    at=at,
                    by=principal,
                    run_id=run.id,
                    job=run.job,
                    inputs=[Stated(name=dataset) for dataset in inputs],
                    outputs=[Stated(name=dataset) for dataset in outputs],
                )
            )
        door.tell([], events=events, principal=principal)
        with reads.view() as view:
            key, _ = find_job(view, name.namespace, name.name)
            return answer(jobs_json(view, [key])[0])

    return router


def _kept(door: EventDoor, namespace: str, name: str) -> Name:
    return Name(door.kept_name(name_in(namespace)), door.kept_name(name_in(name)))


def _need_namespace(view: LineageView, namespace: str) -> None:
    if view.names.namespace(namespace) is None:
        raise Missing(f"Namespace {namespace!r} not found.")


def _source(view: LineageView, name: str) -> Source:
    source = view.sources.find(name)
    if source is None:
        raise Missing(f"Source {name!r} not found.")
    return source


def _run(view: LineageView, run_id: str, *, job: Name | None = None) -> Run:
    """Find a run, of one job if it is given; raises `Missing` as Marquez does."""
    keys = view.runs.keys_by_id(UUID(run_id))
    runs = view.runs.by_keys(keys, is_whole=False)
    for key in keys:
        if job in (None, runs[key].job):
            return runs[key]
    raise Missing(f"Run '{run_id}' not found.")


def _known_as(view: LineageView, name: Name) -> Name:
    """Return the name under which a job is stored; one that runs under another is `a.b` here."""
    try:
        key, _ = find_job(view, name.namespace, name.name)
    except Missing:
        return name
    return view.names.of("job", [key])[key]


def _dataset_facets(body: Body, source: Source) -> dict[str, Members | None]:
    own = {
        "type": body.word("type", DATASET_TYPES),
        "physicalName": body.needed("physicalName"),
        "schemaLocation": body.text("schemaLocation"),
    }
    fields = [
        {
            name: value
            for name, value in (
                ("name", field.needed("name")),
                ("type", field.text("type")),
                ("description", field.text("description")),
            )
            if value is not None
        }
        for field in body.objects("fields")
    ]
    return {
        DATASET_FACET: {key: value for key, value in own.items() if value is not None},
        "schema": {"fields": fields},
        "dataSource": {"name": source.name, "uri": source.connection_url},
        "documentation": _documentation(body),
    }


def _job_facets(body: Body) -> dict[str, Members | None]:
    location = body.text("location")
    for side in ("inputs", "outputs"):
        if body.members.get(side) is None:
            raise Malformed(f"{side} must not be null", path=f"/{side}")
    return {
        JOB_FACET: {"type": body.word("type", JOB_TYPES)},
        "sourceCodeLocation": None if location is None else {"type": "url", "url": location},
        "documentation": _documentation(body),
    }


def _documentation(body: Body) -> Members | None:
    text = body.text("description")
    return None if text is None else {"description": text}


def _names(body: Body, side: str) -> list[Name]:
    return [Name(item.needed("namespace"), item.needed("name")) for item in body.objects(side)]


def _tags(name: Name, body: Body) -> list[Command]:
    """Return what a PUT says of tags; those it leaves out stay, as in Marquez."""
    pairs = [("", tag) for tag in body.texts("tags")]
    for field in body.objects("fields"):
        pairs += [(field.needed("name"), tag.upper()) for tag in field.texts("tags")]
    return [
        Command(
            verb="tag",
            entity="dataset",
            namespace=name.namespace,
            name=name.name,
            column=column,
            item=tag,
        )
        for column, tag in pairs
    ]
