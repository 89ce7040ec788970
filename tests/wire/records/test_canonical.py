"""The canonical form of records is what its published vectors say."""

from __future__ import annotations

import json
import os
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.errors import Malformed
from headwater.wire.records.canonical import canonical, canonical_hash
from headwater.wire.records.values import decode

VECTORS = Path(__file__).parents[3] / "docs" / "reference" / "canonical-records.json"
ROUNDS = int(os.environ.get("HEADWATER_TEST_ROUNDS", "20"))

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
)
keys = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4)
)


@pytest.mark.parametrize("vector", json.loads(VECTORS.read_text()), ids=lambda v: v["name"])
def test_published_vectors_hold(vector: dict[str, str]) -> None:
    assert canonical(vector["data"].encode()).decode() == vector["canonical"]
    assert canonical_hash(vector["source"], vector["data"].encode()) == vector["hash"]


@settings(max_examples=ROUNDS * 10)
@given(values)
def test_every_spelling_has_one_canonical_form(value: object) -> None:
    spellings = [
        json.dumps(value).encode(),
        json.dumps(value, indent=2, ensure_ascii=False).encode(),
        msgspec.json.encode(value),
    ]
    forms = {canonical(spelling) for spelling in spellings}
    assert forms == {canonical(value)}
    assert canonical(forms.pop()) == canonical(value)


@settings(max_examples=ROUNDS * 10)
@given(st.dictionaries(keys, values))
def test_order_of_keys_does_not_matter(value: dict[str, object]) -> None:
    backwards = dict(reversed(list(value.items())))
    assert canonical_hash("s", value) == canonical_hash("s", backwards)
    assert list(json.loads(canonical(value))) == sorted(value)


def test_source_is_part_of_the_hash() -> None:
    assert canonical_hash("a", {"x": 1}) != canonical_hash("b", {"x": 1})


def test_integers_beyond_doubles_stay_apart() -> None:
    assert canonical_hash("s", b"9007199254740993") != canonical_hash("s", b"9007199254740992")
    assert canonical_hash("s", b"9" * 5000) != canonical_hash("s", b"9" * 4999 + b"8")


@pytest.mark.parametrize(
    "text", [b"", b"{", b"NaN", b'"\xff"', b"1e9999999999999999999", b"[" * 9999]
)
def test_what_is_no_json_is_malformed(text: bytes) -> None:
    with pytest.raises(Malformed):
        decode(text)
