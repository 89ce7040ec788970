from __future__ import annotations

import gzip
import json

import pytest
from typer.testing import CliRunner

from headwater.cli.main import app
from headwater.errors import Invalid, Malformed, Missing

SPEC = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
GOOD = {
    "eventType": "START",
    "eventTime": "2026-11-21T01:00:00Z",
    "producer": "https://p.example",
    "schemaURL": SPEC,
    "run": {"runId": "01a1fb67-1800-7de6-80de-0d1c32a0395a"},
    "job": {"namespace": "ns", "name": "j"},
}
BAD = GOOD | {"eventType": "start"}
WARNED = GOOD | {"inputs": [{"namespace": "ns", "name": ""}]}


def _lines(*events):
    return b"".join(json.dumps(event).encode() + b"\n" for event in events)


def _check(*arguments, text=b""):
    return CliRunner().invoke(app, ["events", "check", *map(str, arguments)], input=text)


def _found(*arguments, text=b""):
    result = _check(*arguments, "--json", text=text)
    return json.loads(result.stdout), result.exit_code


def test_good_events_end_with_zero(tmp_path):
    file = tmp_path / "events.ndjson"
    file.write_bytes(_lines(GOOD, GOOD))
    result = _check(file)
    assert result.exit_code == 0
    assert "2 events, kinds of findings: none" in result.output


def test_a_broken_schema_ends_with_one_and_says_where(tmp_path):
    file = tmp_path / "events.ndjson"
    file.write_bytes(_lines(GOOD, BAD, BAD))
    found, code = _found(file)
    assert code == 1
    assert found == {
        "events": 3,
        "findings": [
            {
                "path": "/eventType",
                "rule": "not-in-list",
                "severity": "error",
                "message": "is none of START, RUNNING, COMPLETE, ABORT, FAIL, OTHER",
                "pattern": "/eventType",
                "events": 2,
                "first": f"{file}:2",
            }
        ],
    }


@pytest.mark.parametrize(("level", "code"), [("error", 0), ("warning", 1), ("info", 1)])
def test_the_level_decides_what_fails(tmp_path, level, code):
    file = tmp_path / "one.json"
    file.write_bytes(_lines(WARNED))
    assert _check(file, "--level", level).exit_code == code


@pytest.mark.parametrize(
    "body",
    [
        _lines(BAD),
        json.dumps(BAD, indent=2).encode(),
        json.dumps([BAD]).encode(),
        json.dumps([BAD], indent=2).encode(),
        b"\n\n" + _lines(BAD),
        gzip.compress(_lines(BAD)),
        gzip.compress(json.dumps([BAD], indent=1).encode()),
    ],
)
def test_events_are_read_in_every_form(tmp_path, body):
    (tmp_path / "a.json").write_bytes(body)
    found, _ = _found(tmp_path / "a.json")
    assert (found["events"], len(found["findings"])) == (1, 1)
    assert _found(tmp_path)[0]["events"] == 1
    if body[:1] != b"\x1f":
        assert _found("-", text=body)[0]["events"] == 1


def test_lines_that_are_no_json_are_found_one_by_one(tmp_path):
    file = tmp_path / "events.jsonl"
    file.write_bytes(_lines(GOOD) + b"{broken\n" + _lines(GOOD))
    found, code = _found(file)
    assert (found["events"], code) == (3, 1)
    assert [f["first"] for f in found["findings"]] == [f"{file}:2"]


@pytest.mark.parametrize("first", [b"broken", b"{broken", b'{"a": [', b"[1", b'"x"', b"# notes"])
def test_a_broken_first_line_takes_no_other_with_it(tmp_path, first):
    file = tmp_path / "events.ndjson"
    file.write_bytes(first + b"\n" + _lines(GOOD, GOOD))
    found, code = _found(file)
    assert (found["events"], code) == (3, 1)
    assert {f["first"] for f in found["findings"]} == {f"{file}:1"}


def test_what_is_not_there_or_cut_short_is_named(tmp_path):
    assert isinstance(_check(tmp_path / "none").exception, Missing)
    assert isinstance(_check(tmp_path).exception, Invalid)
    (tmp_path / "cut.gz").write_bytes(gzip.compress(_lines(GOOD) * 50)[:-9])
    assert isinstance(_check(tmp_path / "cut.gz").exception, Malformed)
