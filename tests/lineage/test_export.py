"""What leaves one store and enters another is the same there."""

from __future__ import annotations

import random
from contextlib import closing
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from headwater.clock import ManualClock
from headwater.ingest.events import EventDoor
from headwater.lineage.commands import Command
from headwater.lineage.contract import Applied, Arrival
from headwater.lineage.reading.view import LineageReads
from headwater.model.principal import LOCAL, Principal
from headwater.wire.openlineage.entries import read_entry
from tests.lineage_stores import gives_back

NOW = datetime(2026, 11, 21, 2, 0, 0, 123457, tzinfo=UTC)


def _lines(store, limit=7):
    reads = LineageReads(store.log.engine)
    after, found = 0, []
    while True:
        with reads.view() as view:
            page = view.entries.page(after=after, limit=limit)
        if not page:
            return found
        found += [entry.to_line() for entry in page]
        after = page[-1].sequence


def _arrivals(lines):
    return [
        Arrival(
            body=entry.body,
            principal=Principal(name=entry.principal, actions=frozenset()),
            received_at=entry.received_at,
            is_command=entry.is_command,
        )
        for entry in map(read_entry, lines)
    ]


def _fill(store, bodies, chance):
    """Let events come one after the other, some long ago, with what people do between them."""
    door = EventDoor(store.log, clock=ManualClock(NOW))
    with closing(door):
        for position, body in enumerate(bodies):
            age = timedelta(days=chance.choice([0, 0, 900]), microseconds=position)
            store.log.apply([Arrival(body=body, principal=LOCAL, received_at=NOW - age)])
            if chance.random() < 0.1:
                verb = chance.choice(["delete", "undelete", "describe"])
                values = {"description": "x"} if verb == "describe" else {}
                command = Command(
                    verb=verb, entity="dataset", namespace="ds", name="t", values=values
                )
                door.command(command, principal=LOCAL)


@given(seed=st.integers(0, 2**32))
@gives_back
def test_an_export_makes_the_same_store_again(open_store, requests, seed):
    chance = random.Random(seed)
    one, other = open_store(), open_store()
    file = chance.choice(sorted({r.file for r in requests}))
    bodies = [r.body for r in requests if r.file == file][:40]
    _fill(one, bodies, chance)
    lines = _lines(one)
    door = EventDoor(other.log, clock=ManualClock(NOW))
    with closing(door):
        for start in range(0, len(lines), 9):
            door.restore(_arrivals(lines[start : start + 9]))
    assert other.log.dump() == one.log.dump()
    assert _lines(other) == lines, "with sequences, arrivals and senders"
    one.log.close()
    other.log.close()


def test_importing_again_changes_nothing(store, event):
    store.take_well(event(outputs=["t"]), event("START", at="2026-11-21T00:59:00Z"))
    before, lines = store.log.dump(), _lines(store)
    outcomes = store.log.apply(_arrivals(lines))
    assert [isinstance(o, Applied) and not o.is_new for o in outcomes] == [True, True]
    assert (store.log.dump(), _lines(store)) == (before, lines)


def test_an_import_keeps_the_earlier_arrival(store, event):
    early = NOW - timedelta(days=400)
    (arrival,) = _arrivals(_exported_at(store, event, early))
    store.log.apply([arrival])
    assert read_entry(_lines(store)[0]).received_at == early


def _exported_at(store, event, at):
    store.take_well(event(), at=NOW)
    (line,) = _lines(store)
    entry = read_entry(line)
    return [line.replace(entry.received_at.isoformat().encode(), at.isoformat().encode())]
