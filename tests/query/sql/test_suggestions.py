"""A wrong name of a table leads to one that could have been meant."""

from __future__ import annotations

from typing import Any

import pytest

from headwater.errors import Missing


def test_a_table_of_a_zone_is_not_mistaken_for_all_processed_tables(ask: Any) -> None:
    with pytest.raises(Missing) as raised:
        ask("SELECT * FROM processed.x")
    assert "processed_data" not in str(raised.value)


def test_all_processed_tables_are_suggested_for_what_is_nearly_their_name(ask: Any) -> None:
    with pytest.raises(Missing, match="processed_data"):
        ask("SELECT * FROM processed_dat")
