"""What a node id names, hidden or not, so that people can say something of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from headwater.errors import Invalid, Missing
from headwater.lineage.reading.hidden import Entity
from headwater.lineage.reading.notes import Noted
from headwater.lineage.reading.view import LineageView
from headwater.model.lineage import Name
from headwater.query.lineage.nodes import parse_node
from headwater.query.lineage.schemas import fields_of

_NAMESPACE: Final = "namespace:"
_HINT: Final = "namespace:NAMESPACE, job:NAMESPACE:NAME, dataset:NAMESPACE:NAME"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An entity, or one of its columns."""

    entity: Entity
    column: str = ""


def find_place(view: LineageView, node: str) -> Place:
    """Return what a node id names; raises `Invalid`, and `Missing` where it never was."""
    if node.startswith(_NAMESPACE):
        return _namespace(view, node.removeprefix(_NAMESPACE))
    parsed = parse_node(node)
    if parsed.kind == "run":
        raise Invalid(f"node {node!r} is a run, of which nothing can be said", hint=_HINT)
    for reading in parsed.readings:
        kind: Noted = "job" if parsed.kind == "job" else "dataset"
        entity = view.hidden.find(kind, Name(*reading[:2]))
        column = reading[2] if parsed.kind == "datasetField" else ""
        if entity is not None and (not column or _has_column(view, entity, column)):
            return Place(entity=entity, column=column)
    raise Missing(f"there is no {node}", hint="headwater lineage show lists what is near a node")


def _namespace(view: LineageView, text: str) -> Place:
    for name in dict.fromkeys((text, unquote(text))):
        entity = view.hidden.find("namespace", Name(name, ""))
        if entity is not None:
            return Place(entity=entity)
    raise Missing(f"there is no namespace {text!r}")


def _has_column(view: LineageView, entity: Entity, column: str) -> bool:
    facets = view.facets.of_datasets([entity.key]).get(entity.key, {})
    known = (field.name for field in fields_of(facets))
    return column in known or column in view.columns.described(entity.key)
