from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from headwater import duck


@pytest.fixture
def confined(tmp_path: Path) -> Iterator[Any]:
    for name in ("raw", "processed", "spill"):
        (tmp_path / name).mkdir()
    (tmp_path / "lake.db").write_text("secret")
    (tmp_path / "raw" / "a.csv").write_text("x\n1\n")
    with closing(duck.connect(temporary_directory=tmp_path / "spill")) as connection:
        duck.confine(connection, [tmp_path / "raw", tmp_path / "processed"], spill_bytes=1 << 20)
        yield connection


def test_folder_that_is_allowed_is_read(confined: Any, tmp_path: Path) -> None:
    assert confined.execute(f"FROM read_csv('{tmp_path}/raw/a.csv')").fetchall() == [(1,)]


@pytest.mark.parametrize(
    "statement",
    [
        "FROM read_text('/etc/passwd')",
        "FROM read_text('{lake}/lake.db')",
        "FROM read_text('{lake}/raw/../lake.db')",
        "FROM read_text('{lake}/rawer')",
        "FROM glob('/etc/*')",
        "FROM '/etc/passwd'",
        "FROM read_csv('https://example.com/x.csv')",
        "ATTACH '{lake}/lake.db'",
        "ATTACH '/tmp/new.db'",
        "COPY (SELECT 1) TO '{lake}/x.csv'",
        "LOAD httpfs",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        "SET memory_limit = '1TB'",
        "RESET lock_configuration",
        "EXPORT DATABASE '{lake}/out'",
        "FROM a_variable_of_python",
    ],
)
def test_everything_else_is_out_of_reach(confined: Any, tmp_path: Path, statement: str) -> None:
    a_variable_of_python = [1]
    (tmp_path / "rawer").write_text("secret")

    with pytest.raises(duck.DuckError):
        confined.execute(statement.format(lake=tmp_path)).fetchall()

    assert a_variable_of_python == [1]


def test_errors_come_in_parts(confined: Any) -> None:
    with pytest.raises(duck.DuckError) as raised:
        confined.execute("SELECT nope FROM range(1)")

    failure = duck.explain(raised.value)
    assert (failure.kind, failure.position) == ("Binder", 7)
    assert failure.message.startswith('Referenced column "nope" not found')


def test_error_that_is_no_json_keeps_its_text() -> None:
    assert duck.explain(OSError("plain {text}")).message == "plain {text}"


@pytest.mark.parametrize(
    "sql", ["SELECT 1; SELECT 2", "CREATE TABLE t (x INT)", "", "EXPLAIN SELECT 1"]
)
def test_only_one_select_is_a_select(confined: Any, sql: str) -> None:
    assert duck.only_select(confined, sql) is None
    assert duck.only_select(confined, "FROM range(1)") is not None
