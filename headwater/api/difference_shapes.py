"""Differences as JSON: of the graph, of schemas, of facets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from headwater.model.lineage import Name
from headwater.query.lineage.difference import Arrow, Difference, NodeDifference
from headwater.query.lineage.facet_changes import FacetChange
from headwater.query.lineage.graph import Vertex
from headwater.query.lineage.schema_changes import SchemaChange

Document = dict[str, object]


def difference_json(found: Difference) -> Document:
    """Return what came, went and changed."""
    return {
        "same": found.is_same,
        "nodes": _both(map(vertex_json, found.nodes_added), map(vertex_json, found.nodes_removed)),
        "edges": _both(map(_arrow_json, found.edges_added), map(_arrow_json, found.edges_removed)),
        "columns": _both(
            map(_arrow_json, found.columns_added), map(_arrow_json, found.columns_removed)
        ),
        "changed": [_node_json(one) for one in found.changed],
        "partial": found.reason is not None,
        "reason": found.reason,
    }


def vertex_json(vertex: Vertex) -> Document:
    """Return a node with its id."""
    node: Document = {"id": vertex.id, "kind": vertex.kind, **name_json(vertex.name)}
    return node | ({"column": vertex.column} if vertex.kind == "column" else {})


def schema_changes_json(changes: Sequence[SchemaChange]) -> list[Document]:
    """Return the changes of columns."""
    return [
        {
            "change": change.kind,
            "column": change.column,
            "before": change.before,
            "after": change.after,
            "breaking": change.is_breaking,
        }
        for change in changes
    ]


def facet_changes_json(changes: Sequence[FacetChange]) -> list[Document]:
    """Return the changes of facets."""
    return [
        {
            "facet": change.name,
            "change": change.kind,
            "members": [
                {"path": member.path, "before": member.before, "after": member.after}
                for member in change.members
            ],
            "more_members": change.more_members,
        }
        for change in changes
    ]


def name_json(name: Name) -> Document:
    """Return a name."""
    return {"namespace": name.namespace, "name": name.name}


def _node_json(one: NodeDifference) -> Document:
    return {
        **vertex_json(one.node),
        "schema": schema_changes_json(one.schema),
        "sql": one.sql,
        "facets": facet_changes_json(one.facets),
    }


def _arrow_json(arrow: Arrow) -> Document:
    edge: Document = {"from": arrow.origin.id, "to": arrow.destination.id}
    return edge | ({"how": arrow.how} if arrow.how else {})


def _both(added: Iterable[Document], removed: Iterable[Document]) -> Document:
    return {"added": list(added), "removed": list(removed)}
