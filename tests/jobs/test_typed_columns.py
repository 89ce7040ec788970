"""JSON values become exactly what their column's type holds, or a reason."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from headwater.jobs.typed_columns import to_array


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        ("long", 2**63 - 1, 2**63 - 1),
        ("long", 3.0, 3),
        ("long", 2**63, "beyond the type long"),
        ("long", 1.5, "not an integer"),
        ("long", True, "not an integer"),
        ("int", 2**31, "beyond the type int"),
        ("double", 2**63, float(2**63)),
        ("double", Decimal("1e400"), "beyond the type double"),
        ("float", 1e300, "beyond the type float"),
        ("float", 0.5, 0.5),
        ("boolean", 1, "not a boolean"),
        ("string", 5, "not a string"),
        ("date", "2024-02-30", "not a date"),
        ("json", {"b": 1, "a": [None]}, '{"a":[null],"b":1}'),
    ],
)
def test_a_value_fits_or_says_why(type_: Any, value: Any, expected: Any) -> None:
    array, reasons = to_array([None, value], type_)
    if reasons:
        assert expected in reasons[1]
        assert array.to_pylist() == [None, None]
    else:
        assert array.to_pylist() == [None, expected]


@pytest.mark.parametrize(
    "text",
    [
        "2013-01-01T05:00:00Z",
        "2013-01-01T05:00:00.000000123Z",
        "2013-01-01T00:00:00-05:00",
        "2013-01-01T05:00:00",
    ],
)
def test_times_are_utc_however_they_are_written(text: str) -> None:
    array, reasons = to_array([text], "timestamp")
    assert not reasons
    assert array.to_pylist()[0].isoformat() == "2013-01-01T05:00:00+00:00"


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(allow_nan=False), st.text()
)


@example(values=[False, float("inf")], type_="double")
@given(
    st.lists(scalars, max_size=8),
    st.sampled_from(["boolean", "int", "long", "float", "double", "string", "date", "timestamp"]),
)
def test_one_value_never_decides_about_another(values: list[Any], type_: Any) -> None:
    together, reasons = to_array(values, type_)
    for position, value in enumerate(values):
        alone, reason = to_array([value], type_)
        assert together[position].as_py() == alone[0].as_py()
        assert (position in reasons) == bool(reason)
