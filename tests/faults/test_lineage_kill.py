"""kill -9 at any moment loses no acknowledged event or command, and tears no transaction."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from headwater.lineage.log import SqlLineage
from tests.lineage_stores import ask, events_of

pytestmark = pytest.mark.faults

ROUNDS = int(os.environ.get("HEADWATER_TEST_ROUNDS", "20"))
WRITER = Path(__file__).with_name("event_writer.py")
APART = 1_000_000


def _write_until_killed(place: Path | str, *starts: int) -> set[int]:
    """Write with a process for each start, kill each at a moment, return what was acknowledged."""
    writers = [
        subprocess.Popen(
            [sys.executable, str(WRITER), str(place), str(start)], stdout=subprocess.PIPE
        )
        for start in starts
    ]
    acknowledged: set[int] = set()
    for writer in writers:
        with writer:
            assert writer.stdout is not None
            first = writer.stdout.readline()
            time.sleep(random.uniform(0, 0.1))
            writer.kill()
            rest = writer.stdout.read()
        acknowledged |= {int(line) for line in (first + rest).split(b"\n")[:-1]}
    return acknowledged


def _numbers(log: SqlLineage) -> set[int]:
    return {json.loads(event)["run"]["facets"]["n"]["number"] for event in events_of(log)}


def _tagged(log: SqlLineage) -> set[int]:
    return {int(bytes(tag)[1:]) for (tag,) in ask(log, "SELECT item FROM dataset_note")}


@pytest.mark.timeout(300 + 60 * ROUNDS)
def test_no_acknowledged_event_or_command_is_lost(lineage_backend):
    place = lineage_backend.place()
    servers = 1 if lineage_backend.server is None else 2
    acknowledged: set[int] = set()
    for round_ in range(ROUNDS):
        starts = [(round_ * servers + n) * APART for n in range(servers)]
        acknowledged |= _write_until_killed(place, *starts)
        log = lineage_backend.open(place)
        assert acknowledged <= _numbers(log)
        assert _tagged(log) == _numbers(log)
        lineage_backend.close(log)
    log = lineage_backend.open(place)
    assert ask(log, "SELECT count(*) FROM event") == ask(log, "SELECT max(seq) FROM event")
    before = log.dump()
    log.rebuild()
    assert log.dump() == before
    assert len(acknowledged) >= ROUNDS
