"""The same suite on ClickHouse's engine, in a process of its own, and Grafana's panels on it."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.contract.telemetry.conftest import ENGINE

HERE = Path(__file__).parent


@pytest.mark.timeout(1800)
@pytest.mark.skipif(ENGINE == "clickhouse", reason="this is that process")
def test_clickhouse_keeps_the_contract() -> None:
    if find_spec("chdb") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("chdb is not here: make setup")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", str(HERE)],
        env=os.environ | {"HEADWATER_TEST_TELEMETRY": "clickhouse"},
        cwd=HERE.parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-2_000:]
    assert " passed" in done.stdout
