"""Stores of a property's examples are given back, so that the first failure is the one told."""

from __future__ import annotations

import pytest

from tests.lineage_stores import gives_back


def test_an_example_that_fails_gives_its_stores_back(lineage_backend):
    @gives_back
    def example(lineage_backend):
        lineage_backend.open()
        raise ValueError("as a property that does not hold")

    kept = lineage_backend.open()
    with pytest.raises(ValueError, match="does not hold"):
        example(lineage_backend=lineage_backend)
    assert [log for _, log in lineage_backend.opened] == [kept]
