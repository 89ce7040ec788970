"""The shipped pipeline reads CSV and JSON, cleans and checks, and opens no file but its own."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from headwater.jobs.file_to_source import file_to_source
from tests.flow.conftest import finished

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
