"""Tokens are managed on the data directory itself when no server runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from headwater.cli.main import app
from headwater.errors import Conflict, Missing


def run(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["--data", str(data), "token", *arguments])


def as_json(data: Path, *arguments: str) -> Any:
    result = run(data, *arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_secret_alone_goes_to_standard_output(tmp_path: Path) -> None:
    result = run(tmp_path, "create", "ci", "--role", "admin")
    assert result.exit_code == 0
    assert result.stdout.strip().startswith("hw_")
    assert "HEADWATER_TOKEN" in result.stderr


def test_owner_of_the_files_manages_tokens_without_one(tmp_path: Path) -> None:
    first = as_json(tmp_path, "create", "boss", "--role", "admin")
    second = as_json(tmp_path, "create", "ci", "--role", "reader", "--days", "30")
    assert second["expires_at"] is not None
    as_json(tmp_path, "revoke", first["id"])
    listed = as_json(tmp_path, "list")["tokens"]
    assert [(one["name"], one["revoked_at"] is None) for one in listed] == [
        ("boss", False),
        ("ci", True),
    ]


def test_list_is_a_table(tmp_path: Path) -> None:
    assert "no token" in run(tmp_path, "list").stdout
    as_json(tmp_path, "create", "ci", "--role", "admin", "--days", "30")
    shown = run(tmp_path, "list").stdout
    assert "ci" in shown
    assert "admin" in shown
    assert "valid until" in shown


def test_errors_are_those_of_the_api(tmp_path: Path) -> None:
    as_json(tmp_path, "create", "ci", "--role", "admin")
    assert isinstance(run(tmp_path, "create", "ci", "--role", "reader").exception, Conflict)
    assert isinstance(run(tmp_path, "revoke", "nope").exception, Missing)


@pytest.mark.parametrize("arguments", [("create", "ci"), ("create", "ci", "--role", "king")])
def test_role_must_be_said(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert run(tmp_path, *arguments).exit_code == 2
