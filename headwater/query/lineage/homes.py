"""Where a dataset lives: the catalog that lists it, and what it is in, level by level."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from headwater.model.lineage import Facets
from headwater.query.lineage.schemas import said_by, text_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """What the facet `catalog` says: its name and type, such as `hive`, and where its data is."""

    name: str | None
    type: str | None
    framework: str | None
    warehouse: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One level of the facet `hierarchy`, such as the SCHEMA `public`."""

    type: str | None
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Where a dataset lives; `levels` go from the outermost to the dataset itself."""

    catalog: Catalog | None
    levels: tuple[Level, ...]


def home_in(facets: Facets) -> Home:
    """Read where a dataset lives from its facets; empty where they do not say."""
    catalog = Catalog(
        name=text_of(facets, "catalog", "name"),
        type=text_of(facets, "catalog", "type"),
        framework=text_of(facets, "catalog", "framework"),
        warehouse=text_of(facets, "catalog", "warehouseUri"),
    )
    is_said = catalog.name is not None or catalog.type is not None
    levels = tuple(_levels(said_by(facets, "hierarchy").get("hierarchy")))
    return Home(catalog=catalog if is_said else None, levels=levels)


def _levels(items: object) -> Iterator[Level]:
    for item in items if isinstance(items, list) else ():
        name, type_ = (
            (item.get("name"), item.get("type")) if isinstance(item, dict) else (None,) * 2
        )
        if isinstance(name, str) and name:
            yield Level(type=type_ if isinstance(type_, str) else None, name=name)
