"""Whatever processes put, deliver and die, an outbox delivers every event, and in order."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from headwater.sdk.configuration import OutboxSettings
from headwater.sdk.outbox import Outbox

PROCESSES = st.integers(0, 2)


class Outboxes(RuleBasedStateMachine):
    """Three processes on one outbox; each may be killed at any time and begin anew."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.number = 0
        self.put_by: list[list[bytes]] = []
        self.delivered: list[bytes] = []
        self.boxes = [self.begin() for _ in range(3)]
        self.owner = list(range(3))

    def begin(self) -> Outbox:
        self.put_by.append([])
        box = Outbox("place", OutboxSettings(folder=self.folder))
        box._segment_bytes = 400
        return box

    @rule(process=PROCESSES, count=st.integers(1, 30))
    def put(self, process: int, count: int) -> None:
        for _ in range(count):
            self.number += 1
            event = b'{"number":%d}' % self.number
            self.boxes[process].put(event)
            self.put_by[self.owner[process]].append(event)

    @rule(process=PROCESSES)
    def deliver(self, process: int) -> None:
        parcel = self.boxes[process].take()
        if parcel is not None:
            self.delivered += parcel.events
            self.boxes[process].done(parcel)

    @rule(process=PROCESSES)
    def deliver_without_an_answer(self, process: int) -> None:
        parcel = self.boxes[process].take()
        if parcel is not None:
            self.delivered += parcel.events

    @rule(process=PROCESSES)
    def adopt(self, process: int) -> None:
        self.boxes[process].adopt()

    @rule(process=PROCESSES)
    def kill(self, process: int) -> None:
        for segment in (*self.boxes[process]._own, *self.boxes[process]._orphans):
            os.close(segment._descriptor)
        self.replace(process)

    @rule(process=PROCESSES)
    def end(self, process: int) -> None:
        self.boxes[process].close()
        self.replace(process)

    @precondition(lambda self: self.number > 0)
    @rule(process=PROCESSES, cut=st.integers(1, 9))
    def kill_in_the_middle_of_writing(self, process: int, cut: int) -> None:
        own = self.boxes[process]._own
        if own:
            with own[-1].path.open("ab") as file:
                file.write(b'0badc0de {"number":'[: cut * 2])
        self.kill(process)

    def replace(self, process: int) -> None:
        self.boxes[process] = self.begin()
        self.owner[process] = len(self.put_by) - 1

    @invariant()
    def nothing_is_dropped(self) -> None:
        assert all(box.dropped == 0 for box in self.boxes)

    def teardown(self) -> None:
        for process in range(3):
            self.end(process)
        last = self.boxes[0]
        while last.adopt():
            pass
        while (parcel := last.take()) is not None:
            self.delivered += parcel.events
            last.done(parcel)
        assert set(self.delivered) == {event for put in self.put_by for event in put}
        first = {event: at for at, event in reversed(list(enumerate(self.delivered)))}
        for put in self.put_by:
            places = [first[event] for event in put]
            assert places == sorted(places)
        last.close()
        assert list(self.folder.rglob("*.outbox")) == []
        shutil.rmtree(self.folder)


TestOutboxes = Outboxes.TestCase
TestOutboxes.settings = settings(stateful_step_count=30, deadline=None)
