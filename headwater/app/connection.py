"""HTTP connections of the server: uvicorn's own, with a shorter way for hot routes.

A small request to a hot route is answered without ASGI, whose scopes, messages, events and tasks
cost more than parsing a record and logging it. All else about a connection (keep-alive,
pipelining, shutdown, and every other request) stays uvicorn's: while such a request is under
way, an `Exchange` stands where uvicorn keeps its cycle of request and response.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import copy_context
from functools import partial
from http import HTTPStatus
from typing import Final, cast

import httptools
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from headwater.api.dispatch import Front, HotResponse
from headwater.app.patience import IN_HEADERS, WHOLE, AwaitedConnection

MOST_DIRECT_BYTES: Final = 256 * 1024
"""Bodies beyond this take the long way, which stops reading while nobody takes the bytes."""

_Awaited = asyncio.Future[object]

_STATUS_LINES: Final = {
    status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: ".encode()
    for status in HTTPStatus
}


class Connection(AwaitedConnection):
    """One connection of a client."""

    _exchange: Exchange | None = None

    def on_message_begin(self) -> None:
        """Begin a request without the scope, which only the long way needs."""
        self.received = IN_HEADERS
        self.url = b""
        self.expect_100_continue = False
        self.headers = []
        self._exchange = None

    def on_headers_complete(self) -> None:
        """Choose between the short way and the long one."""
        exchange = self._begin()
        self.received = 0
        if exchange is not None:
            self._exchange = exchange
            self.cycle = cast(RequestResponseCycle, exchange)
            return
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.expect_100_continue = url, expects
        self.headers.extend(headers)
        super().on_headers_complete()
        self.closes_gently()

    def on_body(self, body: bytes) -> None:
        """Keep a part of the body."""
        if self._exchange is None:
            self.received += len(body)
            super().on_body(body)
        else:
            self._exchange.body += body

    def on_message_complete(self) -> None:
        """Answer, now that the whole request is here."""
        self.received = WHOLE
        if self._exchange is None:
            super().on_message_complete()
        else:
            self._exchange.start()

    def _begin(self) -> Exchange | None:
        """Return an exchange if this request can go the short way."""
        if self.cycle is not None and not self.cycle.response_complete:
            return None  # pipelined: uvicorn lets it wait for its turn
        front, parser = self.app, self.parser
        if not isinstance(front, Front) or self.expect_100_continue:
            return None
        if parser.should_upgrade() or parser.get_http_version() != "1.1":
            return None
        headers = dict(self.headers)
        length = headers.get(b"content-length", b"")
        if not length.isdigit() or int(length) > MOST_DIRECT_BYTES:
            return None
        url = httptools.parse_url(self.url)
        path = url.path.decode("ascii", "surrogateescape")
        found = front.find(parser.get_method().decode("ascii"), path)
        if found is None:
            return None
        answer = partial(front.answer, found, url.query or b"", headers)
        return Exchange(self, answer, keep_alive=parser.should_keep_alive())


class _NobodyWaits:
    """Takes the place of the event by which uvicorn wakes a handler that waits for bytes."""

    def set(self) -> None:
        """Do nothing: the whole body is there before the handler starts."""


_NOBODY_WAITS: Final = _NobodyWaits()


class Exchange:
    """One request and its answer, in the place of uvicorn's cycle of the two.

    It drives the handler itself, so a handler has no task: it may await futures, nothing that
    asks for the current task.
    """

    __slots__ = (
        "_answer",
        "_connection",
        "_context",
        "_send",
        "body",
        "disconnected",
        "keep_alive",
        "response_complete",
    )

    message_event = _NOBODY_WAITS

    def __init__(
        self,
        connection: Connection,
        answer: Callable[[bytes], Coroutine[_Awaited, None, HotResponse]],
        *,
        keep_alive: bool,
    ) -> None:
        self._connection = connection
        self._answer = answer
        self._context = copy_context()
        self._send: Callable[[None], _Awaited | None]
        self.body = b""
        self.keep_alive = keep_alive
        self.disconnected = False
        self.response_complete = False

    def start(self) -> None:
        """Run the handler up to the first thing that it must wait for."""
        self._send = self._answer(self.body).send
        self._context.run(self._step)

    def _step(self, _done: _Awaited | None = None) -> None:
        try:
            awaited = self._send(None)
        except StopIteration as stop:
            self._finish(stop.value)
            return
        except BaseException:
            self._connection.transport.close()
            raise
        if awaited is None:
            self._connection.loop.call_soon(self._step, context=self._context)
        else:
            awaited._asyncio_future_blocking = False  # as a task says that it got the future
            awaited.add_done_callback(self._step, context=self._context)

    def _finish(self, response: HotResponse) -> None:
        self.response_complete = True
        transport = self._connection.transport
        if transport.is_closing():
            return
        parts = [
            _STATUS_LINES[response.status],
            response.media_type,
            b"\r\ncontent-length: %d" % len(response.body),
        ]
        for name, value in response.headers:
            parts += (b"\r\n", name, b": ", value)
        parts.append(b"\r\n\r\n" if self.keep_alive else b"\r\nconnection: close\r\n\r\n")
        parts.append(response.body)
        transport.write(b"".join(parts))
        if not self.keep_alive:
            transport.close()
        self._connection.on_response_complete()
