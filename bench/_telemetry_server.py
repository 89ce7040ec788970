"""The server that bench/telemetry.py measures: the application's own front, door and store."""

from __future__ import annotations

import socket
import sys
from contextlib import closing, suppress
from pathlib import Path

import uvicorn

from headwater.api.application import create_application
from headwater.api.otlp import otlp_routes
from headwater.app.server import server_config, spare_collector
from headwater.app.telemetry import Telemetry
from headwater.clock import SystemClock
from headwater.identity.access import OwnerAccess
from headwater.telemetry.settings import TelemetrySettings


def main(folder: Path) -> None:
    """Serve on any free port, which is the first line of the output."""
    settings = TelemetrySettings(keep_days=36_500)
    with closing(Telemetry(folder, settings=settings, clock=SystemClock())) as telemetry:
        routes = otlp_routes(telemetry.door, max_body_bytes=settings.max_body_bytes)
        application = create_application(access=OwnerAccess(), routers=[], hot=routes)
        listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
        print(listener.getsockname()[1], flush=True)
        spare_collector()
        with suppress(KeyboardInterrupt):
            uvicorn.Server(server_config(application)).run(sockets=[listener])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
