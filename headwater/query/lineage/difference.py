"""What is different between two states of a piece of the lineage graph."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Set
from dataclasses import dataclass
from typing import Final, TypeVar

from headwater.model.lineage import Facets
from headwater.query.lineage.facet_changes import FacetChange, facet_changes, text_changes
from headwater.query.lineage.graph import Vertex
from headwater.query.lineage.schema_changes import SchemaChange, schema_changes
from headwater.query.lineage.schemas import said_by, text_of
from headwater.wire.openlineage.descriptions import columns_in

_SHOWN_APART: Final = frozenset({"schema", "columnLineage", "lineage", "sql"})


@dataclass(frozen=True, slots=True, order=True)
class Arrow:
    """Data flows from one vertex to another; between columns `how` says by which doing."""

    origin: Vertex
    destination: Vertex
    how: str = ""


_Ordered = TypeVar("_Ordered", Vertex, Arrow)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A piece of the graph at one time, or as one run made it."""

    nodes: frozenset[Vertex]
    edges: frozenset[Arrow]
    columns: frozenset[Arrow]
    facets: Mapping[Vertex, Facets]
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeDifference:
    """What a job or dataset that both states have says differently."""

    node: Vertex
    schema: tuple[SchemaChange, ...] = ()
    sql: str | None = None
    facets: tuple[FacetChange, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is different."""
        return not (self.schema or self.sql or self.facets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What came and what went, in canonical order; `changed` holds who says something else."""

    nodes_added: tuple[Vertex, ...]
    nodes_removed: tuple[Vertex, ...]
    edges_added: tuple[Arrow, ...]
    edges_removed: tuple[Arrow, ...]
    columns_added: tuple[Arrow, ...]
    columns_removed: tuple[Arrow, ...]
    changed: tuple[NodeDifference, ...]
    reason: str | None = None

    @property
    def is_same(self) -> bool:
        """Tell whether nothing is different."""
        nodes, edges = (
            self.nodes_added or self.nodes_removed,
            self.edges_added or self.edges_removed,
        )
        return not (nodes or edges or self.columns_added or self.columns_removed or self.changed)


def difference(
    before: State, after: State, *, without: Collection[str] = frozenset()
) -> Difference:
    """Compare two states; facets named in `without` are not compared."""
    left_out = {*without, *_SHOWN_APART}
    both = sorted(before.nodes & after.nodes)
    changed = (
        _of_node(node, before.facets.get(node, {}), after.facets.get(node, {}), left_out)
        for node in both
    )
    return Difference(
        nodes_added=_only(after.nodes, before.nodes),
        nodes_removed=_only(before.nodes, after.nodes),
        edges_added=_only(after.edges, before.edges),
        edges_removed=_only(before.edges, after.edges),
        columns_added=_only(after.columns, before.columns),
        columns_removed=_only(before.columns, after.columns),
        changed=tuple(one for one in changed if not one.is_empty),
        reason=before.reason or after.reason,
    )


def _only(these: Set[_Ordered], others: Set[_Ordered]) -> tuple[_Ordered, ...]:
    return tuple(sorted(these - others))


def _of_node(
    node: Vertex, before: Facets, after: Facets, left_out: Collection[str]
) -> NodeDifference:
    schema: list[SchemaChange] = []
    if "schema" in before and "schema" in after:
        old, new = said_by(before, "schema"), said_by(after, "schema")
        schema = schema_changes(columns_in(old), columns_in(new))
    queries = (text_of(facets, "sql", "query") for facets in (before, after))
    has_schema = ("schema" in before) == ("schema" in after)
    compared = left_out if has_schema else set(left_out) - {"schema"}
    return NodeDifference(
        node=node,
        schema=tuple(schema),
        sql=text_changes(*queries),
        facets=tuple(facet_changes(before, after, without=compared)),
    )
