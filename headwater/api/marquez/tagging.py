"""Tags that people give to datasets, to their columns, and to jobs."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Response

from headwater.api.access import Writer
from headwater.api.marquez.body import name_in
from headwater.api.marquez.datasets import find_dataset
from headwater.api.marquez.full_names import find_job
from headwater.api.marquez.jobs import jobs_json
from headwater.api.marquez.route import MarquezRoute, answer
from headwater.api.marquez.shapes import dataset_json
from headwater.errors import Missing
from headwater.ingest.events import EventDoor
from headwater.lineage.commands import Command, Entity, Verb
from headwater.lineage.reading.view import LineageReads, LineageView
from headwater.model.lineage import Name
from headwater.model.principal import Principal
from headwater.query.lineage.descriptions import tags_of
from headwater.query.lineage.schemas import fields_of

_SPACE = "/api/v1/namespaces/{namespace:segment}"
_DATASET = _SPACE + "/datasets/{dataset:segment}"


def tagging_router(reads: LineageReads, door: EventDoor) -> APIRouter:
    """Take in tags."""
    router = APIRouter(tags=["marquez"], route_class=MarquezRoute)
    tagging = _Tagging(reads, door)

    @router.post(_DATASET + "/tags/{tag:segment}")
    def tag_dataset(principal: Writer, namespace: str, dataset: str, tag: str) -> Response:
        """Give a dataset a tag."""
        return tagging.dataset("tag", (namespace, dataset), name_in(tag), principal)

    @router.delete(_DATASET + "/tags/{tag:segment}")
    def untag_dataset(principal: Writer, namespace: str, dataset: str, tag: str) -> Response:
        """Take a tag from a dataset, also one that events give it."""
        return tagging.dataset("untag", (namespace, dataset), name_in(tag), principal)

    @router.post(_DATASET + "/fields/{field:segment}/tags/{tag:segment}")
    def tag_field(
        principal: Writer, namespace: str, dataset: str, field: str, tag: str
    ) -> Response:
        """Give a column a tag, in upper case."""
        return tagging.field("tag", (namespace, dataset, field), name_in(tag), principal)

    @router.delete(_DATASET + "/fields/{field:segment}/tags/{tag:segment}")
    def untag_field(
        principal: Writer, namespace: str, dataset: str, field: str, tag: str
    ) -> Response:
        """Take a tag from a column, in whatever case it is written."""
        return tagging.field("untag", (namespace, dataset, field), name_in(tag), principal)

    @router.post(_SPACE + "/jobs/{job:segment}/tags/{tag:segment}")
    def tag_job(principal: Writer, namespace: str, job: str, tag: str) -> Response:
        """Give a job a tag."""
        return tagging.job("tag", (namespace, job), name_in(tag), principal)

    @router.delete(_SPACE + "/jobs/{job:segment}/tags/{tag:segment}")
    def untag_job(principal: Writer, namespace: str, job: str, tag: str) -> Response:
        """Take a tag from a job, also one that events give it."""
        return tagging.job("untag", (namespace, job), name_in(tag), principal)

    return router


class _Tagging:
    def __init__(self, reads: LineageReads, door: EventDoor) -> None:
        self._reads = reads
        self._door = door

    def dataset(
        self, verb: Verb, asked: tuple[str, str], tag: str, principal: Principal
    ) -> Response:
        with self._reads.view() as view:
            key = find_dataset(view, *asked)
            name = view.names.of("dataset", [key])[key]
        self._door.command(_command(verb, "dataset", name, tag), principal=principal)
        return self._dataset(key)

    def field(
        self, verb: Verb, asked: tuple[str, str, str], tag: str, principal: Principal
    ) -> Response:
        *dataset, column = asked
        with self._reads.view() as view:
            key = find_dataset(view, *dataset)
            name = view.names.of("dataset", [key])[key]
            column, spellings = _spellings(view, key, name_in(column), tag)
        if verb == "tag":
            spellings = [tag.upper()]
        commands = [_command(verb, "dataset", name, each, column=column) for each in spellings]
        if commands:
            self._door.tell(commands, principal=principal)
        return self._dataset(key)

    def job(self, verb: Verb, asked: tuple[str, str], tag: str, principal: Principal) -> Response:
        with self._reads.view() as view:
            key, _ = find_job(view, *asked)
            name = view.names.of("job", [key])[key]
        self._door.command(_command(verb, "job", name, tag), principal=principal)
        with self._reads.view() as view:
            return answer(jobs_json(view, [key])[0])

    def _dataset(self, key: int) -> Response:
        with self._reads.view() as view:
            found = view.datasets.with_input_facets(view.datasets.by_keys([key])[key])
        return answer(dataset_json(found))


def _spellings(view: LineageView, key: int, column: str, tag: str) -> tuple[str, list[str]]:
    """Return a column that the dataset must have, and how it spells the tag that is meant."""
    found = view.datasets.by_keys([key])[key]
    if column not in (field.name for field in fields_of(found.facets)):
        raise Missing(f"Field {column!r} not found for dataset {found.name.name!r}.")
    tags: Sequence[str] = tags_of(found.facets, found.notes, column=column)
    return column, [known for known in tags if known.upper() == tag.upper()]


def _command(verb: Verb, entity: Entity, name: Name, tag: str, *, column: str = "") -> Command:
    return Command(
        verb=verb,
        entity=entity,
        namespace=name.namespace,
        name=name.name,
        column=column,
        item=tag,
    )
