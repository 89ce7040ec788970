"""What spreadsheets and other programs write is read, or refused once with its place."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tests.flow.test_file_to_source import records_of, run_of


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    ("name", "separator"), [("o.csv", ";"), ("o.csv", "\t"), ("o.tsv", "\t"), ("o.csv", "|")]
)
def test_columns_may_be_separated_otherwise(executor_of, told, files, name, separator) -> None:
    rows = [["id", '"net, of tax"', "note"], ["1", '"2,5"', f'"a{separator}\nb"']]
    (files / name).write_text("\ufeff" + "\n".join(separator.join(row) for row in rows) + "\n")
    assert run_of(executor_of, file=name).error is None
    assert records_of(told) == [{"id": 1, "net, of tax": "2,5", "note": f"a{separator}\nb"}]


LATIN = "id,name\n1,a\n2,\u00e9t\u00e9\n".encode("latin-1")


UNREADABLE = {
    "latin": ("o.csv", LATIN, "'o.csv' is not UTF-8 in line 3 (write it as UTF-8"),
    "latin-packed": ("o.csv.gz", gzip.compress(LATIN), "'o.csv.gz' is not UTF-8 in line 3"),
    "twice": ("o.csv", b"id, id \n1,2\n", "names the column 'id' 2 times"),
    "json": ("o.json", b'[{"a": 1}\n{"a": 2}]', "'o.json' is not JSON in line 2, column 1"),
    "not-packed": ("o.ndjson.gz", b'{"a": 1}\n', "'o.ndjson.gz' is not whole gzip"),
    "cut": ("o.ndjson.gz", gzip.compress(b'{"a": 1}\n')[:-9], "'o.ndjson.gz' is not whole gzip"),
    "wide": ("o.csv", b"id\n" + b"x" * 200_000, "'o.csv' is not CSV: field larger"),
    "gone": (None, b"", "there is no file 'gone.csv'"),
}


@pytest.mark.parametrize(("name", "content", "said"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_file_that_cannot_be_read_fails_at_once_with_its_place(
    executor_of, told, files, name, content, said
) -> None:
    if name:
        (files / name).write_bytes(content)
    run = run_of(executor_of, file=name or "gone.csv")
    assert run.state == "FAILED"
    assert said in str(run.error)
    assert ".py" not in str(run.error)
    assert run.stages[0].attempts == 1
    assert records_of(told) == []


def test_values_of_an_array_that_are_no_objects_are_left_out_and_told(
    executor_of, told, files
) -> None:
    (files / "o.json").write_text('[{"a": 1}, 2, null]')
    run = run_of(executor_of, file="o.json")
    assert run.error is None
    assert records_of(told) == [{"a": 1}]
    assert [one.record for one in run.stages[0].rejects] == [
        {"place": 2, "value": 2},
        {"place": 3, "value": None},
    ]
