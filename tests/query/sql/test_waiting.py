"""A statement that nobody waits for ends, and the next one runs."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from headwater.errors import Unprocessable
from headwater.model.principal import LOCAL
from headwater.query.sql.session import Question
from headwater.query.sql.waiting import Waiting

ENDLESS = "SELECT count(*) FROM range(1000000) a, range(10000000) b"
PATIENCE_SECONDS = 60.0


def test_statement_ends_when_who_waits_leaves_and_the_next_one_is_answered(asking: Any) -> None:
    opened = asking(timeout_seconds=PATIENCE_SECONDS, processes=1).session
    waiting = Waiting()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(opened.run, Question(sql=ENDLESS), LOCAL, waiting=waiting)
        until = time.monotonic() + PATIENCE_SECONDS
        while opened.state() != "ready" and time.monotonic() < until:
            threading.Event().wait(0.01)
        waiting.leave()
        with pytest.raises(Unprocessable, match="was stopped"):
            running.result(PATIENCE_SECONDS)

    assert opened.run(Question(sql="SELECT 42 AS n"), LOCAL).rows == (b"[42]",)


def test_who_has_left_before_costs_nothing(asking: Any) -> None:
    opened = asking(processes=1).session
    waiting = Waiting()
    waiting.leave()
    with pytest.raises(Unprocessable, match="was stopped"):
        opened.run(Question(sql="SELECT 1"), LOCAL, waiting=waiting)
    assert opened.state() == "idle"


def test_nothing_is_stopped_after_its_end() -> None:
    stopped = []
    waiting = Waiting()
    with waiting.during(lambda: stopped.append("one")):
        assert not waiting.has_left()
    waiting.leave()
    assert stopped == []
    with waiting.during(lambda: stopped.append("two")):
        assert stopped == ["two"]


def test_functions_that_reach_beyond_values_are_not_offered(asking: Any) -> None:
    names = {one.name for one in asking().session.functions()}
    assert {"median", "date_trunc", "round"} <= names
    assert not {"read_csv", "getenv", "pragma_version"} & names
