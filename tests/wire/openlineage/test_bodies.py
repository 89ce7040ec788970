from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.wire.openlineage.bodies import is_ndjson, split_events, split_lines


@pytest.mark.parametrize(
    ("media_type", "says_so"),
    [
        (b"application/x-ndjson", True),
        (b"application/jsonl; charset=utf-8", True),
        (b"Application/NDJSON", True),
        (b"application/json", False),
        (b"application/json; charset=UTF-8", False),
        (b"", False),
    ],
)
def test_a_media_type_may_promise_lines(media_type, says_so):
    assert is_ndjson(media_type) is says_so


def test_a_broken_line_takes_no_other_with_it():
    assert split_lines(b'{broken\r\n\n{"a":1}\n') == [b"{broken\r", b'{"a":1}']


EVENTS = st.lists(st.dictionaries(st.text(max_size=3), st.text(st.characters(), max_size=4)))


@given(events=EVENTS)
def test_every_form_of_a_body_gives_its_events(events):
    bodies = [json.dumps(event).encode() for event in events]
    array = split_events(b"[" + b",".join(bodies) + b"]")
    assert [json.loads(body) for body in array] == events
    assert split_lines(b"\n".join(bodies)) == bodies
    if len(bodies) > 1:
        assert split_events(b"\n".join(bodies) + b"\n") == bodies
    for event in events:
        assert split_events(json.dumps(event, indent=1).encode()) in (
            [json.dumps(event, indent=1).encode()],
        )
