"""A server for events that misbehaves in every way that servers do."""

from __future__ import annotations

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATIENCE_SECONDS = 60.0
"""So long a test waits for what must happen, on the slowest machine too."""


class Server:
    """Answers with the statuses that it is given, in turn, then 201; remembers requests.

    It answers nothing for as long as its gate is closed.
    """

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.connections: set[Any] = set()
        self.hang_up_after = False
        self.has_batches = True
        self.failed_events: list[dict[str, Any]] = []
        self.gate = threading.Event()
        self.gate.set()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                outer.requests.append((self.path, headers, body))
                outer.connections.add(self.client_address)
                outer.gate.wait(PATIENCE_SECONDS)
                status, more = outer.answers.pop(0) if outer.answers else (201, {})
                if self.path.endswith("/batch") and not outer.has_batches:
                    status, more = 404, {}
                said = b"no" if status >= 300 else outer.said(self.path)
                self.send_response(status)
                for name, value in {"Content-Length": str(len(said)), **more}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(said)
                if outer.hang_up_after:
                    self.wfile.flush()
                    self.connection.shutdown(socket.SHUT_RDWR)
                    self.close_connection = True

            def log_message(self, *arguments: Any) -> None:
                del arguments

        class Listener(ThreadingHTTPServer):
            daemon_threads = True

        self.http = Listener(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"

    def said(self, path: str) -> bytes:
        if not path.endswith("/batch"):
            return b"ok"
        return json.dumps({"status": "success", "failed_events": self.failed_events}).encode()

    def events(self) -> list[Any]:
        """Return every event that came, in order, from batches too."""
        found: list[Any] = []
        for path, _, body in self.requests:
            said = json.loads(body)
            found += said if path.endswith("/batch") else [said]
        return found
