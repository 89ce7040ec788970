"""HTTP load on one path: by wrk where it is installed, else by a lean generator in Python.

The latter runs in a process of its own, `python -m bench.load PORT PATH ...`. Keep-alive
connections send one prepared request over and over; an answer must arrive before the next is
sent. Measured are requests, per second, latencies in milliseconds, failures.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import uvloop

WRK: Final = shutil.which("wrk")
GENERATOR: Final = "bench.load" if WRK is None else "wrk"
"""What makes the load; the Python one takes about as much processor as what it measures."""

_SCRIPT: Final = """
local file = io.open("BODY", "rb")
wrk.method, wrk.body = "POST", file:read("*a")
wrk.headers["Content-Type"] = "application/json"
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format(
    '\\n{"requests": %d, "per_second": %f, "p50_ms": %f, "p99_ms": %f, "failures": %d}',
    summary.requests, summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    e.connect + e.read + e.write + e.status + e.timeout))
end
"""


class _Client(asyncio.Protocol):
    """One connection; the length of the first answer tells where later ones end."""

    def __init__(self, request: bytes, until: float, latencies: list[float]) -> None:
        self._request = request
        self._until = until
        self._latencies = latencies
        self._received = bytearray()
        self._transport: Any = None
        self._sent_at = 0.0
        self.failures = 0
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._received[:end].lower()
        start = head.index(b"content-length:") + 15
        stop = head.find(b"\r\n", start)
        length = int(head[start : stop if stop > 0 else end])
        if len(self._received) < end + 4 + length:
            return
        now = time.perf_counter()
        self._latencies.append(now - self._sent_at)
        if not self._received.startswith(b"HTTP/1.1 20"):
            self.failures += 1
        self._received.clear()
        if now < self._until:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)

    def _send(self) -> None:
        self._sent_at = time.perf_counter()
        self._transport.write(self._request)


async def _load(options: argparse.Namespace, request: bytes) -> dict[str, Any]:
    loop = asyncio.get_running_loop()
    latencies: list[float] = []
    started = time.perf_counter()
    clients = []
    for _ in range(options.connections):
        _, client = await loop.create_connection(
            lambda: _Client(request, started + options.seconds, latencies),
            "127.0.0.1",
            options.port,
        )
        clients.append(client)
    await asyncio.gather(*(client.done for client in clients))
    seconds = time.perf_counter() - started
    latencies.sort()
    return {
        "requests": len(latencies),
        "per_second": len(latencies) / seconds,
        "p50_ms": latencies[len(latencies) // 2] * 1000,
        "p99_ms": latencies[int(len(latencies) * 0.99)] * 1000,
        "failures": sum(client.failures for client in clients),
    }


def load(
    port: int, path: str, body: Path, *, connections: int = 64, seconds: float = 3.0
) -> dict[str, Any]:
    """Put load on a path and return what was measured."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        arguments = [str(port), path, str(body), str(connections), str(seconds)]
        command = [sys.executable, "-m", "bench.load", *arguments]
        if WRK is not None:
            script.write(_SCRIPT.replace("BODY", str(body)))
            script.flush()
            url = f"http://127.0.0.1:{port}{path}"
            command = [WRK, "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s"]
            command += ["-s", script.name, url]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    if measured["failures"]:
        raise RuntimeError(f"{measured['failures']} requests to {path} failed")
    return measured


def _main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("path")
    parser.add_argument("body", type=Path)
    parser.add_argument("connections", type=int)
    parser.add_argument("seconds", type=float)
    options = parser.parse_args()
    body = options.body.read_bytes()
    request = (
        f"POST {options.path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body
    print(json.dumps(uvloop.run(_load(options, request))))


if __name__ == "__main__":
    _main()
