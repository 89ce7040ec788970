"""Refused events: kept, read, corrected and sent in again."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from headwater.clock import ManualClock
from headwater.errors import Conflict, Malformed, Missing, Unprocessable
from headwater.ingest.dead_letters import DeadLetterReplays
from headwater.ingest.events import EventDoor
from headwater.lineage.contract import Arrival
from headwater.lineage.dead_letters import MOST_BODY_BYTES
from headwater.lineage.reading.dead_letters import cursor_of
from headwater.lineage.reading.view import LineageReads
from headwater.model.principal import LOCAL, SYSTEM

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


@pytest.fixture
def clock():
    return ManualClock(NOW)


@pytest.fixture
def door(store, clock):
    door = EventDoor(store.log, clock=clock)
    yield door
    door.close()


@pytest.fixture
def replays(store, door):
    return DeadLetterReplays(door, store.log.discard)


@pytest.fixture
def letters(store):
    reads = LineageReads(store.log.engine)

    class Letters:
        def find(self, **how):
            with reads.view() as view:
                return view.dead_letters.find(**{"limit": 100, **how})

        def get(self, key):
            with reads.view() as view:
                return view.dead_letters.get(key)

        def counts(self):
            with reads.view() as view:
                return view.dead_letters.count(), view.dead_letters.dropped()

    return Letters()


def _half(event):
    body = event()
    del body["job"]
    return json.dumps(body).encode()


def test_a_refused_event_is_there_with_its_reason(door, letters, event):
    door.submit([_half(event)], principal=SYSTEM)
    (refused,) = letters.find()
    assert (refused.principal, refused.path, refused.is_whole) == ("system", "/job/namespace", True)
    assert (refused.reason, refused.received_at) == ("job.namespace is missing", NOW)
    assert refused.body == _half(event)
    assert letters.get(refused.key) == refused
    assert letters.counts() == (1, 0)


@pytest.mark.parametrize("key", ["", "0" * 32, "x" * 32, "zz"])
def test_a_key_that_is_not_there_is_missing(letters, key):
    with pytest.raises(Missing, match="dead letter"):
        letters.get(key)


def test_pages_follow_one_another_and_miss_none(door, letters, clock):
    for number in range(3):
        door.submit([b"a%d" % number, b"b%d" % number], principal=LOCAL)
        clock.advance(1)
    seen, after = [], None
    while page := letters.find(after=after, limit=2):
        seen += [letter.body for letter in page]
        after = cursor_of(page[-1])
    assert len(seen) == 6
    assert [body[1:] for body in seen] == [b"2", b"2", b"1", b"1", b"0", b"0"]
    with pytest.raises(Unprocessable, match="no place in the list"):
        letters.find(after="yesterday")


def test_a_replay_that_is_still_wrong_stays(door, letters, replays, event):
    door.submit([_half(event)], principal=LOCAL)
    (refused,) = letters.find()
    with pytest.raises(Unprocessable, match="namespace is missing"):
        replays.replay(refused, LOCAL)
    assert letters.find() == [refused]


def test_what_strict_validation_refused_goes_in_by_a_replay(store, door, letters, replays, event):
    body = json.dumps(event()).encode()
    store.log.apply([_strictly_refused(body)])
    (refused,) = letters.find()
    assert replays.replay(refused, LOCAL).is_new
    assert letters.counts() == (0, 0)
    assert [json.loads(each) for each in store.events()] == [event()]


def _strictly_refused(body):
    error = Unprocessable("strict", path="/x")
    return Arrival(body=body, principal=LOCAL, received_at=NOW, refusal=error)


def test_a_fix_goes_in_and_the_letter_goes(store, door, letters, replays, event):
    door.submit([_half(event)], principal=LOCAL)
    (refused,) = letters.find()
    with pytest.raises(Malformed):
        replays.fix(refused, b"{", LOCAL)
    assert letters.find() == [refused], "an attempt is no letter"
    assert replays.fix(refused, json.dumps(event()).encode(), LOCAL).is_new
    assert letters.find() == []


def test_only_the_start_of_a_huge_body_is_kept_and_cannot_be_replayed(
    door, letters, replays, event
):
    body = b"{" + b" " * (MOST_BODY_BYTES + 5)
    door.submit([body], principal=LOCAL)
    (refused,) = letters.find()
    assert (refused.is_whole, len(refused.body)) == (False, MOST_BODY_BYTES)
    with pytest.raises(Conflict, match="only the first"):
        replays.replay(refused, LOCAL)
    assert replays.replay_all([refused], LOCAL).errors[0][0] == refused.key
    replays.fix(refused, json.dumps(event()).encode(), LOCAL)
    assert letters.find() == []


def test_many_are_replayed_at_once(store, door, letters, replays, event):
    door.submit([b"{", b"["], principal=LOCAL)
    good = [json.dumps(event(at=f"2026-11-21T01:00:0{n}Z")).encode() for n in range(3)]
    store.log.apply([_strictly_refused(body) for body in good])
    done = replays.replay_all(letters.find(), LOCAL)
    assert (done.accepted, len(done.errors)) == (3, 2)
    assert letters.counts() == (2, 0)
    assert len(store.events()) == 3


def test_a_letter_can_be_removed_for_good(door, letters, replays):
    door.submit([b"{"], principal=LOCAL)
    (refused,) = letters.find()
    replays.discard(refused)
    replays.discard(refused)
    assert letters.counts() == (0, 0)
