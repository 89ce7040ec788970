from __future__ import annotations

from typing import Any

import pytest

from headwater.errors import HeadwaterError, Malformed, Missing, TooLarge, Unprocessable


def test_every_zone_answers(ask: Any) -> None:
    assert ask("SELECT id, number FROM processed.sensors ORDER BY number") == [
        ["r1", 1],
        ["r2", 2],
        ["r3", 3],
    ]
    assert ask("SELECT id, received_at, data FROM raw.sensors ORDER BY id") == [
        ["sensors0", "2026-01-01T00:00:00.000001Z", '{"number":1}'],
        [
            "sensors1",
            "2026-01-01T00:00:00.000001Z",
            '{"number":12345678901234567890123,"x":1.5}',
        ],
    ]
    assert ask("SELECT key, path, reason, data FROM quarantine.sensors") == [
        ["1:0", "/number", "not a number", '{"number": "\ufffd"}']
    ]
    assert ask("SELECT count(*), min(source) FROM processed_data") == [[3, "sensors"]]


@pytest.mark.parametrize(
    ("sql", "value"),
    [
        ("9223372036854775807", 9223372036854775807),
        ("(-170141183460469231731687303715884105727)::HUGEINT", -(2**127) + 1),
        ("18446744073709551615::UBIGINT", 2**64 - 1),
        ("sum(x) FROM (VALUES (9223372036854775807), (1)) t(x)", 2**63),
        ("'nan'::DOUBLE", "NaN"),
        ("'inf'::DOUBLE", "Infinity"),
        ("'-inf'::FLOAT", "-Infinity"),
        ("NULL", None),
        ("true", True),
        ("DATE '2013-01-01'", "2013-01-01"),
        ("TIMESTAMP '2013-01-01 10:00:00'", "2013-01-01T10:00:00"),
        ("TIMESTAMPTZ '2013-01-01 10:00:00+02'", "2013-01-01T08:00:00Z"),
        ("[1, NULL, 3]", [1, None, 3]),
        ("{'a': 1, 'b': {'c': 'nan'::DOUBLE}}", {"a": 1, "b": {"c": "NaN"}}),
        ("MAP {'a': DATE '2013-01-01'}", {"a": "2013-01-01"}),
        ("'\u00e9\U0001f600\n\"'", '\u00e9\U0001f600\n"'),
        ("'ab'::BLOB", "YWI="),
        ("''", ""),
    ],
)
def test_values_arrive_exactly(ask: Any, sql: str, value: object) -> None:
    assert ask(f"SELECT {sql}") == [[value]]


def test_decimals_keep_their_digits(ask: Any) -> None:
    answer = ask.answer("SELECT 12345678901234567890.12345678::DECIMAL(38, 8) AS d")

    assert answer.rows == (b"[12345678901234567890.12345678]",)
    assert answer.columns == ({"name": "d", "type": "DECIMAL(38,8)"},)


@pytest.mark.parametrize(
    ("sql", "value"),
    [
        ("'infinity'::TIMESTAMP", "Infinity"),
        ("'-infinity'::DATE", "-Infinity"),
        ("DATE '20000-02-29'", "+20000-02-29"),
        ("DATE '0044-03-15 (BC)'", "-0043-03-15"),
        ("TIMESTAMPTZ '290000-01-01 00:00:00.5+00'", "+290000-01-01T00:00:00.500000Z"),
    ],
)
def test_times_beyond_the_calendar_are_spelt(ask: Any, sql: str, value: str) -> None:
    assert ask(f"SELECT {sql}") == [[value]]
    assert ask(f"SELECT x FROM (VALUES (NULL), ({sql})) t(x)") == [[None], [value]]


@pytest.mark.parametrize(
    "sql",
    [
        "'infinity'::TIMESTAMP",
        "'-infinity'::DATE",
        "DATE '20000-01-01'",
        "TIMESTAMP '0044-03-15 (BC) 00:00:00'",
        "TIMESTAMPTZ '290000-01-01 00:00:00+00'",
        "'2013-01-01 00:00:00.123456789'::TIMESTAMP_NS",
        "INTERVAL '1 month 2 days 3.5 seconds'",
        "uuid()",
        "TIME '10:00:00'",
        "'10:00:00+02'::TIMETZ",
        "'101'::BIT",
        "MAP {1: 2}",
        "union_value(a := 1)",
        "'a'::ENUM('a', 'b')",
        "[]",
        "123456789012345678901234567890123456789012345::BIGNUM",
        "TIMESTAMP_S '2013-01-01'",
    ],
)
def test_values_of_every_type_are_answered(ask: Any, sql: str) -> None:
    rows = ask(f"SELECT {sql}")

    assert len(rows) == 1
    assert rows[0][0] is not None


def test_columns_of_the_same_name_keep_it(ask: Any) -> None:
    answer = ask.answer('SELECT 1 AS a, 2 AS a, \'x\' AS "weird "" name"')

    assert [column["name"] for column in answer.columns] == ["a", "a", 'weird " name']
    assert answer.rows == (b'[1,2,"x"]',)


def test_order_of_rows_is_that_of_the_statement(ask: Any) -> None:
    rows = ask("SELECT i FROM range(5000) t(i) ORDER BY hash(i), i", limit=5000)

    assert len(rows) == 5000
    assert rows == ask("SELECT i FROM range(5000) t(i) ORDER BY hash(i) , i", limit=5000)


def test_answer_says_what_it_read(ask: Any) -> None:
    few = ask.answer("SELECT number FROM processed.sensors")
    all_ = ask.answer("SELECT * FROM processed.sensors")
    none = ask.answer("SELECT count(*) FROM processed.sensors")

    assert 0 == none.bytes_scanned < few.bytes_scanned < all_.bytes_scanned
    assert set(few.tables) == {"processed.sensors"}


def test_row_reference_counts_every_column(ask: Any) -> None:
    whole = ask.answer("SELECT t FROM processed.sensors t").bytes_scanned

    assert whole == ask.answer("SELECT * FROM processed.sensors").bytes_scanned


@pytest.mark.parametrize(
    ("sql", "kind", "part"),
    [
        ("SELECT * FROM sensors", Missing, "did you mean processed.sensors"),
        ("SELECT * FROM processed.sensor", Missing, "did you mean processed.sensors"),
        ("SELECT * FROM processed.nothing_like_it_at_all", Missing, "headwater tables"),
        ("SELECT numbr FROM processed.sensors", Unprocessable, "numbr"),
        ("SELECT nofunction(1)", Unprocessable, "nofunction"),
        ("SELECT 'a'::INTEGER", Unprocessable, "Could not convert"),
        ("SELECT * FORM x", Malformed, "syntax error"),
        ("", Unprocessable, "exactly one SELECT"),
        ("SELECT 1; SELECT 2", Unprocessable, "2 statements"),
        ("INSERT INTO raw.sensors VALUES (1)", Unprocessable, "not a SELECT"),
        ("SELECT * FROM '/etc/passwd'", Unprocessable, "looks like a file"),
        ("SELECT * FROM other.sensors", Unprocessable, "zones are raw"),
        ("SELECT $1", Unprocessable, "parameters"),
        ("SELECT 1 \0", Malformed, "NUL"),
    ],
)
def test_errors_say_what_to_do(ask: Any, sql: str, kind: type[HeadwaterError], part: str) -> None:
    with pytest.raises(kind) as raised:
        ask(sql)

    assert part in str(raised.value)


def test_error_names_the_position(ask: Any) -> None:
    with pytest.raises(Unprocessable) as raised:
        ask("SELECT numbr FROM processed.sensors")

    assert raised.value.details["position"] == 7
    assert raised.value.path == "/sql"


def test_statement_that_reads_too_much_is_refused_before_it_runs(filled: Any, asking: Any) -> None:
    few = asking(max_scan_bytes=200)

    with pytest.raises((TooLarge, Unprocessable)) as raised:
        few("SELECT * FROM processed.sensors")

    assert "limit" in str(raised.value)
    assert few("SELECT count(*) FROM processed.sensors") == [[3]]
