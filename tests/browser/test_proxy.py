"""Behind a proxy that takes a prefix away, which the server never hears of."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

PREFIX = "/data/lake"


class Proxy(ThreadingHTTPServer):
    """Passes what is asked under the prefix on to a server."""

    def __init__(self, url: str) -> None:
        self.behind = urlsplit(url)
        self.open: set[HTTPConnection] = set()
        super().__init__(("127.0.0.1", 0), _Handler)

    def stop(self) -> None:
        """End the streams too, so that every thread ends."""
        self.shutdown()
        for connection in list(self.open):
            if connection.sock is not None:
                connection.sock.shutdown(SHUT_RDWR)
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Proxy

    def do_GET(self) -> None:
        if not self.path.startswith(f"{PREFIX}/"):
            self.send_error(404)
            return
        behind = HTTPConnection(self.server.behind.hostname or "", self.server.behind.port)
        self.server.open.add(behind)
        try:
            behind.request("GET", self.path.removeprefix(PREFIX))
            self._pass_on(behind.getresponse())
        except OSError:
            return  # the browser has left
        finally:
            self.server.open.discard(behind)
            behind.close()

    def _pass_on(self, reply: HTTPResponse) -> None:
        self.send_response_only(reply.status)
        for name, value in reply.getheaders():
            if name.lower() not in ("transfer-encoding", "connection"):
                self.send_header(name, value)
        self.end_headers()
        while chunk := reply.read1():
            self.wfile.write(chunk)
            self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Say nothing: the tests' own output is what people read."""


@pytest.fixture
def proxied(url: str) -> Iterator[str]:
    server = Proxy(url)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}{PREFIX}"
    server.stop()
    thread.join()


@pytest.mark.parametrize("path", ["/ui/", "/ui/tables", "/ui/tables/table?namespace=headwater"])
def test_every_depth_of_address_finds_its_files(page: Page, proxied: str, path: str) -> None:
    page.goto(f"{proxied}{path}")
    expect(page.get_by_role("navigation", name="Pages")).to_be_visible()


def test_links_and_questions_keep_the_prefix(page: Page, proxied: str) -> None:
    page.goto(f"{proxied}/ui/no-such-page")
    page.get_by_role("link", name="Tables").click()
    expect(page).to_have_url(f"{proxied}/ui/tables")
    expect(page.get_by_text("raw.flights", exact=True)).to_be_visible()
