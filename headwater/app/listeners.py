"""The sockets of the server, bound before anything is opened, so that errors come early."""

from __future__ import annotations

import errno
import logging
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from headwater.errors import Invalid, Unavailable
from headwater.observe import LogEvent, log

BACKLOG: Final = 2048
_NEXT_PORTS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A port to listen on; `is_asked` tells one that somebody chose from a default.

    `is_needed` marks the main port: when its default is taken, one of the next ports is used.
    Port 0 takes any free one.
    """

    purpose: str
    host: str
    port: int
    is_asked: bool
    is_needed: bool = False


def bind_all(listeners: Sequence[Listener]) -> list[socket.socket]:
    """Bind every listener, the needed one first.

    A default port that is taken is warned of and left out, or moved when it is needed; one
    that was asked for raises `Unavailable`.
    """
    bound: list[socket.socket] = []
    try:
        for listener in listeners:
            found = _bind(listener)
            if found is not None:
                bound.append(found)
    except BaseException:
        for one in bound:
            one.close()
        raise
    return bound


def url_of(bound: socket.socket) -> str:
    """Return the address at which this machine reaches a bound socket."""
    host, port = bound.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104  # compared, not bound
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _bind(listener: Listener) -> socket.socket | None:
    moves = listener.is_needed and not listener.is_asked
    ports = [listener.port + step for step in range(_NEXT_PORTS if moves else 1)]
    for port in ports:
        try:
            return _open(listener.host, port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise Invalid(
                    f"cannot listen on {listener.host}:{port} for {listener.purpose}: "
                    f"{error.strerror or error}",
                    hint="give another --host or port",
                ) from error
            if listener.is_asked:
                raise Unavailable(
                    f"port {port} for {listener.purpose} is taken",
                    hint="stop what listens there, or give another port",
                ) from error
            log(LogEvent.PORT_TAKEN, level=logging.WARNING, port=port, purpose=listener.purpose)
    if listener.is_needed:
        raise Unavailable(
            f"ports {ports[0]} to {ports[-1]} for {listener.purpose} are taken",
            hint="give a free one with --port",
        )
    return None


def _open(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        bound.listen(BACKLOG)
        bound.setblocking(False)
    except BaseException:
        bound.close()
        raise
    return bound
