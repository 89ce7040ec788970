"""Pages of other origins that may ask this server (CORS): none but those that an operator names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

Headers = Sequence[tuple[bytes, bytes]]

_ANY: Final = "*"
_NOTHING: Final[Headers] = ()
_EXPOSED: Final = b"Location, Retry-After, X-Request-Id"
_METHODS: Final = b"GET, POST, PUT, PATCH, DELETE"
_SECONDS: Final = b"600"


class Origins:
    """The origins whose pages are let in, as `https://host:port`; `*` is every page there is."""

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        named = tuple(allowed)
        self._is_any = _ANY in named
        self._named = frozenset(origin.lower().encode() for origin in named)

    def allow(self, headers: dict[bytes, bytes]) -> bool:
        """Tell whether a request comes from a page of an allowed origin."""
        if not self._named:
            return False
        origin = headers.get(b"origin")
        return origin is not None and (self._is_any or origin.lower() in self._named)

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


NO_ORIGINS: Final = Origins()
"""Nobody is let in."""
