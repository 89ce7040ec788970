"""The server that bench/lineage.py measures: the application's own front, door and store.

`/by-hand` commits the raw body of each request to SQLite, durably: what a user would write.
"""

from __future__ import annotations

import argparse
import socket
import sqlite3
from contextlib import ExitStack, suppress
from pathlib import Path

import uvicorn
from pydantic import SecretStr

from headwater.api.application import create_application
from headwater.api.dispatch import HotRequest, HotResponse, HotRoute
from headwater.api.openlineage import openlineage_routes
from headwater.api.settings import ServerSettings
from headwater.app.lineage import open_lineage
from headwater.app.server import server_config, spare_collector
from headwater.clock import SystemClock
from headwater.identity.access import OwnerAccess
from headwater.lineage.settings import LineageSettings
from headwater.model.principal import Action

_MOST_BYTES = 64 * 1024 * 1024
_DONE = b'{"status":"ok","warnings":[]}'


def by_hand(path: Path) -> HotRoute:
    """Return a route that commits the raw body of each request to SQLite."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE body (body BLOB)")

    async def handle(request: HotRequest) -> HotResponse:
        body = await request.body(_MOST_BYTES)
        connection.execute("INSERT INTO body VALUES (?)", (body,))
        return HotResponse(201, _DONE)

    return HotRoute(method="POST", path="/by-hand", action=Action.WRITE, handle=handle)


def main(folder: Path, url: str | None) -> None:
    """Serve on any free port, which is the first line of the output."""
    settings = LineageSettings(url=None if url is None else SecretStr(url))
    with ExitStack() as stack:
        lineage = open_lineage(stack, folder, settings=settings, clock=SystemClock())
        routes = [
            *openlineage_routes(lineage.door, ServerSettings()),
            by_hand(folder / "hand.db"),
        ]
        application = create_application(access=OwnerAccess(), routers=[], hot=routes)
        listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
        print(listener.getsockname()[1], flush=True)
        spare_collector()
        with suppress(KeyboardInterrupt):
            uvicorn.Server(server_config(application)).run(sockets=[listener])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--url")
    asked = parser.parse_args()
    main(asked.folder, asked.url)
