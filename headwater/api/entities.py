"""`/api/v2/entity`: what people say of namespaces, jobs, datasets, columns; deletes, undeletes.

An entity is named by its node: `namespace:NS`, `job:NS:NAME`, `dataset:NS:NAME`, or
`datasetField:NS:NAME:COLUMN` for a column of a dataset.
"""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from headwater.api.access import Administrator, Reader, Writer
from headwater.api.cursors import name_cursor, name_of
from headwater.api.entity_json import deleted_json, entity_json
from headwater.api.marquez.route import answer
from headwater.errors import Unprocessable
from headwater.ingest.events import EventDoor
from headwater.lineage.commands import VERBS, Command, Verb
from headwater.lineage.reading.hidden import Entity
from headwater.lineage.reading.notes import Noted
from headwater.lineage.reading.view import LineageReads
from headwater.model.principal import Principal
from headwater.query.lineage.places import Place, find_place
from headwater.query.lineage.sayings import sayings_of
from headwater.wire.openlineage.times import read_time

_MOST_NAME: Final = 1_024
_MOST_TEXT: Final = 65_536

Node = Annotated[
    str, Query(description="namespace:NS, job:NS:NAME, dataset:NS:NAME or datasetField:NS:NAME:C.")
]
At = Annotated[str | None, Query(description="The time that decides [default: now].")]
Said = Annotated[str | None, Query(alias="at", description="The time to note [default: now].")]
Tag = Annotated[str, Query(min_length=1, max_length=_MOST_NAME, description="The tag.")]
Owner = Annotated[str, Query(min_length=1, max_length=_MOST_NAME, description="Who owns it.")]


class Description(BaseModel):
    """A description; Markdown is fine."""

    description: str = Field(min_length=1, max_length=_MOST_TEXT)


def entities_router(reads: LineageReads, door: EventDoor) -> APIRouter:
    """Serve what people say."""
    router = APIRouter(prefix="/api/v2", tags=["lineage"])
    desk = _Desk(reads, door)

    @router.get("/entity")
    def get_entity(_principal: Reader, node: Node) -> Response:
        """Return descriptions, tags, owners and columns, each with who says so; hidden ones too."""
        return desk.show(node)

    @router.put("/entity/tags")
    def put_tag(principal: Writer, node: Node, tag: Tag, at: At = None) -> Response:
        """Give a job, a dataset or a column a tag; it stays until somebody takes it back."""
        return desk.say("tag", node, principal, item=tag, at=at)

    @router.delete("/entity/tags")
    def delete_tag(principal: Writer, node: Node, tag: Tag, at: At = None) -> Response:
        """Take a tag back, also one that events give: events then cannot bring it back."""
        return desk.say("untag", node, principal, item=tag, at=at)

    @router.put("/entity/owners")
    def put_owner(
        principal: Writer,
        node: Node,
        owner: Owner,
        type_: Annotated[
            str | None, Query(alias="type", max_length=_MOST_NAME, description="As what.")
        ] = None,
        at: At = None,
    ) -> Response:
        """Name an owner of a job or dataset, or the one owner of a namespace."""
        return desk.say("own", node, principal, item=owner, values={"type": type_}, at=at)

    @router.delete("/entity/owners")
    def delete_owner(principal: Writer, node: Node, owner: Owner, at: At = None) -> Response:
        """Say that somebody owns a job or dataset no more, whatever events say."""
        return desk.say("disown", node, principal, item=owner, at=at)

    @router.put("/entity/description")
    def put_description(
        principal: Writer, node: Node, body: Description, at: At = None
    ) -> Response:
        """Describe it; what a person says counts before what events say."""
        return desk.say("describe", node, principal, values=body.model_dump(), at=at)

    @router.delete("/entity/description")
    def delete_description(principal: Writer, node: Node, at: At = None) -> Response:
        """Take the description of a person back, so that events describe it again."""
        return desk.say("describe", node, principal, values={"description": None}, at=at)

    @router.delete("/entity")
    def delete_entity(principal: Writer, node: Node, at: Said = None) -> Response:
        """Hide it until an event names it or somebody brings it back; a namespace hides its own."""
        return desk.say("delete", node, principal, at=at)

    @router.post("/entity/undelete")
    def undelete_entity(principal: Writer, node: Node, at: Said = None) -> Response:
        """Bring it back; a namespace with all that went with it."""
        return desk.say("undelete", node, principal, at=at)

    @router.post("/entity/erase")
    def erase_entity(
        principal: Administrator,
        node: Node,
        trial: Annotated[bool, Query(description="Only count.")] = False,
    ) -> Response:
        """Blank every event that names it and what people said of it, for good."""
        with reads.view() as view:
            place = find_place(view, node)
        command = _command("erase", place, item="", values={})
        erased = door.erase(command, principal=principal, is_trial=trial)
        return answer({"entries": erased.entries, "mentioned": erased.is_mentioned, "trial": trial})

    @router.get("/deleted")
    def list_deleted(
        _principal: Reader,
        kind: Annotated[Noted, Query(description="Of which kind.")] = "dataset",
        limit: Annotated[int, Query(ge=0, le=10_000)] = 100,
        offset: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0,
        after: Annotated[str | None, Query(description="`next` of the page before.")] = None,
    ) -> Response:
        """List what is hidden, by name, with who hid it and when."""
        place = None if after is None else name_of(after)
        with reads.view() as view:
            found = view.hidden.page(kind, limit=limit + 1, offset=offset, after=place)
        shown = found[:limit]
        following = name_cursor(shown[-1].name) if shown and len(found) > limit else None
        return answer({"deleted": [deleted_json(one) for one in shown], "next": following})

    return router


class _Desk:
    """Resolves a node, writes a command about it and shows what is said of it then."""

    def __init__(self, reads: LineageReads, door: EventDoor) -> None:
        self._reads = reads
        self._door = door

    def show(self, node: str) -> Response:
        with self._reads.view() as view:
            place = find_place(view, node)
            return answer(entity_json(place.entity, sayings_of(view, place.entity)))

    def say(
        self,
        verb: Verb,
        node: str,
        principal: Principal,
        *,
        item: str = "",
        values: dict[str, str | None] | None = None,
        at: str | None = None,
    ) -> Response:
        if at is not None and read_time(at.replace(" ", "+")) is None:
            raise Unprocessable(f"at is not a time: {at!r}", hint="2026-11-21T02:29:00Z")
        with self._reads.view() as view:
            place = find_place(view, node)
        command = _command(verb, place, item=item, values=values or {})
        if at is not None:
            command = command.stamped(at=at.replace(" ", "+"), actor="")
        self._door.command(command, principal=principal)
        return self.show(node)


def _command(verb: Verb, place: Place, *, item: str, values: dict[str, str | None]) -> Command:
    entity: Entity = place.entity
    if entity.kind not in VERBS[verb]:
        raise Unprocessable(
            f"a {entity.kind} cannot be said to {verb}", hint=f"one can {verb} {VERBS[verb]}"
        )
    if place.column and verb not in ("tag", "untag", "describe"):
        raise Unprocessable(
            f"one cannot {verb} a column", hint="a column has tags and a description"
        )
    return Command(
        verb=verb,
        entity=entity.kind,
        namespace=entity.name.namespace,
        name=entity.name.name,
        column=place.column,
        item=item,
        values=values,
    )
