"""What a question gathers is freed with its answer, and waits for no garbage collection."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from headwater.model.lineage import Field, Name
from headwater.query.lineage.columns import ColumnWalk
from headwater.query.lineage.graph import Budget, Vertex
from headwater.query.lineage.run_walk import RunWalk
from headwater.query.lineage.tables import TableWalk

NARROW = Budget(nodes=2, band=1)


@pytest.fixture
def uncollected() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("uncollected")
def test_a_walk_is_gone_with_its_last_reference(lineage: Any, event: Any) -> None:
    lineage.post(event("COMPLETE", "one", 1, "a b", "c"), event("COMPLETE", "two", 2, "c", "d"))
    with lineage.reads.view() as view:
        key = view.names.find("dataset", Name("ns", "c"))
        tables, columns, runs = (
            TableWalk(view, NARROW),
            ColumnWalk(view, NARROW),
            RunWalk(view, NARROW),
        )
        start = Vertex(Name("ns", "c"), "", "dataset")
        assert tables.directed(start, key, sides=("up", "down"), depth=3).reason
        columns.directed([Field(key, "x")], sides=("up",), depth=3)
        (latest,) = view.runs.by_keys(view.freshness.last_writes([key]).values()).values()
        runs.directed([latest.id], sides=("up", "down"), depth=3)
        walks = [weakref.ref(walk) for walk in (tables, columns, runs)]
        del tables, columns, runs
        assert [walk() for walk in walks] == [None, None, None]
