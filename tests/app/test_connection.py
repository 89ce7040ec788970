"""Connections answer hot routes the short way and all else uvicorn's, in order, on one socket."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st

from headwater.api.dispatch import Front, HotRequest, HotResponse, HotRoute
from headwater.app.connection import MOST_DIRECT_BYTES
from headwater.app.server import server_config
from headwater.errors import Unprocessable
from headwater.identity.access import OwnerAccess
from headwater.model.principal import Action
from headwater.observe import CONTEXT


class Gate:
    """A place where a handler waits until the test opens it."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self._future: Any = None
        self._loop: Any = None

    async def passed(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._future = self._loop.create_future()
        self.entered.set()
        await self._future

    def open(self) -> None:
        self._loop.call_soon_threadsafe(self._future.set_result, None)


class Server:
    """A real server on a real port with an echo, a gate, and an application behind."""

    def __init__(
        self, serving: Callable[[uvicorn.Config], uvicorn.Server] = uvicorn.Server
    ) -> None:
        self.gate = Gate()
        self.short: list[bool] = []
        front = Front(
            _application,
            access=OwnerAccess(),
            routes=[
                self._route("/echo", self._echo),
                self._route("/gate", self._wait),
                self._route("/thread", self._thread),
                self._route("/refuse", self._refuse),
            ],
        )
        self.uvicorn = serving(server_config(front))
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self.uvicorn.run, args=([self.socket],))
        self.thread.start()

    @staticmethod
    def _route(path: str, handle: Any) -> HotRoute:
        return HotRoute(method="POST", path=path, action=Action.WRITE, handle=handle)

    async def _echo(self, request: HotRequest) -> HotResponse:
        self.short.append(isinstance(request.sent, bytes))
        return HotResponse(200, await request.body(10_000_000))

    async def _wait(self, request: HotRequest) -> HotResponse:
        before = CONTEXT.get()
        await self.gate.passed()
        assert CONTEXT.get() is before
        return HotResponse(202, b"passed")

    async def _thread(self, request: HotRequest) -> HotResponse:
        await asyncio.sleep(0)
        return HotResponse(200, await asyncio.to_thread(lambda: b"from a thread"))

    async def _refuse(self, request: HotRequest) -> HotResponse:
        raise Unprocessable("no", path="/x")

    def connect(self) -> Client:
        return Client(socket.create_connection(self.socket.getsockname(), timeout=60))

    def stop(self) -> None:
        self.uvicorn.should_exit = True


async def _application(scope: Any, receive: Any, send: Any) -> None:
    headers = [(b"content-length", b"4")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"cold"})


class Client:
    """Writes bytes and reads whole answers."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self.file = connection.makefile("rb")

    def send(self, *requests: bytes) -> None:
        self.socket.sendall(b"".join(requests))

    def read(self) -> tuple[int, dict[str, str], bytes]:
        status = int(self.file.readline().split()[1])
        headers = {}
        while line := self.file.readline().strip():
            name, _, value = line.decode().partition(": ")
            headers[name.lower()] = value
        return status, headers, self.file.read(int(headers["content-length"]))

    def close(self) -> None:
        self.file.close()
        self.socket.close()


def post(path: str, body: bytes = b"x", *more: bytes, version: bytes = b"1.1") -> bytes:
    lines = [b"POST %b HTTP/%b" % (path.encode(), version), b"Host: here", *more]
    return b"\r\n".join([*lines, b"Content-Length: %d" % len(body), b"", b""]) + body


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    server = Server()
    yield server
    server.stop()
    server.thread.join()


@pytest.fixture
def server(running: Server) -> Server:
    running.gate = Gate()
    running.short.clear()
    return running


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    client = server.connect()
    yield client
    client.close()


def test_small_request_goes_the_short_way_with_its_body_and_an_id(server, client) -> None:
    client.send(post("/echo", b"hello", b"X-Request-Id: mine"))
    status, headers, body = client.read()
    assert (status, body, headers["x-request-id"]) == (200, b"hello", "mine")
    assert server.short == [True]


def test_large_chunked_and_expecting_requests_go_the_long_way(server, client) -> None:
    large = b"y" * (MOST_DIRECT_BYTES + 1)
    client.send(post("/echo", large))
    assert client.read()[2] == large
    chunked = (
        b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    )
    client.send(chunked)
    assert client.read()[2] == b"abc"
    client.send(post("/echo", b"late", b"Expect: 100-continue"))
    assert client.file.readline() == b"HTTP/1.1 100 Continue\r\n"
    client.file.readline()
    assert client.read()[2] == b"late"
    assert server.short == [False, False, False]


@pytest.mark.parametrize("size", [0, 1, 65_536, MOST_DIRECT_BYTES])
def test_body_arrives_whole_however_it_is_cut(server, client, size: int) -> None:
    request = post("/echo", b"z" * size)
    for start in range(0, len(request), max(1, len(request) // 7)):
        client.send(request[start : start + max(1, len(request) // 7)])
    assert client.read()[2] == b"z" * size
    assert server.short == [True]


def test_pipelined_requests_are_answered_in_order_short_and_long_mixed(server, client) -> None:
    client.send(post("/echo", b"1"), post("/cold"), post("/echo", b"2"), post("/echo", b"3"))
    assert [client.read()[2] for _ in range(4)] == [b"1", b"cold", b"2", b"3"]


def test_pipelined_request_waits_for_the_answer_before_it(server, client) -> None:
    client.send(post("/gate"), post("/echo", b"second"))
    server.gate.entered.wait(60)
    server.gate.open()
    assert [client.read()[2] for _ in range(2)] == [b"passed", b"second"]


def test_waiting_request_holds_nobody_else_up(server, client) -> None:
    client.send(post("/gate"))
    server.gate.entered.wait(60)
    other = server.connect()
    other.send(post("/echo", b"meanwhile"))
    assert other.read()[2] == b"meanwhile"
    other.close()
    server.gate.open()
    assert client.read()[:1] == (202,)


def test_handler_may_wait_for_a_thread_and_for_a_turn_of_the_loop(client) -> None:
    client.send(post("/thread"))
    assert client.read()[2] == b"from a thread"


def test_error_of_a_handler_is_an_answer_in_its_shape(client) -> None:
    client.send(post("/refuse"))
    status, headers, body = client.read()
    assert (status, headers["content-type"]) == (422, "application/problem+json")
    assert json.loads(body)["detail"] == "no"


def test_close_is_honoured_and_http_1_0_is_answered(server, client) -> None:
    client.send(post("/echo", b"bye", b"Connection: close"))
    _, headers, body = client.read()
    assert (headers["connection"], body, client.file.read()) == ("close", b"bye", b"")
    old = server.connect()
    old.send(post("/echo", b"old", version=b"1.0"))
    assert old.read()[2] == b"old"
    old.close()


def test_client_that_goes_away_leaves_the_server_well(server, client) -> None:
    client.send(post("/gate"))
    server.gate.entered.wait(60)
    client.close()
    server.gate.open()
    other = server.connect()
    other.send(post("/echo", b"well"))
    assert other.read()[2] == b"well"
    other.close()


def test_stop_lets_a_waiting_request_finish_and_closes_the_connection() -> None:
    server = Server()
    client = server.connect()
    client.send(post("/gate"))
    server.gate.entered.wait(60)
    server.stop()
    server.gate.open()
    status, _, body = client.read()
    assert (status, body) == (202, b"passed")
    assert client.file.read() == b""
    client.close()
    server.thread.join(60)
    assert not server.thread.is_alive()


@given(
    paths=st.lists(st.sampled_from(["/echo", "/cold", "/thread", "/refuse"]), max_size=12),
    cut=st.integers(1, 400),
)
def test_any_sequence_of_requests_is_answered_one_by_one(
    running: Server, paths: list[str], cut: int
) -> None:
    client = running.connect()
    stream = b"".join(post(path, f"{i}".encode()) for i, path in enumerate(paths))
    for start in range(0, len(stream), cut):
        client.send(stream[start : start + cut])
    expected = {"/cold": 200, "/thread": 200, "/echo": 200, "/refuse": 422}
    for index, path in enumerate(paths):
        status, _, body = client.read()
        assert status == expected[path]
        if path == "/echo":
            assert body == f"{index}".encode()
    client.close()
