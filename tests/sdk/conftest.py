"""Every test of the SDK has an outbox of its own, and a process that is not set up yet."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from headwater.sdk.delivery import replace_delivery, restore_delivery
from headwater.sdk.guard import forget_warnings


@pytest.fixture(autouse=True)
def outbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name in os.environ:
        if name.startswith(("OPENLINEAGE", "OTEL_", "TRACEPARENT", "AIRFLOW_CTX")):
            monkeypatch.delenv(name)
    folder = tmp_path / "outbox"
    monkeypatch.setenv("HEADWATER_OUTBOX", str(folder))
    monkeypatch.setenv("HOME", str(tmp_path))
    forget_warnings()
    before = replace_delivery(None, close=False)
    restore_delivery(None)
    yield folder
    replace_delivery(None)
    restore_delivery(before)
