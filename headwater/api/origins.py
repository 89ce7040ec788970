"""Pages of other origins that may ask this server (CORS): none but those that an operator names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

Headers = Sequence[tuple[bytes, bytes]]

_ANY: Final = "*"
_NOTHING: Final[Headers] = ()
_EXPOSED: Final = b"Location, Retry-After, X-Request-Id"
_METHODS: Final = b"GET, POST, PUT, PATCH, DELETE"
_SECONDS: Final = b"600"
_PRIVATE: Final = (".localhost", ".internal", ".local", ".lan", ".test", ".home.arpa")
"""Ends of names that nobody can register, such as Docker's `host.docker.internal`."""


class Origins:
    """The origins whose pages are let in, as `https://host:port`; `*` is every page there is.

    `is_open` tells whether whoever reaches this machine needs no token.
    """

    def __init__(
        self, allowed: Iterable[str] = (), *, is_open: Callable[[], bool] = lambda: False
    ) -> None:
        named = tuple(allowed)
        self._is_open = is_open
        self._hosts = frozenset(urlsplit(origin.lower()).netloc.encode() for origin in named)
        self._is_any = _ANY in named
        self._named = frozenset(origin.lower().encode() for origin in named)

    def allow(self, headers: dict[bytes, bytes]) -> bool:
        """Tell whether a request comes from a page of an allowed origin."""
        if not self._named:
            return False
        origin = headers.get(b"origin")
        return origin is not None and (self._is_any or origin.lower() in self._named)

    def are_evaded(self, headers: dict[bytes, bytes]) -> bool:
        """Tell whether a page may have made its own name lead to this machine (DNS rebinding).

        A browser takes such a page and this server for one origin. What gives it away is the name
        by which it calls: one that somebody can register.
        """
        host = headers.get(b"host", b"").lower()
        return (
            _is_public_name(host)
            and host not in self._hosts
            and not self._is_any
            and self._is_open()
        )

    def headers_for(self, headers: dict[bytes, bytes]) -> Headers:
        """Return what tells the browser that its page may read the answer."""
        if not self.allow(headers):
            return _NOTHING
        return (
            (b"access-control-allow-origin", headers[b"origin"]),
            (b"access-control-expose-headers", _EXPOSED),
            (b"vary", b"Origin"),
        )

    def is_preflight(self, method: str, headers: dict[bytes, bytes]) -> bool:
        """Tell whether a browser asks whether it may ask."""
        return method == "OPTIONS" and b"access-control-request-method" in headers

    def preflight(self, headers: dict[bytes, bytes]) -> list[tuple[bytes, bytes]]:
        """Return the answer to a browser that asks, beside `headers_for`."""
        found = [
            (b"access-control-allow-methods", _METHODS),
            (b"access-control-max-age", _SECONDS),
        ]
        wanted = headers.get(b"access-control-request-headers")
        if wanted:
            found.append((b"access-control-allow-headers", wanted))
        return found


def is_of_another_site(headers: dict[bytes, bytes]) -> bool:
    """Tell whether a browser sends this for a page of another site.

    Browsers that do not say so in Sec-Fetch-Site, as older ones and all of them on plain HTTP,
    name the page's origin, which is `null` where they do not tell. Ports make no other site.
    """
    site = headers.get(b"sec-fetch-site")
    if site is not None:
        return site == b"cross-site"
    origin = headers.get(b"origin")
    if origin is None:
        return False
    _, _, authority = origin.lower().partition(b"://")
    return not authority or _name_of(authority) != _name_of(headers.get(b"host", b"").lower())


def _name_of(authority: bytes) -> bytes:
    """Return a name or address without its port."""
    return authority.partition(b"]" if authority.startswith(b"[") else b":")[0]


@lru_cache(maxsize=64)
def _is_public_name(host: bytes) -> bool:
    name = host.decode("latin-1").rpartition("]")[0] or host.decode("latin-1").partition(":")[0]
    name = name.strip("[.")
    if "." not in name or name.endswith(_PRIVATE):
        return False
    try:
        ip_address(name)
    except ValueError:
        return True
    return False


NO_ORIGINS: Final = Origins()
"""Nobody is let in."""
