"""What a statement may take, and what becomes of one that takes more."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.errors import HeadwaterError, Invalid, Missing, Unavailable, Unprocessable
from headwater.model.principal import LOCAL
from headwater.query.sql.session import Question
from headwater.query.sql.waiting import Waiting

LOOPS = [
    "SELECT count(*) FROM range(1000000000000) a WHERE range % 7 = 1",
    "SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b",
    "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r) SELECT count(*) FROM r",
    "SELECT max(i) FROM range(100000000) t(i), range(1000) u WHERE md5(i::VARCHAR) = 'x'",
]


def answered_in_the_end(ask: Any) -> Any:
    """Return the answer to a statement that a busy machine may need several attempts for."""
    until = time.monotonic() + 60
    while True:
        try:
            return ask("SELECT 1")
        except Unprocessable:
            assert time.monotonic() < until


@pytest.mark.parametrize("sql", LOOPS)
def test_loop_ends_at_the_time_limit(lake: Any, asking: Any, sql: str) -> None:
    ask = asking(timeout_seconds=0.5)

    with pytest.raises(Unprocessable) as raised:
        ask(sql)

    assert "0.5 s" in raised.value.message
    assert "timeout_seconds" in (raised.value.hint or "")
    assert answered_in_the_end(ask) == [[1]]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT length(repeat('x', 4000000000))",
        "SELECT len(range(100000000000))",
        "SELECT i FROM range(100000000) t(i) ORDER BY md5(i::VARCHAR) LIMIT 1 OFFSET 99999999",
        "SELECT string_agg(repeat('x', 100000), '') FROM range(100000)",
        "SELECT list(i) FROM range(1000000000) t(i)",
        "SELECT lpad('x', 2000000000, 'y')",
    ],
)
def test_statement_that_wants_all_memory_fails_alone(lake: Any, asking: Any, sql: str) -> None:
    ask = asking(memory_bytes=128 * 1024 * 1024, spill_bytes=1024 * 1024, timeout_seconds=5)

    with pytest.raises(HeadwaterError) as raised:
        ask(sql)

    assert type(raised.value) is not HeadwaterError
    assert answered_in_the_end(ask) == [[1]]


def test_a_billion_rows_are_cut_and_the_answer_says_so(ask: Any) -> None:
    answer = ask.answer("SELECT * FROM range(1000000000)")

    assert len(answer.rows) == 10_000
    assert answer.reason == "the answer has more than 10000 rows"
    assert ask.answer("SELECT * FROM range(1000000000)", limit=3).rows == (b"[0]", b"[1]", b"[2]")


def test_rows_are_cut_at_the_byte_limit(lake: Any, asking: Any) -> None:
    answer = asking(max_result_bytes=1000).answer("SELECT repeat('x', 90) FROM range(1000)")

    assert len(answer.rows) == 10
    assert "1000 bytes" in answer.reason


def test_one_row_over_the_byte_limit_is_no_row(lake: Any, asking: Any) -> None:
    answer = asking(max_result_bytes=1000).answer("SELECT repeat('x', 100000)")

    assert answer.rows == ()
    assert answer.reason is not None


@given(rows=st.integers(0, 30), limit=st.integers(0, 30))
def test_answer_is_partial_exactly_when_rows_are_missing(ask: Any, rows: int, limit: int) -> None:
    answer = ask.answer(f"SELECT * FROM range({rows})", limit=limit)

    assert [json.loads(row) for row in answer.rows] == [[i] for i in range(min(rows, limit))]
    assert (answer.reason is not None) == (rows > limit)


@given(value=st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(
        st.characters(blacklist_categories=["Cs"], blacklist_characters="\0")
    ),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=8,
))  # fmt: skip
def test_json_comes_back_as_it_was_written(ask: Any, value: object) -> None:
    text = json.dumps(value).replace("'", "''")

    ((answered,),) = ask(f"SELECT '{text}'::JSON::VARCHAR")

    assert json.loads(answered) == value


@given(text=st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0")))
def test_any_text_comes_back(ask: Any, text: str) -> None:
    literal = text.replace("'", "''")

    assert ask(f"SELECT '{literal}'") == [[text]]


@given(number=st.floats(allow_nan=False, allow_infinity=False))
def test_any_double_comes_back(ask: Any, number: float) -> None:
    assert ask(f"SELECT '{number!r}'::DOUBLE") == [[number]]


WORDS = [
    "SELECT",
    "FROM",
    "(",
    ")",
    ",",
    "*",
    "1",
    "'x'",
    "WITH",
    "a",
    "AS",
    "UNION",
    ";",
    "--",
    '"',
]


@given(sql=st.text(max_size=60) | st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))
def test_no_text_harms_the_process(ask: Any, sql: str) -> None:
    with suppress(Invalid, Missing):
        ask(sql)


def process_of(asking: Any) -> int:
    (process,) = asking.session._processes
    return int(process._process.pid)


def processor_seconds(pid: int) -> float:
    """Return how long a process has worked."""
    about = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(about[11]) + int(about[12])) / os.sysconf("SC_CLK_TCK")


def kill_at_work(pid: int, before: float) -> None:
    """Kill a process that waited, once it works."""
    until = time.monotonic() + 60
    while processor_seconds(pid) < before + 0.2 and time.monotonic() < until:
        threading.Event().wait(0.01)
    os.kill(pid, signal.SIGKILL)


def test_killed_process_is_an_error_and_the_next_statement_gets_a_new_one(
    lake: Any, asking: Any
) -> None:
    ask = asking()
    ask("SELECT 1")
    pid = process_of(ask)
    killing = threading.Thread(target=kill_at_work, args=(pid, processor_seconds(pid)))
    killing.start()

    with pytest.raises(Unavailable) as raised:
        ask("SELECT count(*) FROM range(1000000000000)")

    killing.join()
    assert "new one" in (raised.value.hint or "")
    assert ask("SELECT 2") == [[2]]
    assert process_of(ask) != pid


def test_statements_of_many_callers_are_all_answered(lake: Any, asking: Any) -> None:
    ask = asking(processes=2)

    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda i: ask(f"SELECT {i} + count(*) FROM range(1000)"), range(40))
        )

    assert answers == [[[i + 1000]] for i in range(40)]


def test_closed_session_leaves_no_process(lake: Any) -> None:
    session = lake.session()
    assert session.state() == "idle"
    session.close()
    assert session.state() == "idle"


def test_statement_sees_no_secret_of_the_server(
    lake: Any, asking: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_OF_THE_SERVER", "x")
    ask = asking()
    ask("SELECT 1")

    environment = Path(f"/proc/{process_of(ask)}/environ").read_bytes()

    assert b"PYTHONPATH" in environment
    assert b"SECRET_OF_THE_SERVER" not in environment


SPILLS = """
    SELECT max(x) FROM (SELECT md5(i::VARCHAR) AS x, i FROM range(20000000) t(i) ORDER BY x, i)
"""


def test_a_stopped_statement_leaves_nothing_that_it_spilled(lake: Any, asking: Any) -> None:
    ask = asking(memory_bytes=128 * 1024 * 1024, timeout_seconds=240)
    waiting = Waiting()
    spill = lake.folder / "spill"

    def leave_once_it_spills() -> None:
        until = time.monotonic() + 200
        while not any(path.is_file() for path in spill.rglob("*")) and time.monotonic() < until:
            threading.Event().wait(0.01)
        waiting.leave()

    leaving = threading.Thread(target=leave_once_it_spills)
    leaving.start()
    with pytest.raises(Unprocessable, match="stopped"):
        ask.session.run(Question(sql=SPILLS), LOCAL, waiting=waiting)
    leaving.join()

    assert not [path for path in spill.rglob("*") if path.is_file()]


def test_what_a_killed_server_spilled_is_gone_with_the_next(lake: Any, asking: Any) -> None:
    left = lake.folder / "spill" / "of-another"
    left.mkdir(parents=True)
    (left / "spilled.tmp").write_bytes(b"x")

    assert asking()("SELECT 1") == [[1]]

    assert not left.exists()
