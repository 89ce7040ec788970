"""`headwater pipelines` as a person and as a script use it, with a server and without one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from headwater.cli.session import Exit
from headwater.errors import Missing, Unprocessable
from tests.cli import test_run

data, run, server = test_run.data, test_run.run, test_run.server

CSV = "id,customer\n1,ann\n2,\n3,bob\n"


@pytest.fixture(autouse=True)
def file(data: Path) -> Path:
    path = data / "files" / "orders.csv"
    path.parent.mkdir(parents=True)
    path.write_text(CSV)
    return path


def started(run: Any, *more: str) -> Any:
    given = ("-p", "file=orders.csv", "-p", "source=orders", "--parameter", "required=customer")
    return run("pipelines", "run", "file_to_source", *given, *more)


def test_without_a_server_a_run_is_followed_to_its_end(run: Any, data: Path) -> None:
    assert "No run yet" in run("pipelines", "runs").output
    assert "file_to_source" in run("pipelines").output
    (listed,) = json.loads(run("pipelines", "--json").stdout)
    assert listed["parameters"]["file"]["is_required"] is True

    told = started(run)
    assert told.exit_code == Exit.OK, told.output
    assert "validate left out: customer is missing" in told.output
    assert "COMPLETED" in told.output

    (one,) = json.loads(run("pipelines", "runs", "--json").stdout)
    assert (one["state"], one["records"]) == (
        "COMPLETED",
        {"read": 3, "written": 2, "rejected": 1},
    )
    assert one["id"] in run("pipelines", "runs", "--pipeline", "file_to_source").output
    shown = run("pipelines", "show", one["id"])
    assert (shown.exit_code, "enrich" in shown.output) == (Exit.OK, True)
    assert json.loads(run("pipelines", "show", one["id"], "--json").stdout)["id"] == one["id"]
    assert "is COMPLETED" in run("pipelines", "cancel", one["id"]).output


@pytest.mark.usefixtures("server")
def test_with_a_server_a_run_is_started_and_waited_for_if_asked(run: Any) -> None:
    first = started(run, "--key", "k")
    assert (first.exit_code, "started" in first.output) == (Exit.OK, True)
    waited = started(run, "--key", "k", "--wait", "--json")
    assert waited.exit_code == Exit.OK
    assert json.loads(waited.stdout)["id"] in first.output
    assert json.loads(waited.stdout)["state"] == "COMPLETED"


def test_run_that_fails_ends_with_its_error_and_a_code(run: Any, file: Path) -> None:
    file.write_text('{"a": ')
    file.rename(file.with_name("orders.json"))
    told = run("pipelines", "run", "file_to_source", "-p", "file=orders.json", "-p", "source=x")
    assert told.exit_code == Exit.FAILED
    assert "the stage 'extract' failed: 'orders.json' is not JSON in line 1" in told.output


def test_wrong_words_are_refused(run: Any) -> None:
    assert isinstance(run("pipelines", "run", "nothing").exception, Missing)
    assert isinstance(run("pipelines", "run", "file_to_source").exception, Unprocessable)
    assert isinstance(run("pipelines", "show", "nobody").exception, Missing)
    told = run("pipelines", "run", "file_to_source", "-p", "file")
    assert (told.exit_code, "NAME=VALUE" in told.output) == (Exit.USAGE, True)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [("integer", "3", 3), ("number", "2.5", 2.5), ("boolean", "True", True)],
)
def test_what_is_typed_becomes_the_declared_type(kind: str, text: str, value: object) -> None:
    from headwater.cli.pipelines import _typed

    assert _typed("x", text, kind) == value
    with pytest.raises(Unprocessable):
        _typed("x", "no", kind)
