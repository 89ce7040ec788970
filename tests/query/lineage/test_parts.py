"""The condition of a subset facet in words that leave nothing out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.query.lineage.parts import part_in_words
from headwater.query.lineage.run_facts import use_facts
from headwater.wire.openlineage.canonical import decode


def compare(field: str, comparison: str, value: Any) -> dict[str, Any]:
    literal = {"type": "literal", "value": value}
    return {"left": {"field": field}, "comparison": comparison, "right": literal}


def both(left: Any, operator: str, right: Any) -> dict[str, Any]:
    return {"left": left, "operator": operator, "right": right}


SINCE = compare("day", "GREATER_EQUAL_THAN", "2026-01-01")


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (SINCE, "day >= '2026-01-01'"),
        (compare("n", "less_than", 9007199254740993), "n < 9007199254740993"),
        (compare("name", "LIKE", "o'%"), "name LIKE 'o''%'"),
        (
            both(SINCE, "and", both(SINCE, "or", compare("x", "EQUAL", None))),
            "day >= '2026-01-01' AND (day >= '2026-01-01' OR x = NULL)",
        ),
        ({"locations": ["s3://b/a=1", "s3://b/a=2"]}, "s3://b/a=1, s3://b/a=2"),
        (
            {"partitions": [{"dimensions": {"y": 2026, "r": "eu"}}, {"identifier": "p7"}]},
            "y = 2026 AND r = 'eu' OR p7",
        ),
        (both(SINCE, "AND", {"type": "of a later version"}), "day >= '2026-01-01' AND ?"),
        ({"partitions": [{"identifier": f"p{n}"} for n in range(1_000)]}, None),
        ({"type": "of a later version"}, None),
        ({"locations": []}, None),
        ("everything", None),
    ],
)
def test_part_is_told_as_one_would_write_it(condition: Any, words: str | None) -> None:
    said = part_in_words(decode(json.dumps(condition).encode()))
    if isinstance(condition, dict) and len(condition.get("partitions", ())) > 20:
        assert said is not None
        assert said.endswith("p19 OR 980 more")
    else:
        assert said == words


@pytest.mark.parametrize("side", ["inputCondition", "outputCondition"])
def test_use_of_a_dataset_says_which_part_of_it(side: str) -> None:
    facet = json.dumps({side: SINCE}).encode()
    assert use_facts({"subset": facet}).part == "day >= '2026-01-01'"
    assert use_facts({}).part is None


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["left", "right", "operator", "comparison", "locations"])
            | st.sampled_from(["partitions", "dimensions", "identifier", "field", "value"]),
            inner,
            max_size=4,
        )
    ),
)


@given(_values)
def test_whatever_a_producer_sends_is_read_or_left_out(value: Any) -> None:
    said = part_in_words(decode(json.dumps(value).encode()))
    assert said is None or said


def test_endless_nesting_ends() -> None:
    condition: Any = SINCE
    for _ in range(200):
        condition = both(condition, "AND", SINCE)
    said = part_in_words(condition)
    assert said is not None
    assert said.lstrip("(").startswith("? AND")
