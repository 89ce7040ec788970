"""Exit codes mean something, and shared options may stand where people type them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from headwater.cli.main import _with_shared_options_first
from headwater.cli.session import Exit, exit_code_of
from headwater.errors import Conflict, Locked, Malformed, Missing, Unavailable
from headwater.version import __version__


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Locked("x"), Exit.LOCKED),
        (Malformed("x"), Exit.INVALID),
        (Unavailable("x"), Exit.UNAVAILABLE),
        (Missing("x"), Exit.FAILED),
        (Conflict("x"), Exit.FAILED),
    ],
)
def test_the_exit_code_tells_the_kind_of_failure(error: Exception, code: Exit) -> None:
    assert exit_code_of(error) is code  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        (["sql", "x", "--data", "d"], ["--data", "d", "sql", "x"]),
        (["sql", "--url=u", "x"], ["--url=u", "sql", "x"]),
        (["sql", "--", "--data", "d"], ["sql", "--", "--data", "d"]),
        (["tables", "--data"], ["--data", "tables"]),
    ],
)
def test_shared_options_move_before_the_command(typed: list[str], understood: list[str]) -> None:
    assert _with_shared_options_first(typed) == understood


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "headwater", *arguments], capture_output=True, text=True, check=False
    )


def test_the_version_is_printed() -> None:
    assert run("--version").stdout.strip() == f"headwater {__version__}"


def test_an_unknown_command_is_a_usage_error() -> None:
    assert run("flow").returncode == Exit.USAGE


def test_a_missing_file_is_named_before_anything_starts() -> None:
    done = run("ingest", "nowhere.ndjson")
    assert done.returncode == Exit.FAILED
    assert "there is no file nowhere.ndjson" in done.stderr
