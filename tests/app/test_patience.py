"""Clients that announce too much, or begin and do not go on, over real sockets."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from headwater.api.dispatch import MOST_BYTES
from headwater.app.connection import MOST_DIRECT_BYTES
from headwater.app.patience import (
    PATIENCE_SECONDS,
    PORTION_BYTES,
    AwaitedConnection,
    Patience,
)
from headwater.app.server import PatientServer
from headwater.observe import HTTP_REQUESTS
from tests.app.test_connection import Client, Server, post

CHUNKED = b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"


def announced(path: str, length: int) -> bytes:
    return post(path, b"").replace(b"Content-Length: 0", b"Content-Length: %d" % length)


def wait_until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.005)


class Watch(Patience):
    """Patience by a clock of the test's."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self._looked = -1.0

    def look(self, connections: Iterable[AwaitedConnection], now: float) -> None:
        at = self.now
        super().look(connections, at)
        self._looked = at

    def let_pass(self, seconds: float) -> None:
        self.now += seconds
        wait_until(lambda: self._looked == self.now)


class Watched(Server):
    """The server of the connections' tests, with a watch."""

    def __init__(self) -> None:
        self.watch = Watch()
        super().__init__(lambda config: PatientServer(config, patience=self.watch))

    def connection(self) -> Any:
        """Return the one connection that there is."""
        wait_until(lambda: len(self.uvicorn.server_state.connections) == 1)
        (found,) = self.uvicorn.server_state.connections
        return found

    def lose_patience(self) -> None:
        self.watch.let_pass(PATIENCE_SECONDS / 2)
        self.watch.let_pass(PATIENCE_SECONDS + 1)


@pytest.fixture
def server() -> Iterator[Watched]:
    server = Watched()
    yield server
    server.stop()
    server.thread.join()


@pytest.fixture
def client(server: Watched) -> Iterator[Client]:
    client = server.connect()
    yield client
    client.close()


@pytest.mark.parametrize(("path", "length"), [("/echo", 10_000_001), ("/cold", MOST_BYTES + 1)])
def test_announced_body_over_the_limit_is_refused_unread(
    client: Client, path: str, length: int
) -> None:
    client.send(announced(path, length))
    status, headers, body = client.read()
    assert (status, headers["connection"]) == (413, "close")
    assert "over the limit" in json.loads(body)["detail"]
    assert client.file.read() == b""


def test_client_that_is_sending_gets_to_read_that_it_is_too_much(
    server: Watched, client: Client
) -> None:
    client.send(announced("/echo", 40_000_000), b"x" * 20_000_000)
    assert client.read()[0] == 413
    assert client.file.read() == b""
    assert server.connection().arrived() is not None
    server.lose_patience()
    wait_until(lambda: not server.uvicorn.server_state.connections)


def test_limit_itself_is_allowed_and_the_connection_goes_on(client: Client) -> None:
    client.send(announced("/echo", 10_000_000), b"x" * 10_000_000, post("/echo", b"again"))
    assert len(client.read()[2]) == 10_000_000
    assert client.read()[2] == b"again"


@pytest.mark.parametrize(
    "begun",
    [
        announced("/echo", 5),
        announced("/echo", 5) + b"some",
        announced("/echo", MOST_DIRECT_BYTES + 1) + b"some",
        CHUNKED + b"4\r\nsome\r\n",
        b"POST /echo HTTP/1.1\r\nHost: a\r\nX-Long: aaa",
        b"PO",
    ],
)
def test_request_that_does_not_go_on_is_answered_408(
    server: Watched, client: Client, begun: bytes
) -> None:
    client.send(post("/echo", b"whole"))
    assert client.read()[2] == b"whole"
    connection = server.connection()
    first = connection.headers
    client.send(begun)
    wait_until(lambda: connection.headers is not first)
    server.lose_patience()
    server.lose_patience()
    status, headers, body = client.read()
    assert (status, headers["connection"]) == (408, "close")
    assert "30 seconds" in json.loads(body)["detail"]
    assert client.file.read() == b""


def test_header_that_never_ends_is_not_kept_by_its_bytes(server: Watched, client: Client) -> None:
    client.send(b"POST /echo HTTP/1.1\r\nHost: a\r\n")
    wait_until(lambda: server.connection().headers is not None)
    for _ in range(4):
        client.send(b"X-More: a\r\n")
        server.watch.let_pass(PATIENCE_SECONDS / 2)
    assert client.read()[0] == 408


def test_connection_that_says_nothing_is_closed_without_a_word(
    server: Watched, client: Client
) -> None:
    server.connection()
    server.lose_patience()
    assert client.file.read() == b""


@pytest.mark.parametrize("size", [PORTION_BYTES * 4, MOST_DIRECT_BYTES + PORTION_BYTES])
def test_body_that_goes_on_slowly_is_waited_for(server: Watched, client: Client, size: int) -> None:
    first = size - 3 * PORTION_BYTES
    client.send(announced("/echo", size), b"y" * first)
    connection = server.connection()
    for sent in range(first, size, PORTION_BYTES):
        wait_until(lambda sent=sent: (connection.arrived() or (None, 0))[1] == sent)
        server.watch.let_pass(PATIENCE_SECONDS * 0.9)
        client.send(b"y" * PORTION_BYTES)
    assert client.read()[2] == b"y" * size


@pytest.mark.parametrize("length", [100, MOST_DIRECT_BYTES + 100])
def test_body_that_drips_is_not_kept_by_its_bytes(
    server: Watched, client: Client, length: int
) -> None:
    before = _given_up()
    client.send(announced("/echo", length), b"y" * (length - 100))
    connection = server.connection()
    for sent in range(length - 100, length - 96):
        wait_until(lambda sent=sent: (connection.arrived() or (None, 0))[1] == sent)
        server.watch.let_pass(PATIENCE_SECONDS * 0.3)
        client.send(b"y")
    server.lose_patience()
    assert client.read()[0] == 408
    wait_until(lambda: _given_up() == before + 1)  # which is counted once it is written


def _given_up() -> float:
    return HTTP_REQUESTS.value(route="unfinished", method="none", status="408")


def test_nobody_is_hurried_while_it_is_our_turn_or_between_requests(
    server: Watched, client: Client
) -> None:
    client.send(post("/echo"), post("/gate"), b"POST /echo HTTP/1.1\r\nHost")
    assert client.read()[0] == 200
    assert server.gate.entered.wait(60)
    server.lose_patience()
    server.lose_patience()
    server.gate.open()
    assert client.read()[2] == b"passed"
    client.send(b": a\r\nContent-Length: 2\r\n\r\nok")
    assert client.read()[2] == b"ok"
    server.lose_patience()
    server.lose_patience()
    client.send(post("/echo", b"still here"))
    assert client.read()[2] == b"still here"
