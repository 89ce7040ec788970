"""Files and folders that cannot be read or written are told in one message, without a traceback."""

from __future__ import annotations

import gzip
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from headwater.cli.session import Exit


def told(data: Path, *arguments: str, columns: int = 120) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "headwater", "--data", str(data), *arguments],
        capture_output=True,
        text=True,
        env=os.environ | {"COLUMNS": str(columns)},
        check=False,
    )


def damaged(kind: str) -> bytes:
    """Return a packed file that is none, that ends too early, or that has other bytes in it."""
    packed = gzip.compress(random.Random(7).randbytes(20_000).hex().encode())
    inside = len(packed) // 2
    match kind:
        case "none":
            return b'{"a": 1}\n'
        case "short":
            return packed[:inside]
        case _:
            return packed[:inside] + b"\xff" * 100 + packed[inside + 100 :]


@pytest.mark.parametrize("kind", ["none", "short", "torn"])
def test_damaged_gzip_is_named_without_a_traceback(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "records.ndjson.gz"
    file.write_bytes(damaged(kind))
    ended = told(tmp_path / "data", "ingest", "--source", "rooms", str(file))
    assert ended.returncode == Exit.INVALID
    assert f"headwater: {file} is not whole gzip: " in ended.stderr
    assert "drop .gz" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("kind", ["short", "torn"])
def test_damaged_gzip_of_events_is_named_too(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "events.ndjson.gz"
    file.write_bytes(damaged(kind))
    ended = told(tmp_path / "data", "events", "check", str(file))
    assert ended.returncode == Exit.INVALID
    assert "is not whole gzip" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_export_into_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    target = tmp_path / "nowhere" / "all.ndjson"
    ended = told(tmp_path / "data", "events", "export", str(target))
    assert ended.returncode == Exit.FAILED
    assert str(target.parent) in ended.stderr
    assert "make the folder first" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("group", [(), ("lineage",), ("events",), ("pipelines",)])
def test_a_list_of_commands_tells_all_of_each_in_a_narrow_terminal(
    tmp_path: Path, group: tuple[str, ...]
) -> None:
    listed = told(tmp_path, *group, "--help", columns=80)
    assert listed.returncode == Exit.OK
    lines = listed.stdout.split("Commands:")[1].splitlines()
    assert len(lines) > 4
    assert not any(line.endswith("...") for line in lines)
    assert all(len(line) <= 80 for line in lines)


def test_csv_is_sent_to_the_pipeline_that_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "rooms.csv"
    file.write_text("room,celsius\nhall,19\n")
    ended = told(tmp_path / "data", "ingest", "--source", "rooms", str(file))
    assert ended.returncode == Exit.INVALID
    assert "headwater pipelines run file_to_source" in ended.stderr
