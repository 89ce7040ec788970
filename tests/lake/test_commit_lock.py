from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from headwater.errors import Locked
from headwater.lake.commit_lock import CommitLock

HOLD = """
import sys
from pathlib import Path
from headwater.lake.commit_lock import CommitLock
with CommitLock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def another_process(lake: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the lock until it reads a line."""
    command = [sys.executable, "-c", HOLD, str(lake)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process


def test_lock_can_be_taken_again_after_its_release(tmp_path: Path) -> None:
    lock = CommitLock(tmp_path / "lake")
    for _ in range(2):
        with lock:
            assert (tmp_path / "lake" / "commit.lock").read_text() == f"{os.getpid()}\n"


def test_lock_excludes_another_holder_in_the_same_process(tmp_path: Path) -> None:
    with CommitLock(tmp_path), pytest.raises(Locked) as caught:
        CommitLock(tmp_path, timeout_seconds=0).acquire()

    assert caught.value.owner_pid == os.getpid()


def test_timeout_names_the_process_that_holds_the_lock(tmp_path: Path) -> None:
    with another_process(tmp_path) as process:
        with pytest.raises(Locked, match=str(process.pid)) as caught:
            CommitLock(tmp_path, timeout_seconds=0.1).acquire()
        process.communicate("\n")

    assert caught.value.owner_pid == process.pid


def test_second_process_waits_for_the_first(tmp_path: Path) -> None:
    with another_process(tmp_path) as process:
        assert process.stdin is not None
        with pytest.raises(Locked):
            CommitLock(tmp_path, timeout_seconds=0).acquire()
        process.stdin.write("\n")
        process.stdin.flush()

        with CommitLock(tmp_path, timeout_seconds=30):
            pass


def test_death_of_the_holder_frees_the_lock(tmp_path: Path) -> None:
    with another_process(tmp_path) as process:
        process.send_signal(signal.SIGKILL)

        with CommitLock(tmp_path, timeout_seconds=30):
            pass
