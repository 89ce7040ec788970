"""What people declare: namespaces with their owners, sources, tags."""

from __future__ import annotations

from fastapi import APIRouter, Response

from headwater.api.access import Writer
from headwater.api.marquez.body import JsonBody, name_in
from headwater.api.marquez.route import MarquezRoute, answer
from headwater.api.marquez.shapes import namespace_json, source_json
from headwater.errors import Missing
from headwater.ingest.events import EventDoor
from headwater.lineage.commands import Command
from headwater.lineage.reading.view import LineageReads


def declarations_router(reads: LineageReads, door: EventDoor) -> APIRouter:
    """Take in namespaces, sources and tags."""
    router = APIRouter(prefix="/api/v1", tags=["marquez"], route_class=MarquezRoute)

    @router.put("/namespaces/{namespace:segment}")
    def put_namespace(principal: Writer, namespace: str, body: JsonBody) -> Response:
        """Declare a namespace with its owner; a description that is left out stays."""
        name = door.kept_name(name_in(namespace))
        values = {"owner": body.needed("ownerName")}
        description = body.text("description")
        if description is not None:
            values["description"] = description
        command = Command(verb="declare", entity="namespace", namespace=name, values=values)
        door.command(command, principal=principal)
        with reads.view() as view:
            found = view.namespaces.find(name)
        if found is None:
            raise Missing(f"Namespace {name!r} not found.")
        return answer(namespace_json(found))

    @router.put("/sources/{source:segment}")
    def put_source(principal: Writer, source: str, body: JsonBody) -> Response:
        """Declare where datasets physically are; replaces what was declared before."""
        name = door.kept_name(name_in(source))
        values = {
            "type": body.needed("type"),
            "url": body.needed("connectionUrl"),
            "description": body.text("description"),
        }
        command = Command(verb="declare", entity="source", name=name, values=values)
        door.command(command, principal=principal)
        with reads.view() as view:
            found = view.sources.find(name)
        if found is None:
            raise Missing(f"Source {name!r} not found.")
        return answer(source_json(found))

    @router.put("/tags/{tag:segment}")
    def put_tag(principal: Writer, tag: str, body: JsonBody) -> Response:
        """Declare a tag and say what it means."""
        name = door.kept_name(name_in(tag))
        values = {"description": body.text("description")}
        command = Command(verb="declare", entity="tag", name=name, values=values)
        door.command(command, principal=principal)
        with reads.view() as view:
            (declared,) = view.notes.declared("tag", name)
        return answer({"name": name, "description": declared.description})

    return router
