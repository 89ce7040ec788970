"""Soft deletes: what is deleted is hidden until an event names it, or somebody brings it back."""

from __future__ import annotations

from fastapi import APIRouter, Response

from headwater.api.access import Writer
from headwater.api.marquez.body import name_in
from headwater.api.marquez.datasets import find_dataset
from headwater.api.marquez.full_names import find_job
from headwater.api.marquez.jobs import jobs_json
from headwater.api.marquez.route import MarquezRoute, answer
from headwater.api.marquez.shapes import dataset_json, namespace_json
from headwater.errors import Missing
from headwater.ingest.events import EventDoor
from headwater.lineage.commands import Command
from headwater.lineage.reading.view import LineageReads

_SPACE = "/api/v1/namespaces/{namespace:segment}"


def deletions_router(reads: LineageReads, door: EventDoor) -> APIRouter:
    """Delete namespaces, datasets and jobs; each answer is what it was just before."""
    router = APIRouter(tags=["marquez"], route_class=MarquezRoute)

    @router.delete(_SPACE)
    def delete_namespace(principal: Writer, namespace: str) -> Response:
        """Hide a namespace with all that lives in it."""
        name = name_in(namespace)
        with reads.view() as view:
            found = view.namespaces.find(name)
        if found is None:
            raise Missing(f"Namespace {name!r} not found.")
        command = Command(verb="delete", entity="namespace", namespace=name)
        door.command(command, principal=principal)
        return answer(namespace_json(found))

    @router.delete(_SPACE + "/datasets/{dataset:segment}")
    def delete_dataset(principal: Writer, namespace: str, dataset: str) -> Response:
        """Hide a dataset."""
        with reads.view() as view:
            key = find_dataset(view, namespace, dataset)
            found = view.datasets.with_input_facets(view.datasets.by_keys([key])[key])
        name = found.name
        command = Command(verb="delete", entity="dataset", namespace=name.namespace, name=name.name)
        door.command(command, principal=principal)
        return answer(dataset_json(found))

    @router.delete(_SPACE + "/jobs/{job:segment}")
    def delete_job(principal: Writer, namespace: str, job: str) -> Response:
        """Hide a job; its runs can still be asked for by their ids."""
        with reads.view() as view:
            key, _ = find_job(view, namespace, job)
            name = view.names.of("job", [key])[key]
            found = jobs_json(view, [key])[0]
        command = Command(verb="delete", entity="job", namespace=name.namespace, name=name.name)
        door.command(command, principal=principal)
        return answer(found)

    return router
