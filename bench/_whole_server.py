"""The whole server in a process of its own, on a free port and a directory that is gone after."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.request import urlopen

from headwater.app.directory import DataDirectory

_PATIENCE_SECONDS: Final = 60.0
_PORTS: Final = ("--port", "0", "--web-port", "0", "--otlp-port", "0")


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that answers: its address and its process."""

    url: str
    pid: int


@contextmanager
def whole_server() -> Iterator[str]:
    """Run `headwater up`; yields its address."""
    with running_server() as server:
        yield server.url


@contextmanager
def running_server() -> Iterator[RunningServer]:
    """Run `headwater up`; yields its address with its process."""
    with tempfile.TemporaryDirectory() as folder:
        data, log = Path(folder) / "data", (Path(folder) / "log").open("ab")
        command = [sys.executable, "-m", "headwater", "up", "--data", str(data), *_PORTS]
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            yield RunningServer(_address(data, process), process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(_PATIENCE_SECONDS)
            log.close()


def _address(data: Path, process: subprocess.Popen[bytes]) -> str:
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until and process.poll() is None:
        owner = DataDirectory.owner(data)
        if owner is not None and owner.url is not None:
            try:
                with urlopen(f"{owner.url}/api/v1/health", timeout=5):
                    return owner.url
            except OSError:
                pass
        time.sleep(0.05)
    raise RuntimeError("the server did not come up")
