from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from headwater.cli.main import app
from headwater.errors import Missing, Unprocessable


@pytest.fixture
def run(tmp_path: Path) -> Any:
    def invoke(*arguments: str, text: str | None = None) -> Any:
        command = ["--data", str(tmp_path / "data"), *arguments]
        return CliRunner().invoke(app, command, input=text)

    return invoke


def test_statement_is_answered_as_a_table(run: Any) -> None:
    result = run("sql", "SELECT 42 AS answer, 'x' AS name")

    assert result.exit_code == 0
    assert "answer" in result.output
    assert "42" in result.output
    assert "1 row in" in result.output


def test_statement_is_answered_in_json_and_csv(run: Any) -> None:
    found = json.loads(run("sql", "SELECT 42 AS answer", "--json").stdout)
    assert (found["rows"], found["row_count"]) == ([[42]], 1)

    assert run("sql", "SELECT 42 AS answer", "--csv").stdout == "answer\n42\n"


def test_statement_comes_from_standard_input_and_is_limited(run: Any) -> None:
    result = run("sql", "-", "--limit", "2", text="SELECT * FROM range(5)")

    assert "Partial: the answer has more than 2 rows." in result.output


def test_statement_that_is_refused_says_why(run: Any) -> None:
    result = run("sql", "DROP TABLE x")

    assert isinstance(result.exception, Unprocessable)
    assert "not a SELECT" in result.exception.message


def test_empty_lake_has_no_tables(run: Any) -> None:
    assert json.loads(run("tables", "--json").stdout) == {"tables": []}
    assert isinstance(run("tables", "processed.none").exception, Missing)


def test_year_is_no_amount(run: Any) -> None:
    assert "2026" in run("sql", "SELECT 2026 AS year").output
    assert "2,026" in run("sql", "SELECT 2026 AS rows").output


@pytest.mark.parametrize(
    "arguments",
    [
        ("sql", "SELECT 1", "--json", "--csv"),
        ("tables", "raw.a", "--preview", "--snapshots"),
        ("tables", "raw.a", "--as-of", "2026-01-01"),
        ("tables", "--preview"),
        ("up", "--port", "99999"),
        ("up", "--web-port", "-1"),
    ],
)
def test_options_that_say_nothing_together_are_refused(run: Any, arguments: Any) -> None:
    assert run(*arguments).exit_code == 2
