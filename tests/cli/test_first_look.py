"""What a new lake says to whoever looks around in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from headwater.cli.session import Exit
from tests.cli import test_run

data, run = test_run.data, test_run.run


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("tables",), "headwater ingest"),
        (("schemas", "list"), "headwater schemas register"),
        (("schemas", "list", "--source", "clicks"), "clicks has no schema yet"),
        (("quarantine", "list"), "no record waits"),
        (("runs", "list"), "headwater run"),
        (("token", "list"), "no token"),
    ],
)
def test_an_empty_list_is_a_sentence(run: Any, command: tuple[str, ...], said: str) -> None:
    told = run(*command)
    assert told.exit_code == Exit.OK
    assert said in told.stdout
    assert len(told.stdout.splitlines()) == 1


def test_the_command_that_leads_on_from_refused_records_lists_them(run: Any, data: Path) -> None:
    file = data.parent / "odd.ndjson"
    file.write_text('{"x": NaN}\n{"x": 1}\n')
    told = run("ingest", "--source", "clicks", str(file))
    assert told.exit_code == Exit.INVALID
    command = told.stdout.splitlines()[-1].partition("headwater ")[2].split()

    listed = run(*command)

    assert listed.exit_code == Exit.OK
    assert "NaN is not a JSON number" in " ".join(listed.stdout.split())
    assert json.loads(run(*command, "--json").stdout)["waiting"] == 1


@pytest.mark.parametrize("group", [(), ("lineage",)])
def test_help_uses_the_width_of_the_terminal(group: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "headwater", *group, "--help"]
    environment = os.environ | {"COLUMNS": "120"}
    listed = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    lines = listed.stdout.splitlines()
    assert len(lines) > 10
    assert not any(line.endswith("...") for line in lines[1:])
