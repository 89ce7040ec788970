"""Clients that begin a request and do not go on: how long a connection is kept for them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Final, cast

import httptools
import msgspec
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from headwater.api.problems import MEDIA_TYPE, problem_of
from headwater.errors import HeadwaterError
from headwater.observe import HTTP_REQUESTS

PATIENCE_SECONDS: Final = 30.0
"""How long a client may take for its headers, and for the next portion of its body."""

PORTION_BYTES: Final = 8 * 1024
"""The least that is going on, some 270 bytes a second: who drips single bytes is not."""

_LOOKS: Final = 6

IN_HEADERS: Final = -1
WHOLE: Final = -2
"""What stands for the size of a body before there is one, and once all of it is here."""

Arrived = tuple[list[tuple[bytes, bytes]] | None, int]
"""The list of headers, which no other request shares, and how much has come of the body."""


class AwaitedConnection(HttpToolsProtocol):
    """A connection that knows how much has arrived of a request.

    Who parses keeps `received`: `IN_HEADERS`, `WHOLE`, or how many bytes of the body were passed
    on, beside those that are kept until all are here.
    """

    received = IN_HEADERS
    _is_lingering = False

    def arrived(self) -> Arrived | None:
        """Return what changes while a client goes on; None if it is not the client's turn."""
        if self.received == WHOLE or self.flow.read_paused:
            return None
        if self.received == IN_HEADERS:
            is_behind = self.cycle is not None and not self.cycle.response_complete
            return None if is_behind else (self.headers, IN_HEADERS)
        return self.headers, self.received + len(self.cycle.body)

    def give_up(self, seconds: float) -> None:
        """Answer 408, if nothing was answered yet, and close."""
        is_answered = self.received != IN_HEADERS and getattr(self.cycle, "response_started", False)
        if self.headers is not None and not is_answered and not self._is_lingering:
            self.transport.write(_too_slow(seconds))
            HTTP_REQUESTS.add_at(("unfinished", "none", "408"))
        self.transport.close()

    def linger(self) -> None:
        """Say that nothing follows, and throw away what the client still sends.

        A client that is in the middle of a body would not read the answer if the connection were
        closed under it. What is open after the patience is over is closed.
        """
        if self.transport.is_closing():
            return
        self._is_lingering = True
        self.pipeline.clear()
        self.transport.write_eof()
        self.parser = cast(httptools.HttpRequestParser, _SINK)

    def closes_gently(self) -> None:
        """Have the request whose headers just came linger, should it end within its body."""
        self.cycle.transport = cast(asyncio.Transport, _GentleTransport(self))


class Patience:
    """Looks every few seconds for connections whose client does not go on, and gives them up."""

    def __init__(self, seconds: float = PATIENCE_SECONDS) -> None:
        self._seconds = seconds
        self._held: dict[AwaitedConnection, tuple[Arrived, float]] = {}
        self._next = 0.0

    def look(self, connections: Iterable[AwaitedConnection], now: float) -> None:
        """Give up connections on which too little came for as long as patience lasts."""
        if now < self._next:
            return
        self._next = now + self._seconds / _LOOKS
        held: dict[AwaitedConnection, tuple[Arrived, float]] = {}
        for one in tuple(connections):
            arrived = one.arrived()
            if arrived is None:
                continue
            mark, since = self._held.get(one, (arrived, now))
            if _goes_on(mark, arrived):
                mark, since = arrived, now
            if now - since >= self._seconds:
                one.give_up(self._seconds)
            else:
                held[one] = (mark, since)
        self._held = held


def _goes_on(mark: Arrived, arrived: Arrived) -> bool:
    """Tell whether this is another request, its first of the body, or a portion more of it."""
    if mark[0] is not arrived[0]:
        return True
    return arrived[1] - mark[1] >= (1 if mark[1] == IN_HEADERS else PORTION_BYTES)


class _GentleTransport:
    """The transport as a request and its answer use it: closed only when both are over."""

    def __init__(self, connection: AwaitedConnection) -> None:
        self._connection = connection
        self.write = connection.transport.write
        self.is_closing = connection.transport.is_closing

    def close(self) -> None:
        """Close, or linger while the request is still arriving."""
        if self._connection.received == WHOLE:
            self._connection.transport.close()
        else:
            self._connection.linger()


class _Sink:
    """Stands where the parser was once nothing is parsed any more."""

    def feed_data(self, data: bytes) -> None:
        """Do nothing with it."""


_SINK: Final = _Sink()


def _too_slow(seconds: float) -> bytes:
    error = HeadwaterError(
        f"the request was begun, and next to nothing of it came for {seconds:g} seconds",
        hint="send it again, as long as its Content-Length says",
    )
    problem = problem_of(error) | {"status": 408, "title": "Request Timeout"}
    body = msgspec.json.encode(problem)
    head = (
        f"HTTP/1.1 408 Request Timeout\r\ncontent-type: {MEDIA_TYPE}\r\n"
        f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + body
