"""Calls the application inside this process, through the same doors as HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, MutableMapping
from typing import Any
from urllib.parse import unquote

from headwater.api.dispatch import Application
from headwater.model.exchange import Exchange, Reply


def inside_exchange(application: Application) -> Exchange:
    """Return an exchange that runs each request to its end on an event loop of its own."""

    def exchange(method: str, target: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        return asyncio.run(_call(application, method, target, body=body, headers=headers))

    return exchange


async def _call(
    application: Application, method: str, target: str, *, body: bytes, headers: Mapping[str, str]
) -> Reply:
    path, _, query = target.partition("?")
    scope: MutableMapping[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 0),
        "server": ("127.0.0.1", 0),
        "state": {},
    }
    sent: list[MutableMapping[str, Any]] = []
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> MutableMapping[str, Any]:
        if waiting:
            return waiting.pop()
        await asyncio.Event().wait()  # the caller stays until the answer is complete
        raise AssertionError("unreachable")

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    await application(scope, receive, send)
    start, *bodies = sent
    found = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    return Reply(start["status"], found, b"".join(part.get("body", b"") for part in bodies))
