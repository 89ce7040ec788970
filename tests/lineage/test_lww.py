from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from headwater.lineage import lww, names
from headwater.wire.openlineage.event import EventType
from headwater.wire.openlineage.times import EventTime

LEAST = -62_135_596_800 - 86_400
MOST = 253_402_300_799 + 86_400
TIMES = st.builds(EventTime, st.integers(LEAST, MOST), st.integers(0, 999_999_999), st.just(""))
WRITES = st.tuples(TIMES, st.sampled_from(EventType), st.binary(min_size=16, max_size=16))
RECEIVED_US = st.integers(0, 4_000_000_000_000_000)


def _order(write, received_us):
    time, type_, hash_ = write
    plausible = time.seconds <= received_us // 1_000_000 + 86_400
    return (plausible, time.seconds, time.nanoseconds, lww.rank_of(type_), hash_)


@given(one=WRITES, other=WRITES, received_us=RECEIVED_US)
def test_keys_compare_as_what_they_stand_for(one, other, received_us):
    keys = [lww.key_of(*write, received_us=received_us) for write in (one, other)]
    orders = [_order(write, received_us) for write in (one, other)]
    assert (keys[0] < keys[1]) == (orders[0] < orders[1])
    assert {len(key) for key in keys} == {25}


@given(write=WRITES, received_us=RECEIVED_US)
def test_a_key_tells_its_parts(write, received_us):
    time, type_, _ = write
    key = lww.key_of(*write, received_us=received_us)
    assert lww.microseconds_of(key) == time.microseconds
    assert lww.rank_in(key) == lww.rank_of(type_)


def test_no_time_is_before_every_time():
    none = lww.key_of(None, EventType.FAIL, b"\xff" * 16, received_us=0)
    early = lww.key_of(EventTime(LEAST, 0, ""), EventType.START, bytes(16), received_us=-(10**18))
    assert none < early
    assert lww.microseconds_of(none) is None


@given(name=st.text(st.characters(), max_size=20))
def test_names_survive_storage(name):
    assert names.from_bytes(names.to_bytes(name)) == name
    names.display(name).encode()
