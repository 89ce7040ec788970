"""The server that bench/ingest.py measures: the application's own front, door and log.

`/ingest` is the real route. `/each` does the same work with an fsync for every request, `/read`
only reads the body and answers.
"""

from __future__ import annotations

import socket
import sys
from contextlib import ExitStack
from pathlib import Path

import uvicorn

from headwater.api.application import create_application
from headwater.api.dispatch import HotRequest, HotResponse, HotRoute
from headwater.api.records import records_routes
from headwater.app.records import open_records
from headwater.app.server import server_config, spare_collector
from headwater.clock import SystemClock
from headwater.ingest.answers import write_answer
from headwater.ingest.record_writes import Request
from headwater.ingest.settings import IngestSettings
from headwater.model.principal import LOCAL, Action, Principal

SCHEMA = {
    "type": "object",
    "properties": {
        "carrier": {"type": "string"},
        "flight": {"type": "integer"},
        "dep_delay": {"type": ["number", "null"]},
        "time_hour": {"type": "string", "format": "date-time"},
    },
    "required": ["carrier", "flight"],
}


class Open:
    """Lets everybody in, as a server on the loopback address without tokens does."""

    def identify(self, authorization: str | None) -> Principal:
        return LOCAL

    def authorize(self, principal: Principal, action: Action, resource: str) -> None:
        return None


def main(folder: Path) -> None:
    """Serve until killed; prints the port."""
    settings = IngestSettings()
    with ExitStack() as stack:
        records = open_records(
            stack, folder, settings=settings, clock=SystemClock(), downstream=lambda _: ()
        )
        records.registry.register("flights", SCHEMA, actor="bench")
        door, log = records.door, records.log

        async def each(request: HotRequest) -> HotResponse:
            body = await request.body(settings.max_body_bytes)
            taken = Request(body, request.principal)
            door._writes.fill(taken)
            assert taken.write is not None
            log.append(taken.write.data)
            return HotResponse(202, write_answer(taken.result()))

        async def read(request: HotRequest) -> HotResponse:
            await request.body(settings.max_body_bytes)
            return HotResponse(202, b'{"accepted":1}')

        routes = [
            *records_routes(door, max_body_bytes=settings.max_body_bytes),
            HotRoute(method="POST", path="/each", action=Action.WRITE, handle=each),
            HotRoute(method="POST", path="/read", action=Action.WRITE, handle=read),
        ]
        application = create_application(access=Open(), routers=[], hot=routes)
        listener = socket.create_server(("127.0.0.1", 0))
        print(listener.getsockname()[1], flush=True)
        records.seal_loop.start()
        spare_collector()
        uvicorn.Server(server_config(application)).run(sockets=[listener])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
