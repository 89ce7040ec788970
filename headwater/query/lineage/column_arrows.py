"""Which columns an output is made of, as its own facets say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from headwater.model.lineage import Facets, Name
from headwater.query.lineage.difference import Arrow
from headwater.query.lineage.graph import Vertex
from headwater.wire.openlineage.event import Facet
from headwater.wire.openlineage.facets import FacetEdge, column_edges_of, lineage_edges_of

_KINDS: Final = ("UNKNOWN", "DIRECT", "INDIRECT")


def arrows_into(dataset: Name, facets: Facets) -> Iterator[Arrow]:
    """Yield what the `lineage` facet of a dataset says, else its `columnLineage` facet."""
    edges: Iterable[FacetEdge] = ()
    if "lineage" in facets:
        edges = lineage_edges_of(Facet(facets["lineage"], b""))
    elif "columnLineage" in facets:
        edges = column_edges_of(Facet(facets["columnLineage"], b""))
    for edge in edges:
        if edge.input is None or edge.output not in (None, (dataset.namespace, dataset.name)):
            continue
        how = (_KINDS[edge.kind], edge.subtype, "MASKED" if edge.masking else "")
        yield Arrow(
            _column(Name(*edge.input), edge.input_field),
            _column(dataset, edge.output_field),
            " ".join(filter(None, how)),
        )


def _column(dataset: Name, column: str) -> Vertex:
    return Vertex(dataset, column, "column" if column else "dataset")
