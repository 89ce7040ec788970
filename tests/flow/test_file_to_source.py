"""The shipped pipeline reads CSV and JSON, cleans and checks, and opens no file but its own."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.jobs.file_to_source import _typed, file_to_source
from tests.flow.conftest import finished

NUMBER = r"\A-?[0-9]{1,30}(\.[0-9]*)?(e-?[0-9]{1,4})?\Z"
CSV = "id, amount ,note,flag\n1, 2.5 ,hello,true\n2,,NA,false\n,7,x,true\n3,007,,\n,,,\n"


def run_of(executor_of: Any, **parameters: str) -> Any:
    executor = executor_of(file_to_source)
    given = {"source": "orders", "required": "", **parameters}
    return finished(executor, executor.start("file_to_source", given, principal="me").run_id)


def records_of(told: Any) -> list[dict[str, Any]]:
    found = [record for _, records in told.sent.values() for record in records]
    return [
        {k: v for k, v in one.items() if k not in ("source_file", "pipeline_run")} for one in found
    ]


@pytest.mark.parametrize("name", ["o.csv", "deep/o.csv.gz"])
def test_csv_is_typed_cleaned_and_checked(executor_of, told, tmp_path: Path, name: str) -> None:
    path = tmp_path / "files" / name
    path.parent.mkdir(parents=True)
    text = ("\ufeff" + CSV).encode()
    path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    run = run_of(executor_of, file=name, required="id")
    assert run.error is None
    assert records_of(told) == [
        {"id": 1, "amount": "2.5", "note": "hello", "flag": True},
        {"id": 2, "amount": None, "note": None, "flag": False},
        {"id": 3, "amount": "007", "note": None, "flag": None},
    ]
    (validate,) = [stage for stage in run.stages if stage.name == "validate"]
    assert [one.reason for one in validate.rejects] == ["id is missing", "id is missing"]
    extract = next(e for e in told.events if e["job"]["name"].endswith(".extract") and e["inputs"])
    assert extract["inputs"][0]["name"] == str(path)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("o.json", json.dumps([{"a": 1}, {"a": 2.5}])),
        ("o.ndjson", '{"a": 1}\n\n{"a": 2.5}\n'),
    ],
)
def test_json_is_read_whole_or_line_by_line(executor_of, told, tmp_path, name, text) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / name).write_text(text)
    assert run_of(executor_of, file=name, output="out/clean.ndjson").error is None
    assert records_of(told) == [{"a": 1.0}, {"a": 2.5}]
    written = (tmp_path / "files" / "out" / "clean.ndjson").read_text().splitlines()
    assert len(written) == 2


@pytest.mark.parametrize("name", ["../secret.csv", "/etc/passwd", "", "a/../../b.csv"])
def test_file_elsewhere_is_not_opened(executor_of, tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    run = run_of(executor_of, file=name)
    assert run.state == "FAILED"
    assert "may not open" in str(run.error)


def test_lines_and_rows_that_are_none_are_left_out_and_told(executor_of, told, tmp_path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "o.ndjson").write_text('{"a": 1}\n{"a": \n[1]\n{"a": 2}\n')
    run = run_of(executor_of, file="o.ndjson")
    assert records_of(told) == [{"a": 1}, {"a": 2}]
    assert [one.record["line"] for one in run.stages[0].rejects] == [2, 3]
    (tmp_path / "files" / "o.csv").write_text("a,b\n1,2\n3,4,5,6\n7\n")
    told.sent.clear()
    run = run_of(executor_of, file="o.csv")
    assert records_of(told) == [{"a": 1, "b": 2}, {"a": 7, "b": None}]
    assert run.stages[0].rejects[0].reason == "it has 2 fields more than the header"


@given(st.one_of(st.text(), st.integers().map(str), st.floats().map(str), st.from_regex(NUMBER)))
def test_text_becomes_a_number_only_if_the_number_says_as_much(text: str) -> None:
    value = _typed(text)
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, int):
        assert str(value) == text.strip() or text.strip() == "-0"
    elif isinstance(value, float):
        assert value == float(text)
        json.dumps(value, allow_nan=False)
    else:
        assert value == text.strip()
