from __future__ import annotations

import random

import pytest

from headwater.lineage.projections.run_state import Mark, RunState, standing_of
from headwater.wire.openlineage.event import EventType

START, COMPLETE, ABORT, FAIL = (
    EventType.START,
    EventType.COMPLETE,
    EventType.ABORT,
    EventType.FAIL,
)


def _marks(*types):
    marks = []
    for at, type_ in enumerate(types):
        error = statistics = False
        if isinstance(type_, tuple):
            type_, word = type_
            error, statistics = word == "error", word == "statistics"
        marks.append(Mark(bytes((at,)), type_, error, statistics))
    return marks


@pytest.mark.parametrize(
    ("types", "state", "warning"),
    [
        ((), RunState.NEW, False),
        ((START,), RunState.RUNNING, False),
        ((COMPLETE,), RunState.COMPLETED, False),
        ((START, COMPLETE), RunState.COMPLETED, False),
        ((COMPLETE, START), RunState.COMPLETED, False),
        ((START, COMPLETE, START), RunState.RUNNING, False),
        ((START, FAIL, START, COMPLETE), RunState.COMPLETED, False),
        ((START, START, COMPLETE), RunState.COMPLETED, False),
        ((START, FAIL, COMPLETE), RunState.FAILED, False),
        ((START, FAIL, (COMPLETE, "statistics")), RunState.COMPLETED, True),
        ((START, (FAIL, "error"), (COMPLETE, "statistics")), RunState.FAILED, False),
        ((START, (COMPLETE, "statistics"), FAIL), RunState.FAILED, False),
        ((START, COMPLETE, FAIL), RunState.FAILED, False),
        ((START, ABORT, COMPLETE), RunState.ABORTED, False),
        ((START, ABORT, FAIL), RunState.FAILED, False),
    ],
)
def test_the_last_attempt_decides(types, state, warning):
    marks = _marks(*types)
    for _ in range(5):
        standing = standing_of(marks)
        assert (standing.state, standing.has_warning) == (state, warning)
        random.shuffle(marks)


def test_a_run_is_timed_by_its_last_attempt():
    standing = standing_of(_marks(START, FAIL, START, COMPLETE))
    assert (standing.started, standing.ended, standing.decided) == (b"\2", b"\3", b"\3")
