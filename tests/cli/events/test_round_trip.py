"""Out of one data directory and into another, by hand."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from urllib.parse import quote

import pytest
from typer.testing import CliRunner

from headwater.cli.main import app
from headwater.cli.session import Session
from headwater.errors import Conflict

PAYLOADS = Path(__file__).parents[2] / "payloads" / "producers"
EVENTS = PAYLOADS / "ol-python-file.jsonl"


@pytest.fixture
def run(tmp_path):
    def invoke(where, *arguments, text=None):
        command = ["--data", str(tmp_path / where), "events", *map(str, arguments)]
        return CliRunner().invoke(app, command, input=text)

    return invoke


def _lines(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_file_goes_from_one_directory_to_another(run, tmp_path):
    assert "8 entries went in, 0 were there already" in run("a", "import", EVENTS).output
    assert run("a", "export", tmp_path / "all.ndjson").exit_code == 0
    result = run("b", "import", tmp_path / "all.ndjson", "--json")
    assert json.loads(result.stdout) == {"received": 8, "new": 8, "known": 0, "failed": []}
    assert run("b", "export").stdout == run("a", "export").stdout
    assert "0 entries went in, 8 were there already" in run("b", "import", EVENTS).output


def test_a_folder_of_objects_and_gzip_are_the_same(run, tmp_path):
    run("a", "import", EVENTS)
    run("a", "export", "--objects", tmp_path / "objects")
    run("a", "export", tmp_path / "all.ndjson.gz")
    assert len(list((tmp_path / "objects").iterdir())) == 8
    assert len(gzip.decompress((tmp_path / "all.ndjson.gz").read_bytes()).splitlines()) == 8
    run("b", "import", tmp_path / "objects")
    run("c", "import", tmp_path / "all.ndjson.gz")
    assert run("b", "export").stdout == run("c", "export").stdout == run("a", "export").stdout


def test_a_bare_export_is_what_was_sent(run):
    run("a", "import", EVENTS)
    sent = [json.loads(line) for line in EVENTS.read_bytes().splitlines()]
    assert _lines(run("a", "export", "--bare")) == sent


def test_an_export_goes_on_behind_a_sequence(run):
    run("a", "import", EVENTS)
    found = _lines(run("a", "export", "--after", "5"))
    assert [line["_headwater"]["sequence"] for line in found] == [6, 7, 8]


def test_what_is_refused_is_named_and_the_rest_goes_in(run, tmp_path):
    file = tmp_path / "some.ndjson"
    lines = [b"{broken", EVENTS.read_bytes().splitlines()[0], b'{"_headwater":3,"run":{}}']
    file.write_bytes(b'{"job":{"name":"j"}}\n' + b"\n".join(lines))
    result = run("a", "import", file)
    assert result.exit_code == 3
    assert "1 entry went in, 0 were there already, 3 were refused" in result.output
    assert f"{file}:1 at /job/namespace: job.namespace is missing" in result.output
    assert f"{file}:4 at /_headwater" in result.output


def test_events_over_several_lines_go_in_beside_others(run, tmp_path):
    sent = [json.loads(line) for line in EVENTS.read_bytes().splitlines()]
    for number, event in enumerate(sent):
        indent = 2 if number % 2 else None
        (tmp_path / f"{number}.json").write_text(json.dumps(event, indent=indent))
    run("a", "import", *sorted(tmp_path.glob("*.json")))
    assert _lines(run("a", "export", "--bare")) == sent


def test_what_people_did_comes_along(run, tmp_path):
    run("a", "import", EVENTS)
    with Session(data=tmp_path / "a").answers() as answers:
        namespace = json.loads(EVENTS.read_bytes().splitlines()[0])["job"]["namespace"]
        answers.delete(f"/api/v1/namespaces/{quote(namespace, safe='')}")
    lines = _lines(run("a", "export"))
    assert lines[-1]["_headwater"]["command"]["command"] == "delete"
    result = run("a", "export", "--bare", tmp_path / "bare")
    assert "1 command of people left out" in result.stderr
    run("a", "export", tmp_path / "all")
    run("b", "import", tmp_path / "all")
    assert run("b", "export").stdout == run("a", "export").stdout


def test_a_target_of_the_wrong_kind_is_refused(run, tmp_path):
    assert isinstance(run("a", "export", tmp_path).exception, Conflict)
    assert isinstance(run("a", "export", "--objects", "-").exception, Conflict)


def test_an_export_answers_what_a_change_breaks_without_a_server(run, tmp_path):
    run("a", "import", EVENTS)
    run("a", "export", tmp_path / "all.ndjson.gz")
    node = "dataset:postgres%3A%2F%2Fdb%3A5432:shop.public.orders"
    command = ["lineage", "impact", node, "--events", str(tmp_path / "all.ndjson.gz"), "--json"]
    result = CliRunner().invoke(app, command)
    assert (result.exit_code, "left out" in result.stderr) == (0, False)
    assert json.loads(result.stdout)["jobs"]


def test_a_cut_asks_unless_told_not_to(run):
    run("a", "import", EVENTS)
    asked = run("a", "cut", "--before", "2100-01-01", text="n\n")
    assert asked.exit_code == 1
    assert "of the log for good?" in asked.output
    told = json.loads(run("a", "cut", "--before", "2100-01-01", "--yes", "--json").stdout)
    assert (told["before"], told["trial"]) == ("2100-01-01T00:00:00Z", False)
    assert (
        "0 events of the log blank now" in run("a", "cut", "--before", "2100-01-01", "--yes").output
    )
