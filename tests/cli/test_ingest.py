"""Files go in by their names; what cannot be sent says what is wrong with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from headwater.cli.main import app
from headwater.errors import Invalid, Missing, TooLarge, Unprocessable


def ingest(data: Path, *arguments: str, text: str = "") -> Any:
    return CliRunner().invoke(app, ["--data", str(data), "ingest", *arguments], input=text)


@pytest.mark.parametrize("source", ["Bad Name", "a/../b", "a?b", "\u00e9", ".."])
def test_name_that_is_no_source_is_named_in_the_error(tmp_path: Path, source: str) -> None:
    result = ingest(tmp_path, "--source", source, "-", text='{"a": 1}\n')
    assert isinstance(result.exception, Unprocessable)
    assert repr(source)[1:-1] in result.exception.message or ascii(source) in str(result.exception)


def test_folder_is_no_file(tmp_path: Path) -> None:
    assert isinstance(ingest(tmp_path, str(tmp_path)).exception, Invalid)
    assert isinstance(ingest(tmp_path, str(tmp_path / "none")).exception, Missing)


def test_text_that_is_not_json_is_placed_in_its_file(tmp_path: Path) -> None:
    error = ingest(tmp_path, "-", text="not json").exception
    assert isinstance(error, Invalid)
    assert error.message.startswith("standard input: ")
    assert error.details["offset"] == 0
    file = tmp_path / "broken.json"
    file.write_text('[{"source": "a", "data": {}}, oops]')
    error = ingest(tmp_path / "data", str(file)).exception
    assert isinstance(error, Invalid)
    assert error.message.startswith(f"{file}: ")
    assert error.details["offset"] == 30


def test_document_that_is_too_large_leads_to_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADWATER_INGEST__MAX_BODY_BYTES", "1000")
    file = tmp_path / "big.json"
    file.write_text(json.dumps([{"a": "x" * 90}] * 20, indent=1))
    error = ingest(tmp_path / "data", "--source", "a", str(file)).exception
    assert isinstance(error, TooLarge)
    assert error.message == f"{file}: the body is over the limit of 1000 bytes"
    assert "NDJSON" in str(error.hint)
