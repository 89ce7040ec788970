from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.errors import Invalid, Unprocessable
from headwater.wire.openlineage.canonical import encode, to_canonical
from headwater.wire.openlineage.entries import Entry, read_entry

NOW = datetime(2026, 11, 21, 2, 0, 0, 123457, tzinfo=UTC)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(), max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text(st.characters(), max_size=3), VALUES, max_size=4)
ENTRIES = st.builds(
    Entry,
    body=OBJECTS.map(encode),
    is_command=st.booleans(),
    sequence=st.none() | st.integers(0, 2**62),
    received_at=st.none()
    | st.integers(0, 2**52).map(
        lambda us: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)
    ),
    principal=st.none() | st.text(st.characters(), max_size=4),
)


@given(entry=ENTRIES)
def test_an_entry_survives_as_a_line(entry):
    line = entry.to_line()
    assert b"\n" not in line
    assert read_entry(line) == entry


@given(entry=ENTRIES)
def test_an_entry_survives_what_other_programs_do_to_lines(entry):
    line = json.dumps(json.loads(entry.to_line()), indent=2, sort_keys=True).encode()
    assert read_entry(line) == entry


def test_an_exported_event_is_still_the_event():
    event = {"run": {"runId": "r"}, "job": {"namespace": "n", "name": "j"}}
    line = Entry(body=json.dumps(event).encode(), sequence=3, received_at=NOW).to_line()
    assert {k: v for k, v in json.loads(line).items() if k != "_headwater"} == event


@pytest.mark.parametrize("member", ['{"command":{"command":"delete"}}', "1.0", "null", '"x"'])
def test_an_event_with_a_member_of_that_name_stays_an_event(member):
    body = f'{{"_headwater":{member},"run":{{"n":1.50}}}}'.encode()
    line = Entry(body=body, sequence=3).to_line()
    for each in (line, json.dumps(json.loads(line)).encode().replace(b"1.5", b"1.50")):
        entry = read_entry(each)
        assert (entry.is_command, entry.sequence) == (False, 3)
        assert entry.body == to_canonical(body)


def test_numbers_stay_as_they_were_sent():
    body = b'{"a":4115428054613373118,"b":1.0,"c":NaN,"d":1e400}'
    assert read_entry(Entry(body=body).to_line()).body == to_canonical(body)


@pytest.mark.parametrize("line", [b"{}", b"[]", b"{", b'"_headwater"', b'{"a":"_headwater"}'])
def test_a_line_without_the_member_is_an_event_as_sent(line):
    assert read_entry(line) == Entry(body=line)


@pytest.mark.parametrize(
    ("about", "path"),
    [
        ("1", "/_headwater"),
        ('{"sequence":"x"}', "/_headwater/sequence"),
        ('{"received_at":"yesterday"}', "/_headwater/received_at"),
        ('{"received_at":"2026-01-01T00:00:00"}', "/_headwater/received_at"),
        ('{"received_at":5}', "/_headwater/received_at"),
        ('{"principal":[]}', "/_headwater/principal"),
    ],
)
def test_a_member_that_is_wrong_says_where(about, path):
    for line in ('{"_headwater":%s,"x":1}', '{"x":1,"_headwater":%s}'):
        with pytest.raises(Unprocessable) as wrong:
            read_entry((line % about).encode())
        assert wrong.value.path == path


@given(line=st.binary(max_size=30).map(lambda tail: b'{"_headwater":' + tail))
def test_any_line_is_read_or_refused(line):
    with suppress(Invalid):
        read_entry(line)
