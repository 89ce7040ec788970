"""Every test of the SDK has an outbox of its own, and a process that is not set up yet."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from headwater.sdk import delivery
from headwater.sdk.delivery import replace_delivery, restore_delivery
from headwater.sdk.guard import forget_warnings

from .event_server import PATIENCE_SECONDS, Server


@pytest.fixture(autouse=True)
def outbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name in os.environ:
        if name.startswith(("OPENLINEAGE", "OTEL_", "TRACEPARENT", "AIRFLOW_CTX")):
            monkeypatch.delenv(name)
    folder = tmp_path / "outbox"
    monkeypatch.setenv("HEADWATER_OUTBOX", str(folder))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("headwater.sdk.destinations._TIMEOUT_SECONDS", PATIENCE_SECONDS)
    forget_warnings()
    before = replace_delivery(None, close=False)
    restore_delivery(None)
    delivery._process.given = None
    yield folder
    replace_delivery(None)
    for thread in threading.enumerate():
        if thread.name == "headwater-lineage":  # what it has to say is no other test's
            thread.join(PATIENCE_SECONDS)
    restore_delivery(before)


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    thread = threading.Thread(target=made.http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    made.http.shutdown()
    made.http.server_close()
    thread.join()
