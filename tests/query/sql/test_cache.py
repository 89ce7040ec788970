"""Answers are kept as long as what they were made of, and every statement is on record."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import create_engine

from headwater.errors import HeadwaterError, Missing
from headwater.lake.usage import Usage

COUNT = "SELECT count(*) FROM processed.sensors"


def test_same_question_is_answered_from_the_cache(filled: Any, asking: Any) -> None:
    ask = asking()
    first = ask.answer(COUNT)
    second = ask.answer(f"  {COUNT}\n")

    assert (first.is_cached, second.is_cached) == (False, True)
    assert second.rows == first.rows
    assert second.tables == first.tables


@pytest.mark.parametrize("table", ["processed.sensors", "processed_data"])
def test_commit_ends_what_was_cached(filled: Any, asking: Any, table: str) -> None:
    ask = asking()
    sql = f"SELECT count(*) FROM {table}"
    assert ask(sql) == [[3]]

    filled.add_rows(4, 5)

    answer = ask.answer(sql)
    assert (answer.is_cached, answer.rows) == (False, (b"[5]",))


def test_segment_ends_what_was_cached_of_the_raw_zone(filled: Any, asking: Any) -> None:
    ask = asking()
    sql = "SELECT count(*) FROM raw.sensors"
    assert ask(sql) == [[2]]
    assert ask.answer(sql).is_cached

    filled.add_segment("sensors", '{"number": 3}')

    assert ask(sql) == [[3]]


def test_quarantine_is_read_each_time(filled: Any, asking: Any) -> None:
    ask = asking()
    sql = "SELECT count(*) FROM quarantine.sensors"
    assert ask(sql) == [[1]]

    filled.reject("sensors", b"x", key="1:1")

    assert ask(sql) == [[2]]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT random()",
        "SELECT now()",
        "SELECT current_timestamp",
        "SELECT uuid()",
        "SELECT current_date",
        "SELECT today()",
        "SELECT age(TIMESTAMP '2013-01-01')",
        "SELECT id FROM processed.sensors USING SAMPLE 50%",
        "SELECT id FROM processed.sensors TABLESAMPLE 1 ROWS",
        "WITH a AS (SELECT (SELECT gen_random_uuid())) SELECT * FROM a",
    ],
)
def test_what_changes_by_itself_is_not_cached(ask: Any, sql: str) -> None:
    ask(sql)

    assert not ask.answer(sql).is_cached


def test_limit_is_part_of_the_question(filled: Any, asking: Any) -> None:
    ask = asking()
    sql = "SELECT number FROM processed.sensors ORDER BY number"

    assert ask(sql, limit=1) == [[1]]
    assert ask(sql, limit=2) == [[1], [2]]


def test_cache_keeps_within_its_bytes(filled: Any, asking: Any) -> None:
    ask = asking(cache_bytes=4000)
    for number in range(50):
        ask(f"SELECT {number}, repeat('x', 100)")

    assert ask.session._cache._size <= 4000
    assert ask.answer("SELECT 49, repeat('x', 100)").is_cached
    assert not ask.answer("SELECT 0, repeat('x', 100)").is_cached


def test_time_travel_by_snapshot_and_by_time(filled: Any, asking: Any) -> None:
    ask = asking()
    first = filled.tables.get("processed", "sensors").snapshots[-1]
    second = filled.add_rows(4)

    assert ask(COUNT) == [[4]]
    assert ask(COUNT, as_of=str(first.id)) == [[3]]
    assert ask(COUNT, as_of=str(second)) == [[4]]
    assert ask(COUNT, as_of=first.committed_at.isoformat()) == [[3]]
    assert ask("SELECT count(*) FROM processed_data", as_of=str(first.id)) == [[3]]
    assert ask(COUNT) == [[4]]


def test_time_travel_in_the_raw_zone_goes_by_reception(filled: Any, asking: Any) -> None:
    filled.add_segment("sensors", "3")
    ask = asking()
    sql = "SELECT count(*) FROM raw.sensors"

    assert ask(sql) == [[3]]
    assert ask(sql, as_of="2026-01-01T12:00:00Z") == [[2]]
    assert ask(sql, as_of="2026-01-01T12:00:00+14:00") == [[0]]


@pytest.mark.parametrize(
    "as_of", ["1", "yesterday", "", "2026-99-01", "²", "9" * 400, "1970-01-01"]
)
def test_time_that_is_none_says_so(filled: Any, asking: Any, as_of: str) -> None:
    with pytest.raises(HeadwaterError) as raised:
        asking()(COUNT, as_of=as_of)

    assert type(raised.value) is not HeadwaterError
    assert raised.value.hint


def test_every_statement_is_on_record(filled: Any, asking: Any) -> None:
    ask = asking()
    ask(COUNT)
    ask(COUNT)
    with pytest.raises(Missing):
        ask("SELECT * FROM processed.nothing")

    failed, cached, ran = filled.usage.find()

    assert (ran.principal, ran.statement, ran.rows, ran.is_cached) == ("local", COUNT, 1, False)
    assert set(ran.tables) == {"processed.sensors"}
    assert cached.is_cached
    assert failed.error == "there is no table 'processed.nothing'"
    assert [one.statement for one in filled.usage.find(table="processed.sensors")] == [COUNT] * 2


def test_database_that_takes_no_writes_still_answers(filled: Any, asking: Any) -> None:
    ask = asking()
    ask("SELECT 1")
    (filled.folder / "blocked.db").mkdir()
    ask.session._usage = Usage(create_engine(f"sqlite:///{filled.folder}/blocked.db"))

    assert ask("SELECT 2") == [[2]]
