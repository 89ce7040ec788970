"""kill -9 at any moment loses no acknowledged lineage event."""

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
from tests.lineage_stores import events_of

pytestmark = pytest.mark.faults

ROUNDS = int(os.environ.get("HEADWATER_TEST_ROUNDS", "20"))
WRITER = Path(__file__).with_name("event_writer.py")
APART = 1_000_000


def _write_until_killed(path: Path, start: int) -> set[int]:
    command = [sys.executable, str(WRITER), str(path), str(start)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        first = writer.stdout.readline()
        time.sleep(random.uniform(0, 0.1))
        writer.kill()
        rest = writer.stdout.read()
    return {int(line) for line in (first + rest).split(b"\n")[:-1]}


def _numbers(log: SqlLineage) -> set[int]:
    return {json.loads(event)["run"]["facets"]["n"]["number"] for event in events_of(log)}


@pytest.mark.timeout(60 + 5 * ROUNDS)
def test_no_acknowledged_event_is_lost(tmp_path):
    path = tmp_path / "lineage.db"
    acknowledged: set[int] = set()
    for round_ in range(ROUNDS):
        acknowledged |= _write_until_killed(path, round_ * APART)
        log = SqlLineage.open(path)
        assert acknowledged <= _numbers(log)
        log.close()
    log = SqlLineage.open(path)
    before = log.dump()
    log.rebuild()
    assert log.dump() == before
    log.close()
    assert len(acknowledged) >= ROUNDS
