"""Ports for servers that are started in a moment."""

from __future__ import annotations

import secrets
import socket
from contextlib import ExitStack
from pathlib import Path
from typing import Final

_LOWEST: Final = 15_000
_LOWEST_OF_CLIENTS: Final = 32_768
_RANGE_OF_CLIENTS: Final = Path("/proc/sys/net/ipv4/ip_local_port_range")


def free_ports(count: int) -> list[int]:
    """Return as many different ports that nobody has, and that no client is given meanwhile.

    The system chooses the ports of clients from a range of its own. A port of that range that is
    free now may belong to any connection when the server comes to listen on it.
    """
    below = _LOWEST_OF_CLIENTS
    if _RANGE_OF_CLIENTS.exists():
        below = int(_RANGE_OF_CLIENTS.read_text(encoding="utf-8").split()[0])
    if below <= _LOWEST:
        below = 65_536  # the system leaves none out
    found: list[int] = []
    with ExitStack() as held:
        while len(found) < count:
            one = held.enter_context(socket.socket())
            port = _LOWEST + secrets.randbelow(below - _LOWEST)
            try:
                one.bind(("127.0.0.1", port))
            except OSError:
                continue  # somebody has it
            found.append(port)
    return found
