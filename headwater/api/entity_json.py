"""Entities as `/api/v2/entity` shows them: each value with its source."""

from __future__ import annotations

from dataclasses import asdict

from headwater.lineage.reading.hidden import Deleted, Entity
from headwater.query.lineage.sayings import Described, Item, Saying, Sayings

Members = dict[str, object]


def entity_json(entity: Entity, sayings: Sayings) -> Members:
    """Return an entity with what is said of it and of its columns."""
    return {
        "kind": entity.kind,
        "namespace": entity.name.namespace,
        "name": entity.name.name or entity.name.namespace,
        "created_at": entity.created_at.to_text(),
        "updated_at": entity.updated_at.to_text(),
        "deleted": entity.is_hidden,
        **_described(sayings.whole),
        "owners": [_item(owner, "owner", "type") for owner in _standing(sayings.whole.owners)],
        "removed_owners": [_removed(item, "owner") for item in _gone(sayings.whole.owners)],
        "columns": [
            {"name": column.name, "type": column.type, **_described(column)}
            for column in sayings.columns
        ],
        "catalog": None if sayings.home.catalog is None else asdict(sayings.home.catalog),
        "hierarchy": [asdict(level) for level in sayings.home.levels],
    }


def deleted_json(deleted: Deleted) -> Members:
    """Return something hidden with who hid it."""
    return {
        "kind": deleted.kind,
        "namespace": deleted.name.namespace,
        "name": deleted.name.name or deleted.name.namespace,
        "by": deleted.by,
        "at": deleted.at.to_text(),
    }


def _described(said: Described) -> Members:
    description: Members | None = None
    if said.descriptions:
        first, *others = said.descriptions
        description = {
            **_saying(first, "value"),
            "others": [_saying(other, "value") for other in others],
        }
    return {
        "description": description,
        "tags": [_item(tag, "tag", None) for tag in _standing(said.tags)],
        "removed_tags": [_removed(item, "tag") for item in _gone(said.tags)],
    }


def _item(item: Item, name: str, value: str | None) -> Members:
    first, *others = item.sayings
    return {
        name: item.name,
        **_saying(first, value),
        "others": [_saying(other, value) for other in others],
    }


def _removed(item: Item, name: str) -> Members:
    return {name: item.name, **_saying(item.sayings[0], None)}


def _saying(saying: Saying, value: str | None) -> Members:
    said: Members = {} if value is None else {value: saying.value}
    return {**said, "source": saying.source, "by": saying.by, "at": saying.at.to_text()}


def _standing(items: tuple[Item, ...]) -> list[Item]:
    return [item for item in items if not item.is_taken_back]


def _gone(items: tuple[Item, ...]) -> list[Item]:
    return [item for item in items if item.is_taken_back]
