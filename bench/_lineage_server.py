"""A server with the lineage doors, and beside them what a user would write by hand."""

from __future__ import annotations

import os
import socket
import sqlite3
import sys
from contextlib import suppress
from pathlib import Path

import uvicorn

from headwater.api.application import create_application
from headwater.api.dispatch import HotRequest, HotResponse, HotRoute
from headwater.api.openlineage import openlineage_routes
from headwater.api.settings import ServerSettings
from headwater.clock import SystemClock
from headwater.identity.access import OwnerAccess
from headwater.ingest.events import EventDoor
from headwater.lineage.log import SqlLineage
from headwater.model.principal import Action

DONE = HotResponse(201, b'{"status":"ok","warnings":[]}')


def by_hand(path: Path) -> HotRoute:
    """Return a route that commits the raw body of each request to SQLite, durably."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE body (body BLOB)")

    async def handle(request: HotRequest) -> HotResponse:
        body = await request.body(64 * 1024 * 1024)
        connection.execute("INSERT INTO body VALUES (?)", (body,))
        return DONE

    return HotRoute(method="POST", path="/by-hand", action=Action.WRITE, handle=handle)


def main(folder: Path) -> None:
    """Serve on any free port, which is the first line of the output."""
    log = SqlLineage.open(folder / "lineage.db")
    door = EventDoor(log, clock=SystemClock())
    routes = [*openlineage_routes(door, ServerSettings()), by_hand(folder / "hand.db")]
    application = create_application(access=OwnerAccess(), routers=[], hot=routes)
    config = uvicorn.Config(
        application,
        http="httptools",
        loop="uvloop",
        lifespan="off",
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        date_header=False,
    )
    listening = socket.create_server(("127.0.0.1", 0), backlog=2048)
    os.write(1, f"{listening.getsockname()[1]}\n".encode())
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listening])
    door.close()
    log.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
