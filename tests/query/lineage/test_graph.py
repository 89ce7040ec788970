"""Graphs as values: the order of what an answer holds."""

from __future__ import annotations

from headwater.model.lineage import Name
from headwater.query.lineage.graph import Link, Vertex


def test_links_that_differ_in_masking_alone_have_one_order() -> None:
    origin, destination = (Vertex(Name("lake", name), "a", "column") for name in ("x", "y"))
    masked, plain = (
        Link(origin=origin, destination=destination, subtype="AGGREGATION", is_masked=is_masked)
        for is_masked in (True, False)
    )
    by_order = sorted([masked, plain], key=lambda link: link.order)
    assert by_order == [plain, masked]
    assert sorted([plain, masked], key=lambda link: link.order) == by_order
