"""Runs the platform as a server until it is told to stop."""

from __future__ import annotations

import gc
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import cast

import uvicorn

from headwater.api.dispatch import Front
from headwater.app.connection import Connection
from headwater.app.listeners import Listener, bind_all, url_of
from headwater.app.patience import AwaitedConnection, Patience
from headwater.app.platform import Platform
from headwater.config import Settings
from headwater.identity.binding import check_binding
from headwater.observe import LogEvent, log

Asked = frozenset[str]
"""Which of `port`, `web_port` and `otlp_port` somebody chose; the others are defaults."""

_KEEP_ALIVE_SECONDS = 75
_SHUTDOWN_SECONDS = 10
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def serve(
    settings: Settings,
    *,
    asked: Asked = frozenset(),
    insecure: bool = False,
    on_ready: Callable[[Platform, Sequence[str]], None] | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM; `on_ready` is called with the URLs once requests are taken."""
    sockets = bind_all(_listeners(settings, asked))
    urls = [url_of(one) for one in sockets]
    try:
        with Platform.open(settings, url=urls[0]) as platform:
            check_binding(settings.server.host, has_tokens=platform.has_tokens(), insecure=insecure)
            platform.start()
            spare_collector()
            _run(platform, sockets, lambda: _ready(platform, urls, on_ready))
            log(LogEvent.SERVER_STOPPED)
    finally:
        for one in sockets:
            one.close()


def spare_collector() -> None:
    """Keep what lives as long as the process out of the garbage collector's rounds.

    Requests leave next to no cycles behind, and at its defaults the collector took a tenth of
    the processor while records came in.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _listeners(settings: Settings, asked: Asked) -> list[Listener]:
    server = settings.server
    main = Listener(
        purpose="the API",
        host=server.host,
        port=server.port,
        is_asked="port" in asked,
        is_needed=True,
    )
    others = [
        Listener(purpose=purpose, host=server.host, port=port, is_asked=name in asked)
        for purpose, name, port in (
            ("the web UI", "web_port", server.web_port),
            ("OTLP", "otlp_port", server.otlp_port),
        )
    ]
    return [main, *others]


def _ready(
    platform: Platform,
    urls: Sequence[str],
    on_ready: Callable[[Platform, Sequence[str]], None] | None,
) -> None:
    log(LogEvent.SERVER_STARTED, urls=list(urls), data=str(platform.settings.data))
    if on_ready is not None:
        on_ready(platform, urls)


def server_config(application: Front) -> uvicorn.Config:
    """Return how uvicorn serves the application: nothing between a connection and its front."""
    return uvicorn.Config(
        application,
        http=Connection,
        loop="uvloop",
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
        proxy_headers=False,
        server_header=False,
        date_header=False,
    )


def _run(platform: Platform, sockets: list[socket.socket], ready: Callable[[], None]) -> None:
    config = server_config(platform.application)
    _Server(config, ready, platform.live.close).run(sockets=sockets)


class PatientServer(uvicorn.Server):
    """A server that closes connections whose clients do not go on."""

    def __init__(self, config: uvicorn.Config, *, patience: Patience | None = None) -> None:
        super().__init__(config)
        self._patience = patience or Patience()

    async def on_tick(self, counter: int) -> bool:
        """Look after the connections, and tell whether to stop."""
        connections = cast(set[AwaitedConnection], self.server_state.connections)
        self._patience.look(connections, monotonic())
        return await super().on_tick(counter)


class _Server(PatientServer):
    """A server that says when it takes requests, and whose stop leaves the closing to us."""

    def __init__(
        self, config: uvicorn.Config, ready: Callable[[], None], stopping: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._ready = ready
        self._stopping = stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._stopping()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn raises the signal again once it is done, which would end the process before
        # the stores are closed.
        before = {number: signal.signal(number, self.handle_exit) for number in _STOP_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
