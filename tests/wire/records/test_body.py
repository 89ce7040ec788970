"""Bodies of ingest requests: every layout, every flaw, compared with a plain parser."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.errors import Malformed
from headwater.wire.records.body import (
    has_unique_keys,
    parse_payloads,
    parse_records,
    parse_singles,
)
from headwater.wire.records.tolerant import MAX_DEPTH, scan
from headwater.wire.records.values import decode

ROUNDS = int(os.environ.get("HEADWATER_TEST_ROUNDS", "20"))

strings = st.text(st.sampled_from('aé":\\{}[] \n\U0001f600\x00,'), max_size=4)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | strings
values = st.recursive(
    scalars.filter(lambda v: v not in (float("inf"), float("-inf"))),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(strings, inner, max_size=3),
)
payloads = st.dictionaries(strings, values, max_size=4)


def written(value: Any, draw: Any) -> str:
    """Spell a value in one of many ways, sometimes with a key written twice."""
    if isinstance(value, dict):
        pairs = [(k, written(v, draw)) for k, v in value.items()]
        if pairs and draw(st.integers(0, 9)) == 0:
            pairs.append(draw(st.sampled_from(pairs)))
        gap = draw(st.sampled_from(["", " "]))
        return "{" + ",".join(f"{spelled(k, draw)}{gap}:{v}" for k, v in pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(written(v, draw) for v in value) + "]"
    return spelled(value, draw) if isinstance(value, str) else json.dumps(value)


def spelled(text: str, draw: Any) -> str:
    if draw(st.booleans()):
        return json.dumps(text, ensure_ascii=draw(st.booleans()))
    return '"' + "".join(f"\\u{ord(c):04x}" if ord(c) < 0x10000 else c for c in text) + '"'


@st.composite
def payload_texts(draw: Any) -> str:
    return written(draw(payloads), draw)


def reference(text: str) -> Any:
    """Decode with the standard library; None when a key stands twice."""
    twice = False

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal twice
        twice = twice or len(dict(found)) < len(found)
        return dict(found)

    value = json.loads(text, object_pairs_hook=pairs)
    return None if twice else value


@settings(max_examples=ROUNDS * 20, deadline=None)
@given(payload_texts())
def test_duplicate_keys_are_found_exactly(text: str) -> None:
    expected = reference(text)
    assert has_unique_keys(text.encode(), decode(text.encode())) == (expected is not None)
    layout, (element,) = scan(text.encode())
    assert layout == "one"
    assert (element.flaw is None) == (expected is not None)


@settings(max_examples=ROUNDS * 10, deadline=None)
@given(st.lists(payload_texts(), min_size=2, max_size=5), st.sampled_from(["array", "lines"]))
def test_layouts_agree_with_a_plain_parser(texts: list[str], layout: str) -> None:
    records = [f'{{"source": "s","data":{text}}}' for text in texts]
    for parse, sent in ((parse_records, records), (lambda b: parse_payloads(b, "s"), texts)):
        whole = "[" + ",".join(sent) + "]" if layout == "array" else "\n".join(sent) + "\n"
        body = parse(whole.encode())
        assert body.is_batch
        for index, text in enumerate(texts):
            expected = reference(text)
            assert (index in body.flaws) == (expected is None)
            if expected is None:
                assert body.flaws[index].reason == "the key stands here twice"
                assert body.flaws[index].data == text.encode()
            else:
                assert body.values[index] == expected
                assert body.raws[index] == text.encode()
                assert body.sources[index] == "s"


@settings(max_examples=ROUNDS * 20, deadline=None)
@given(payload_texts(), st.data())
def test_damaged_text_is_malformed_or_what_a_plain_parser_reads(text: str, data: Any) -> None:
    sent = bytearray(text.encode())
    for _ in range(data.draw(st.integers(1, 2))):
        at = data.draw(st.integers(0, len(sent)))
        sent[at : at + data.draw(st.integers(0, 1))] = data.draw(
            st.sampled_from(b'"{}[],:1e.-\\ aN')
        ).to_bytes()
    try:
        body = parse_payloads(bytes(sent), "s")
    except Malformed as error:
        offset = error.offset
    else:
        offset = None
    if offset is not None:
        assert 0 <= offset <= len(sent)
        with pytest.raises(ValueError, match=r".*"):
            json.loads(bytes(sent), parse_constant=lambda name: name)
        return
    plain = json.loads(bytes(sent))
    records = plain if isinstance(plain, list) else [plain]  # damage may make an array of it
    assert len(body.raws) == len(records)
    if not body.flaws and "inf" not in repr(plain):  # beyond doubles, ours stay decimals
        assert body.values == records


@pytest.mark.parametrize(
    ("sent", "path", "reason"),
    [
        ('{"source":"s","data":{"x":NaN}}', "/data/x", "NaN is not a JSON number"),
        ('{"source":"s","data":{"x":[1,-Infinity]}}', "/data/x/1", "-Infinity is not"),
        ('{"source":"s","data":{"a/b~":{"x":"\\ud800"}}}', "/data/a~1b~0/x", "lone surrogate"),
        ('{"source":"s","data":{"\\udc00":1}}', "/data/\\udc00", "lone surrogate"),
        ('{"source":"s","data":{"x":1,"x":2}}', "/data/x", "twice"),
        ('{"source":"s","data":{"x":1,"\\u0078":2}}', "/data/x", "twice"),
        ('{"source":"s","source":"s","data":{}}', "/source", "twice"),
        ('{"source":"s"}', "/data", "is missing"),
        ('{"source":"s","data":null}', "/data", "is not an object"),
        ('{"source":"s","data":[1]}', "/data", "is not an object"),
        ('{"data":{}}', "/source", "is missing"),
        ('{"source":7,"data":{}}', "/source", "is not a string"),
        ('{"source":"../up","data":{}}', "/source", "no source name"),
        ('{"source":"nul\\u0000","data":{}}', "/source", "no source name"),
        ('{"source":"größe","data":{}}', "/source", "no source name"),
        ('{"source":"' + "s" * 300 + '","data":{}}', "/source", "no source name"),
        ('{"source":"s","data":{"x":1e99999999999999999999}}', "/data/x", "too large"),
        ("42", "", "is not an object"),
    ],
)
def test_flaw_is_named_with_its_path(sent: str, path: str, reason: str) -> None:
    good = '{"source":"s","data":{"ok":true}}'
    body = parse_records(f"[{good},{sent},{good}]".encode())
    assert set(body.flaws) == {1}
    assert body.flaws[1].path == path
    assert reason in body.flaws[1].reason
    assert body.raws == [b'{"ok":true}', b"", b'{"ok":true}']


@pytest.mark.parametrize("number", ["1e400", "9223372036854775808", "-0.0", "1.10", "0e5"])
def test_number_is_kept_as_sent(number: str) -> None:
    body = parse_records(f'{{"source":"s","data":{{"x": {number}}}}}'.encode())
    assert body.flaws == {}
    assert body.raws == [f'{{"x": {number}}}'.encode()]


def test_depth_is_limited() -> None:
    deep = "[" * MAX_DEPTH + "]" * MAX_DEPTH
    body = parse_payloads(
        f'[{{"x":{deep[1:-1]}}},{{"x":{deep}}},{{"x":"{"[" * 200}"}}]'.encode(), "s"
    )
    assert set(body.flaws) == {1}
    assert "nested deeper" in body.flaws[1].reason
    assert parse_payloads(b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "s").flaws


@pytest.mark.parametrize(
    ("sent", "offset"),
    [
        (b"", 0),
        (b"  ", 2),
        (b"{", 1),
        (b'{"a":1}x', 7),
        (b"[1,2", 4),
        (b"tru", 0),
        (b'{"x":01}', 5),
        (b'{"x":"\xff"}', 6),
        (b'{"x":"\x01"}', 5),
        (b'{"a":1}{"b":1}', 7),
        (b'{"a":1}\n{"b":', 13),
        (b"[1,]", 3),
        (b'{"a":1,}', 7),
    ],
)
def test_not_json_says_where(sent: bytes, offset: int) -> None:
    with pytest.raises(Malformed) as caught:
        parse_records(sent)
    assert caught.value.offset == offset


def test_what_stands_beside_source_and_data_is_kept() -> None:
    body = parse_records(b'{"source":"s","data":{},"sent_at":"now",\n"n":[1,\n2]}')
    assert body.more == {0: b'{"sent_at":"now","n":[1, 2]}'}


def test_a_pretty_record_becomes_one_line() -> None:
    body = parse_records(b'\xef\xbb\xbf{\n "source": "s",\r\n "data": {\r\n  "x": 1\n }\n}\n')
    assert body.raws == [b'{    "x": 1  }']
    assert not body.is_batch


def test_empty_array_is_a_batch_of_nothing() -> None:
    assert parse_records(b"[]").raws == []


@settings(max_examples=ROUNDS * 10, deadline=None)
@given(st.lists(payload_texts(), min_size=2, max_size=5), st.booleans())
def test_bodies_parsed_together_are_what_each_is_alone(texts: list[str], enveloped: bool) -> None:
    source = None if enveloped else "s"
    sent = [(f'{{"source":"s","data":{t}}}' if enveloped else t).encode() for t in texts]
    together = parse_singles(sent, source)
    alone = [parse_payloads(s, source) if source else parse_records(s) for s in sent]
    if together is None:
        assert any(body.flaws or body.more for body in alone) or any(b"\n" in s for s in sent)
    else:
        assert not together.flaws
        assert not any(body.flaws for body in alone)
        for name in ("sources", "raws", "values"):
            assert getattr(together, name) == [getattr(body, name)[0] for body in alone]


@given(st.lists(st.sampled_from(list('{}[]",:a1 ')), min_size=1), st.lists(st.integers(0, 40)))
def test_bodies_that_complete_one_another_are_not_taken_together(
    inner: list[str], cuts: list[int]
) -> None:
    whole = '{"source":"s","data":{"a":[1,2],"b":{"c":"' + "".join(inner) + '"}}}'
    places = sorted({cut for cut in cuts if 0 < cut < len(whole)})
    starts, ends = [0, *places], [*places, len(whole)]
    pieces = [whole[a:b].strip(",").encode() for a, b in zip(starts, ends, strict=True)]
    for sent in (pieces, [*pieces, b'{"a":1},{"a":2}'], [*pieces, b'{"a":1}', b'{"a":2} , {}']):
        for source in (None, "s"):
            body = parse_singles(sent, source)
            if body is not None:
                assert all(isinstance(decode(one), dict) for one in sent)
                assert len(body.raws) == len(sent)
