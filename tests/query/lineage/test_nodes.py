from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.errors import Invalid
from headwater.query.lineage.nodes import encoded_node_id, node_id, parse_node

NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)


@given(NAMES, NAMES)
def test_written_node_is_among_its_readings(namespace: str, name: str) -> None:
    found = parse_node(
        node_id("dataset", namespace, name) + "#" + "0" * 8 + "-0000" * 3 + "-" + "1" * 12
    )
    assert (namespace, name) in found.readings
    assert found.version is not None


@given(NAMES, NAMES, NAMES)
def test_encoded_column_is_among_its_readings(namespace: str, name: str, column: str) -> None:
    parts = (namespace, name, column)
    assert parts in parse_node(encoded_node_id("datasetField", *parts)).readings


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    for kind in ("", "dataset:", "job:", "run:", "datasetField:"):
        with suppress(Invalid):
            assert parse_node(kind + text).readings


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("dataset:postgres://db:5432:public.t", ("postgres://db:5432", "public.t")),
        ("dataset:lake://north:clean/tides", ("lake://north", "clean/tides")),
        ("job:a:b:c", ("a", "b:c")),
    ],
)
def test_reading_of_marquez_comes_first(text: str, first: tuple[str, str]) -> None:
    assert parse_node(text).readings[0] == first
