"""kill -9 at any moment loses no acknowledged span or log record, and halves no request."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from headwater.telemetry.duckdb.store import DuckTelemetry

pytestmark = pytest.mark.faults

ROUNDS = int(os.environ.get("HEADWATER_TEST_ROUNDS", "20"))
WRITER = Path(__file__).with_name("span_writer.py")
APART = 1_000_000


def _send_until_killed(path: Path, start: int) -> set[int]:
    command = [sys.executable, str(WRITER), str(path), str(start)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        first = writer.stdout.readline()
        time.sleep(random.uniform(0, 0.1))
        writer.kill()
        rest = writer.stdout.read()
    return {int(line) for line in (first + rest).split(b"\n")[:-1]}


@pytest.mark.timeout(300 + 60 * ROUNDS)
def test_no_acknowledged_telemetry_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "telemetry.duckdb"
    acknowledged: set[int] = set()
    for round_ in range(max(2, ROUNDS // 4)):
        acknowledged |= _send_until_killed(path, round_ * APART)
        store = DuckTelemetry.open(path)
        reader = store.reader()
        spans = reader.execute(
            "SELECT SpanName, count(DISTINCT SpanId) FROM otel_traces GROUP BY SpanName"
        ).fetchall()
        logs = {int(body) for (body,) in reader.execute("SELECT Body FROM otel_logs").fetchall()}
        reader.close()
        store.close()
        assert acknowledged <= {int(name) for name, _ in spans}
        assert acknowledged <= logs
        assert {count for _, count in spans} == {2}
    assert acknowledged
