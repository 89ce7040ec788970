from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from headwater.clock import ManualClock
from headwater.errors import Busy, TooLarge, Unavailable, Unprocessable
from headwater.ingest.events import EventDoor
from headwater.ingest.transport import DoorTransport
from headwater.lineage.commands import Command
from headwater.lineage.contract import Applied, Log
from headwater.lineage.log import SqlLineage
from headwater.model.principal import LOCAL
from headwater.sdk.errors import TransportError

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


def _event(number: int = 0) -> bytes:
    event = {"run": {"runId": f"r{number}"}, "job": {"namespace": "ns", "name": "j"}}
    return json.dumps(event).encode()


@pytest.fixture
def log(tmp_path) -> Iterator[SqlLineage]:
    log = SqlLineage.open(tmp_path / "lineage.db")
    yield log
    log.close()


@pytest.fixture
def door(log) -> Iterator[EventDoor]:
    door = EventDoor(log, clock=ManualClock(NOW))
    yield door
    door.close()


def _rows(log, sql):
    connection = log.engine.raw_connection()
    try:
        return connection.cursor().execute(sql).fetchall()
    finally:
        connection.close()


def test_concurrent_requests_get_their_own_outcomes(door):
    async def admit_all():
        requests = [[_event(n), b"{", _event(n + 1000)] for n in range(50)]
        return await asyncio.gather(*(door.admit(r, principal=LOCAL) for r in requests))

    for outcomes in asyncio.run(admit_all()):
        assert [isinstance(o, Applied) for o in outcomes] == [True, False, True]


def test_an_answered_event_is_readable(door, log):
    door.submit([_event()], principal=LOCAL)
    assert _rows(log, "SELECT principal, received_us FROM event") == [
        ("local", int(NOW.timestamp() * 1_000_000))
    ]


def test_no_events_are_no_work(door):
    assert door.submit([], principal=LOCAL) == ()
    assert asyncio.run(door.admit([], principal=LOCAL)) == ()


def test_too_many_bytes_at_once_are_refused(log):
    door = EventDoor(log, clock=ManualClock(NOW), most_waiting_bytes=100)
    with pytest.raises(TooLarge):
        door.submit([b"x" * 101], principal=LOCAL)
    door.submit([_event()], principal=LOCAL)
    door.close()


def test_bytes_that_wait_are_bounded_and_given_back(log):
    door = EventDoor(log, clock=ManualClock(NOW), most_waiting_bytes=150)

    async def two():
        return await asyncio.gather(
            door.admit([_event(1) + b" " * 40], principal=LOCAL),
            door.admit([_event(2) + b" " * 40], principal=LOCAL),
            return_exceptions=True,
        )

    first, second = asyncio.run(two())
    assert isinstance(first[0], Applied)
    assert isinstance(second, Busy)
    assert isinstance(asyncio.run(two())[0][0], Applied)
    door.close()


def test_a_closed_door_takes_nothing(log):
    door = EventDoor(log, clock=ManualClock(NOW))
    door.close()
    with pytest.raises(Unavailable):
        door.submit([_event()], principal=LOCAL)


def test_commands_go_through_the_same_log(door, log):
    command = Command(verb="delete", entity="job", namespace="ns", name="j", at="2026-01-01")
    applied = door.command(command, principal=LOCAL)
    assert applied.sequence == 1
    assert _rows(log, "SELECT kind, principal, time_s FROM event") == [(3, "local", 1767225600)]
    odd = Command(verb="burn", entity="job", namespace="ns")  # type: ignore[arg-type]
    with pytest.raises(Unprocessable):
        door.command(odd, principal=LOCAL)


def test_the_transport_writes_as_the_system(door, log):
    transport = DoorTransport(door)
    transport.emit(_event())
    transport.emit(_event())
    assert _rows(log, "SELECT principal FROM event") == [("system",)]
    with pytest.raises(TransportError) as refused:
        transport.emit(b"{")
    assert not refused.value.retriable
    transport.close()
    with pytest.raises(TransportError):
        transport.emit(_event())


def test_a_door_that_closes_is_worth_trying_again(log):
    door = EventDoor(log, clock=ManualClock(NOW))
    door.close()
    with pytest.raises(TransportError) as refused:
        DoorTransport(door).emit(_event())
    assert refused.value.retriable


class _Fragile(Log):
    """A log with a defect that one event brings out."""

    def apply(self, arrivals):
        if any(arrival.body == b"poison" for arrival in arrivals):
            raise ZeroDivisionError
        return [Applied(hash="", sequence=1, is_new=True) for _ in arrivals]


def test_a_defect_that_one_event_brings_out_spares_its_neighbours(caplog, monkeypatch):
    monkeypatch.setattr(logging.getLogger("headwater"), "propagate", True)
    door = EventDoor(_Fragile(), clock=ManualClock(NOW))

    async def admit_all():
        bodies = [b"a", b"poison", b"b", b"c"]
        requests = [door.admit([body], principal=LOCAL) for body in bodies]
        return await asyncio.gather(*requests, return_exceptions=True)

    assert [isinstance(o, Exception) for o in asyncio.run(admit_all())] == [0, 1, 0, 0]
    assert "lineage events could not be applied" in caplog.messages
    door.close()
