"""A command's question reaches the server as asked, and its errors come back as ours."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from headwater.cli.answers import Answers, HttpExchange
from headwater.errors import Busy, Conflict, Invalid, Unavailable, Unprocessable


class Echo(BaseHTTPRequestHandler):
    """Answers with what it was asked, or with the problem that the path names."""

    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        status, answer = (
            200,
            {
                "method": self.command,
                "path": self.path,
                "body": body.decode(),
                "authorization": self.headers.get("Authorization"),
            },
        )
        if self.path.startswith("/problem/"):
            status = int(self.path.rsplit("/", 1)[1])
            answer = {"detail": "it is wrong", "hint": "mend it", "path": "/a/0"}
        text = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.send_header("Retry-After", "7")
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PUT = do_DELETE = _answer

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@contextmanager
def asking(url: str, token: str | None = None) -> Iterator[Answers]:
    exchange = HttpExchange(url, token=token)
    yield Answers(exchange)
    exchange.close()


def test_query_values_are_encoded_and_absent_ones_left_out(url: str) -> None:
    with asking(url) as answers:
        assert answers.get("/t", name="a b/ä", limit=None)["path"] == "/t?name=a+b%2F%C3%A4"


def test_a_body_goes_as_json_and_the_token_as_bearer(url: str) -> None:
    with asking(url, token="s3cret") as answers:
        asked = answers.post("/t", {"a": 1})
    assert asked["body"] == '{"a": 1}'
    assert asked["authorization"] == "Bearer s3cret"


def test_a_url_with_a_path_is_a_prefix(url: str) -> None:
    with asking(url + "/lake/") as answers:
        assert answers.get("/t")["path"] == "/lake/t"


@pytest.mark.parametrize(
    ("status", "kind"), [(422, Unprocessable), (409, Conflict), (503, Busy), (400, Invalid)]
)
def test_a_problem_comes_back_as_the_error_it_was(
    url: str, status: int, kind: type[Exception]
) -> None:
    with asking(url) as answers, pytest.raises(kind, match="it is wrong") as caught:
        answers.get(f"/problem/{status}")
    assert caught.value.hint == "mend it"  # type: ignore[attr-defined]
    if isinstance(caught.value, Invalid):
        assert caught.value.path == "/a/0"
    if isinstance(caught.value, Busy):
        assert caught.value.retry_after_seconds == 7


def test_no_server_is_an_error_that_says_how_to_start_one() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))  # and does not listen
        port = silent.getsockname()[1]
        with (
            asking(f"http://127.0.0.1:{port}") as answers,
            pytest.raises(Unavailable, match="headwater up"),
        ):
            answers.get("/t")


def test_what_is_no_url_is_refused() -> None:
    with pytest.raises(Invalid, match="not the URL"):
        HttpExchange("localhost:5000")
