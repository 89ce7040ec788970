"""How long until the server takes a write, and what it weighs while it waits."""

from __future__ import annotations

import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final

ROUNDS: Final = 5
PATIENCE_SECONDS: Final = 30.0
MAIN: Final = "from headwater.cli.main import main; main()"


def run() -> list[dict[str, Any]]:
    """Measure starts with a warm cache, idle memory, and the import of the SDK."""
    _start_once()  # warms the cache, and writes the byte code
    starts = sorted(_start_once() for _ in range(ROUNDS))
    bare = _best_seconds("-c", "pass")
    sdk = _best_seconds("-c", "import headwater.sdk")
    command = _best_seconds("-c", MAIN, "--version")
    seconds = statistics.median(start for start, _ in starts)
    megabytes = statistics.median(rss for _, rss in starts) / 1e6
    return [
        _result("process start to first 200 of health", seconds, "s", floor=2.0, aim=1.2),
        _result("idle RSS of up", megabytes, "MB", floor=250, aim=150),
        _result(
            "import headwater.sdk over bare Python",
            sdk - bare,
            "s",
            floor=0.15,
            aim=0.08,
            peer=f"bare Python {bare:.3f} s",
        ),
        _result("headwater --version over bare Python", command - bare, "s"),
    ]


def _result(name: str, value: float, unit: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "value": round(value, 4), "unit": unit, **more}


def _start_once() -> tuple[float, int]:
    """Start a server on a new directory; return seconds to its first 200 and its idle bytes."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        started = time.perf_counter()
        with up(Path(folder) / "data", port) as pid:
            wait_for_health(port)
            seconds = time.perf_counter() - started
            time.sleep(1.0)  # idle is what is left once the start has settled
            return seconds, _rss_bytes(pid)


@contextmanager
def up(data: Path, port: int) -> Iterator[int]:
    """Run `headwater up` and yield the id of its process."""
    command = [sys.executable, "-c", MAIN, "up"]
    options = ["--data", str(data), "--port", str(port), "--web-port", "0", "--otlp-port", "0"]
    with subprocess.Popen(
        [*command, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE_SECONDS)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for_health(port: int) -> None:
    """Wait until the server says that it is well."""
    until = time.perf_counter() + PATIENCE_SECONDS
    while time.perf_counter() < until:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/api/v1/health")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.005)
    raise TimeoutError(f"no 200 from health within {PATIENCE_SECONDS} s")


def _rss_bytes(pid: int) -> int:
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        found = re.search(r"VmRSS:\s+(\d+) kB", status.read_text(encoding="utf-8"))
        assert found is not None
        return int(found[1]) * 1024
    said = subprocess.run(
        ["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True
    )
    return int(said.stdout) * 1024


def _best_seconds(*arguments: str) -> float:
    """Return the least of several runs of this interpreter."""
    command = [sys.executable, "-I", *arguments]
    times = []
    for _ in range(2 * ROUNDS):
        started = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=dict(os.environ))
        times.append(time.perf_counter() - started)
    return min(times)
