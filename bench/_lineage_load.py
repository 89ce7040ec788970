"""Sends different bodies over keep-alive connections, each once, as fast as they are answered."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final, cast
from urllib.parse import urlsplit

import uvloop

_END: Final = b"\r\n\r\n"


@dataclass(slots=True)
class Sent:
    """What became of a load: seconds each request took, how long all took, answers not 2xx."""

    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0
    failures: int = 0

    @property
    def per_second(self) -> float:
        """Return requests a second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """Return a percentile of the latencies in milliseconds."""
        ordered = sorted(self.latencies)
        return ordered[int(len(ordered) * share)] * 1000 if ordered else 0.0


class _Connection(asyncio.Protocol):
    """One connection; what it gets must be shorter than a buffer, as answers to events are."""

    def __init__(self, head: bytes, bodies: Iterator[bytes], until: float, sent: Sent) -> None:
        self._head = head
        self._bodies = bodies
        self._until = until
        self._sent = sent
        self._received = b""
        self._began = 0.0
        self._transport: asyncio.Transport
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are not subclasses
        self._send()

    def data_received(self, data: bytes) -> None:
        self._received += data
        end = _end_of(self._received)
        if end is None:
            return
        now = time.perf_counter()
        self._sent.latencies.append(now - self._began)
        if self._received[9:10] != b"2":
            self._sent.failures += 1
        self._received = b""
        if now < self._until:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, _error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)

    def _send(self) -> None:
        body = next(self._bodies, None)
        if body is None:
            self._transport.close()
            return
        self._began = time.perf_counter()
        self._transport.write(b"%s%d\r\n\r\n%s" % (self._head, len(body), body))


def _end_of(received: bytes) -> int | None:
    """Return where an answer ends, None while it has not all come."""
    at = received.find(_END)
    if at < 0:
        return None
    head = received[:at].lower()
    start = head.find(b"content-length:")
    if start >= 0:
        stop = head.find(b"\r\n", start)
        length = int(head[start + 15 : stop if stop > 0 else at])
        return at + 4 + length if len(received) >= at + 4 + length else None
    if b"transfer-encoding" in head:
        return len(received) if received.endswith(b"0\r\n\r\n") else None
    return at + 4


def send(
    url: str,
    path: str,
    bodies: Iterator[bytes],
    *,
    connections: int,
    seconds: float = 3.0,
    media_type: str = "application/json",
) -> Sent:
    """POST bodies until they or the seconds are spent."""
    at = urlsplit(url)
    head = f"POST {path} HTTP/1.1\r\nHost: {at.netloc}\r\nContent-Type: {media_type}\r\n"
    return uvloop.run(_send(url, head, bodies, connections=connections, seconds=seconds))


async def _send(
    url: str, head: str, bodies: Iterator[bytes], *, connections: int, seconds: float
) -> Sent:
    loop = asyncio.get_running_loop()
    at = urlsplit(url)
    head_bytes = head.encode() + b"Content-Length: "
    sent = Sent()
    started = time.perf_counter()
    clients = []
    for _ in range(connections):
        _, client = await loop.create_connection(
            lambda: _Connection(head_bytes, bodies, started + seconds, sent), at.hostname, at.port
        )
        clients.append(client)
    await asyncio.gather(*(client.done for client in clients))
    sent.seconds = time.perf_counter() - started
    return sent


def batches_of(bodies: Iterable[bytes], size: int) -> Iterator[bytes]:
    """Yield arrays of `size` events."""
    supply = iter(bodies)
    while group := list(islice(supply, size)):
        yield b"[" + b",".join(group) + b"]"


class LineageServer:
    """A server that runs: its URL, its process, and what that has used."""

    def __init__(self, url: str, pid: int) -> None:
        self.url = url
        self.pid = pid

    def processor_seconds(self) -> float:
        """Return the processor time of the process so far; 0 where the system does not say."""
        status = Path(f"/proc/{self.pid}/stat")
        if not status.exists():
            return 0.0
        fields = status.read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_bytes(self) -> int:
        """Return the memory of the process; 0 where the system does not say."""
        pages = Path(f"/proc/{self.pid}/statm")
        if not pages.exists():
            return 0
        return int(pages.read_text(encoding="utf-8").split()[1]) * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def lineage_server(
    folder: Path, database: str | None = None, *, module: str = "bench._lineage_server"
) -> Iterator[LineageServer]:
    """Run the server of `bench._lineage_server`, or one like it."""
    command = [sys.executable, "-m", module, str(folder)]
    if database is not None:
        command += ["--url", database]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            port = process.stdout.readline().strip()
            assert port, "the server did not start"
            yield LineageServer(f"http://127.0.0.1:{int(port)}", process.pid)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)
