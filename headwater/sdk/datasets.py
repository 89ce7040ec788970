"""Datasets as a pipeline names them, with what is known about them beforehand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from headwater.sdk import facets as make
from headwater.sdk.errors import InvalidEvent
from headwater.sdk.facets import Facet, SchemaField
from headwater.sdk.redaction import without_credentials


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetInfo:
    """A dataset that a job reads or writes; without a namespace it is in the job's.

    `schema` are its columns: names, `(name, type)` pairs, a mapping of both, or `SchemaField`.
    `owners` are names, or (name, type) pairs. `facets` are any others.
    """

    namespace: str | None = None
    name: str
    description: str | None = None
    schema: Iterable[str | tuple[str, str] | SchemaField] | Mapping[str, str] | None = None
    owners: Iterable[str | tuple[str, str]] = ()
    tags: Mapping[str, str] | Iterable[str] = ()
    facets: tuple[Facet, ...] = ()

    def __post_init__(self) -> None:
        if not self.name or self.namespace == "":
            raise InvalidEvent(
                f"the dataset {self.namespace!r} / {self.name!r} has no namespace or no name"
            )
        if self.namespace is not None:
            object.__setattr__(self, "namespace", without_credentials(self.namespace))

    def all_facets(self) -> tuple[Facet, ...]:
        """Return everything that is known about the dataset as facets."""
        found: list[Facet] = []
        if self.description:
            found.append(make.documentation(self.description))
        if self.schema is not None:
            found.append(make.schema(schema_fields(self.schema)))
        if self.owners:
            found.append(make.ownership(owner_pairs(self.owners)))
        if self.tags:
            found.append(make.tags(tag_pairs(self.tags)))
        return (*found, *self.facets)


def schema_fields(
    schema: Iterable[str | tuple[str, str] | SchemaField] | Mapping[str, str],
) -> list[SchemaField]:
    """Return columns in any of the forms that `DatasetInfo` takes as fields."""
    if isinstance(schema, Mapping):
        schema = list(schema.items())
    found = []
    for each in schema:
        if isinstance(each, SchemaField):
            found.append(each)
        elif isinstance(each, str):
            found.append(SchemaField(name=each))
        else:
            found.append(SchemaField(name=each[0], type=each[1]))
    return found


def owner_pairs(owners: Iterable[str | tuple[str, str]]) -> list[tuple[str, str | None]]:
    """Return owners as (name, type) pairs; a text alone is one owner's name."""
    if isinstance(owners, str):
        return [(owners, None)]
    return [(each, None) if isinstance(each, str) else each for each in owners]


def tag_pairs(tags: Mapping[str, str] | Iterable[str]) -> list[tuple[str, str]]:
    """Return tags as (key, value) pairs; a word alone, as OpenLineage has it, is `true`."""
    if isinstance(tags, Mapping):
        return list(tags.items())
    words = [tags] if isinstance(tags, str) else tags
    pairs = []
    for word in words:
        key, has_value, value = word.partition(":")
        pairs.append((key, value if has_value else "true"))
    return pairs
