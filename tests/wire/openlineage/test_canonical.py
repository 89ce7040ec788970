from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.errors import Malformed, Unprocessable
from headwater.wire.openlineage import canonical
from headwater.wire.openlineage.canonical import content_hash, decode, encode, to_canonical
from headwater.wire.openlineage.reader import EventReader

VECTORS = json.loads(
    (Path(__file__).parents[3] / "docs" / "reference" / "canonical-vectors.json").read_text()
)

TEXTS = st.text(alphabet=st.characters(), max_size=8)
SURROGATES = st.text(alphabet=st.characters(min_codepoint=0xD700, max_codepoint=0xE100), max_size=4)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS | SURROGATES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(TEXTS | SURROGATES, inner, max_size=4)
    ),
    max_leaves=12,
)


@pytest.mark.parametrize("vector", VECTORS["facets"], ids=lambda v: v["name"])
def test_facets_hash_as_published(vector):
    form = to_canonical(vector["input"].encode())
    assert form.decode() == vector["canonical"]
    assert content_hash(form).hex() == vector["hash"]


@pytest.mark.parametrize("vector", VECTORS["events"], ids=lambda v: v["name"])
def test_events_hash_as_published(vector):
    event = EventReader().read(vector["input"].encode())
    assert event.envelope_with(lambda facet: facet.hash.hex()).decode() == vector["canonical"]
    assert event.hash.hex() == vector["hash"]


@given(value=VALUES)
def test_the_canonical_form_is_equal_to_what_came_in_and_is_its_own(value):
    for text in (json.dumps(value), json.dumps(value, indent=1, sort_keys=True)):
        form = to_canonical(text.encode())
        assert json.loads(form) == json.loads(text)
        assert to_canonical(form) == form
    assert to_canonical(json.dumps(value).encode()) == form


@given(value=VALUES)
def test_the_encoder_for_surrogates_agrees_with_the_fast_one(value):
    tree = decode(json.dumps(value).encode())
    assert canonical._encode_slowly(tree).encode("utf-8") == encode(tree)


@pytest.mark.parametrize("body", [b"", b"{", b"{} {}", b"\xff", b'{"a" 1}', b"nul"])
def test_what_is_not_json_is_refused_with_its_offset(body):
    with pytest.raises(Malformed) as caught:
        to_canonical(body)
    assert caught.value.offset is not None


def test_endless_nesting_is_refused():
    with pytest.raises(Unprocessable, match="nested too deep"):
        to_canonical(b"[" * 100_000 + b"]" * 100_000)


def test_a_byte_order_mark_and_raw_control_characters_are_taken():
    assert to_canonical(b'\xef\xbb\xbf{"a": "x\ty"}') == b'{"a":"x\\ty"}'
