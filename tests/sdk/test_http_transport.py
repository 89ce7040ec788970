"""The HTTP transport against a server that misbehaves in every way that servers do."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from headwater.sdk import (
    EventRefused,
    HttpTransport,
    TransportError,
    transport_from_environment,
)

from .event_server import Server


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def transport(server: Server, pauses: list[float]) -> Iterator[HttpTransport]:
    made = HttpTransport(server.url, api_key="secret", sleep=pauses.append, timeout_seconds=60)
    yield made
    made.close()


def test_events_go_to_the_standard_path_with_the_key(
    server: Server, transport: HttpTransport
) -> None:
    transport.emit(b'{"a":1}')
    ((path, headers, body),) = server.requests
    assert path == "/api/v1/lineage"
    assert headers["authorization"] == "Bearer secret"
    assert headers["content-type"] == "application/json"
    assert body == b'{"a":1}'


def test_one_connection_carries_many_events(server: Server, transport: HttpTransport) -> None:
    for number in range(5):
        transport.emit(str(number).encode())
    assert [body for _, _, body in server.requests] == [b"0", b"1", b"2", b"3", b"4"]
    assert len(server.connections) == 1


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_server_that_recovers_gets_the_event(
    server: Server, transport: HttpTransport, pauses: list[float], status: int
) -> None:
    server.answers = [(status, {}), (status, {})]
    transport.emit(b"{}")
    assert len(server.requests) == 3
    assert pauses == [0.2, 0.4]


def test_retry_after_is_obeyed_up_to_a_limit(
    server: Server, transport: HttpTransport, pauses: list[float]
) -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=25), usegmt=True)
    waits = ["3", soon, "86400", "nonsense"]
    server.answers = [(503, {"Retry-After": wait}) for wait in waits]
    transport.emit(b"{}")
    assert pauses[0] == 3
    assert 2 < pauses[1] <= 25
    assert pauses[2] == 30
    assert pauses[3] == pytest.approx(1.6)


def test_a_server_that_stays_away_is_a_retriable_error(
    server: Server, transport: HttpTransport, pauses: list[float]
) -> None:
    server.answers = [(503, {})] * 5
    with pytest.raises(TransportError, match="503: no") as caught:
        transport.emit(b"{}")
    assert caught.value.retriable
    assert len(pauses) == 4


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422])
def test_a_refusal_is_not_tried_again(
    server: Server, transport: HttpTransport, status: int
) -> None:
    server.answers = [(status, {})]
    with pytest.raises(TransportError, match=str(status)) as caught:
        transport.emit(b"{}")
    assert not caught.value.retriable
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_an_error_and_never_followed(
    server: Server, transport: HttpTransport, status: int
) -> None:
    server.answers = [(status, {"Location": f"{server.url}/elsewhere"})]
    with pytest.raises(TransportError, match=r"redirects to .*/elsewhere") as caught:
        transport.emit(b"{}")
    assert not caught.value.retriable
    assert len(server.requests) == 1


def test_a_connection_closed_while_idle_is_replaced(
    server: Server, transport: HttpTransport, pauses: list[float]
) -> None:
    server.hang_up_after = True
    for _ in range(3):
        transport.emit(b"{}")
    assert len(server.requests) == 3
    assert pauses == []


def test_nobody_there_is_a_retriable_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    transport = HttpTransport(url, attempts=2, sleep=lambda _: None)
    with pytest.raises(TransportError, match="cannot be reached") as caught:
        transport.emit(b"{}")
    assert caught.value.retriable
    assert "OPENLINEAGE_URL" in str(caught.value)


def test_a_server_that_says_nothing_times_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        transport = HttpTransport(url, attempts=1, timeout_seconds=0.1)
        with pytest.raises(TransportError, match="timed out"):
            transport.emit(b"{}")
        transport.close()


def test_what_speaks_no_http_is_a_transport_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"220 smtp ready\r\n")

        thread = threading.Thread(target=greet)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        transport = HttpTransport(url, attempts=1)
        with pytest.raises(TransportError, match="BadStatusLine"):
            transport.emit(b"{}")
        thread.join()


def test_large_events_are_compressed_when_asked(server: Server) -> None:
    transport = HttpTransport(server.url, compress=True)
    transport.emit(b"x" * 4096)
    transport.emit(b"small")
    transport.close()
    (_, headers, body), (_, plain, small) = server.requests
    assert headers["content-encoding"] == "gzip"
    assert gzip.decompress(body) == b"x" * 4096
    assert "content-encoding" not in plain
    assert small == b"small"


def test_an_emit_after_close_is_an_error(server: Server, transport: HttpTransport) -> None:
    transport.close()
    with pytest.raises(TransportError, match="closed"):
        transport.emit(b"{}")
    assert server.requests == []


@pytest.mark.parametrize("url", ["localhost:5000", "ftp://host", "http://", "", "http://h:x"])
def test_a_url_that_is_none_is_refused_at_once(url: str) -> None:
    with pytest.raises(TransportError, match="no http or https URL"):
        HttpTransport(url)


def test_the_standard_variables_configure_it(server: Server) -> None:
    transport = transport_from_environment(
        {
            "OPENLINEAGE_URL": f"{server.url}/base/",
            "OPENLINEAGE_ENDPOINT": "/in/here",
            "OPENLINEAGE_API_KEY": "k",
        }
    )
    assert transport is not None
    transport.emit(b"{}")
    transport.close()
    ((path, headers, _),) = server.requests
    assert path == "/base/in/here"
    assert headers["authorization"] == "Bearer k"


def test_without_a_url_there_is_no_transport() -> None:
    assert transport_from_environment({}) is None
    assert transport_from_environment({"OPENLINEAGE_URL": ""}) is None


def test_many_events_go_at_once(server: Server, transport: HttpTransport) -> None:
    assert transport.emit_batch([b"1", b"2", b"3"]) == [None, None, None]
    ((path, _, body),) = server.requests
    assert path == "/api/v1/lineage/batch"
    assert body == b"[1,2,3]"


def test_a_batch_of_one_is_a_single_event(server: Server, transport: HttpTransport) -> None:
    assert transport.emit_batch([b"{}"]) == [None]
    assert server.requests[0][0] == "/api/v1/lineage"


def test_a_server_without_batches_gets_events_one_by_one(
    server: Server, transport: HttpTransport
) -> None:
    server.has_batches = False
    for _ in range(2):
        assert transport.emit_batch([b"1", b"2"]) == [None, None]
    paths = [path.removeprefix("/api/v1/lineage") for path, _, _ in server.requests]
    assert paths == ["/batch", "", "", "", ""]


def test_each_event_of_a_batch_has_its_own_fate(server: Server, transport: HttpTransport) -> None:
    server.failed_events = [
        {"index": 0, "reason": "no run", "retriable": False},
        {"index": 2, "reason": "busy", "retriable": True},
    ]
    refused, taken, busy = transport.emit_batch([b"1", b"2", b"3"])
    assert isinstance(refused, EventRefused)
    assert taken is None
    assert busy is not None
    assert busy.retriable


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_batch_that_is_refused_is_told_apart(
    server: Server, transport: HttpTransport, status: int
) -> None:
    server.answers = [(status, {}), (201, {}), (status, {}), (201, {})]
    first, second, third = transport.emit_batch([b"1", b"2", b"3"])
    assert (first, third) == (None, None)
    assert isinstance(second, EventRefused)


def test_what_stops_halfway_says_what_was_taken(server: Server) -> None:
    server.has_batches = False
    transport = HttpTransport(server.url, attempts=1)
    server.answers = [(404, {}), (201, {}), (503, {"Retry-After": "7"})]
    first, second, third = transport.emit_batch([b"1", b"2", b"3"])
    transport.close()
    assert first is None
    assert second is third is not None
    assert second.retry_after == 7


@pytest.mark.parametrize("status", [301, 401, 403, 500, 503])
def test_a_batch_for_a_server_that_is_away_is_an_error_as_a_whole(
    server: Server, status: int
) -> None:
    transport = HttpTransport(server.url, attempts=1)
    server.answers = [(status, {"Location": "/x"})]
    with pytest.raises(TransportError) as caught:
        transport.emit_batch([b"1", b"2"])
    transport.close()
    assert not isinstance(caught.value, EventRefused)


def test_headers_of_the_configuration_are_sent(server: Server) -> None:
    transport = HttpTransport(server.url, headers={"x-team": "water"})
    transport.emit(b"{}")
    transport.close()
    assert server.requests[0][1]["x-team"] == "water"
