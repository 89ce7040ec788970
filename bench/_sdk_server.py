"""A whole server, as a user starts it, that can be killed and started again on the same data."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.request import urlopen

PATIENCE_SECONDS: Final = 60.0
_PAGE: Final = 10_000


class LineageServer:
    """`headwater up` on a port that stays the same."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = int(probe.getsockname()[1])
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start it, and return once it answers."""
        ports = ["--port", str(self._port), "--web-port", "0", "--otlp-port", "0"]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "headwater", "up", "--data", str(self._folder / "data"), *ports],
            env={**os.environ, "HEADWATER_JOBS__EVERY_SECONDS": "0"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.perf_counter() + PATIENCE_SECONDS
        while not self._answers():
            if time.perf_counter() > until:
                raise TimeoutError(f"no answer from {self.url}")
            time.sleep(0.02)

    def stop(self, number: signal.Signals) -> None:
        """End it by a signal."""
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(PATIENCE_SECONDS)
            self._process = None

    def count(self) -> int:
        """Return how many runs have ended well."""
        found, ended = 0, 0
        while True:
            query = f"namespace=bench&job=clean&limit={_PAGE}&offset={found}"
            try:
                with urlopen(f"{self.url}/api/v2/runs?{query}", timeout=30) as reply:
                    page = json.loads(reply.read())["runs"]
            except OSError:
                return ended
            found += len(page)
            ended += sum(run["own_state"] == "COMPLETED" for run in page)
            if len(page) < _PAGE:
                return ended

    def _answers(self) -> bool:
        try:
            with urlopen(f"{self.url}/api/v1/health", timeout=5) as reply:
                return bool(reply.status == 200)
        except OSError:
            return False


@contextmanager
def lineage_server() -> Iterator[str]:
    """Start a server on a new directory, and return its URL."""
    with tempfile.TemporaryDirectory() as folder:
        server = LineageServer(Path(folder))
        try:
            server.start()
            yield server.url
        finally:
            server.stop(signal.SIGTERM)


@contextmanager
def outbox() -> Iterator[dict[str, str]]:
    """Return an environment with an outbox of its own."""
    with tempfile.TemporaryDirectory() as folder:
        yield {**os.environ, "HEADWATER_OUTBOX": folder, "HEADWATER_FLUSH_SECONDS": "1"}
