"""Events over HTTP to any OpenLineage server, with the standard library alone."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Final

from headwater.sdk.errors import TransportError
from headwater.sdk.transport import Transport
from headwater.version import __version__

if TYPE_CHECKING:
    from http.client import HTTPConnection

DEFAULT_ENDPOINT: Final = "api/v1/lineage"
"""Where OpenLineage servers take events."""

_RETRIABLE: Final = frozenset({408, 429, 500, 502, 503, 504})
_LONGEST_PAUSE_SECONDS: Final = 30.0
_SMALLEST_COMPRESSED_BYTES: Final = 1024
_SHOWN_BYTES: Final = 300


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    retry_after: str | None
    location: str | None
    body: bytes


class HttpTransport(Transport):
    """Posts events one by one over a connection that is kept open; safe to share by threads.

    An event is tried `attempts` times: on a connection that fails, and on 408, 429, 500, 502,
    503 and 504, after a pause that doubles from `pause_seconds`, or after Retry-After where the
    server names one. Redirects are errors, because following them turns a POST into a GET.
    """

    def __init__(
        self,
        url: str,
        *,
        endpoint: str = DEFAULT_ENDPOINT,
        api_key: str | None = None,
        timeout_seconds: float = 5.0,
        attempts: int = 5,
        pause_seconds: float = 0.2,
        compress: bool = False,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        from urllib.parse import urlsplit

        try:
            parts = urlsplit(url)
            port, is_url = parts.port, parts.scheme in {"http", "https"} and bool(parts.hostname)
        except ValueError:
            is_url = False
        if not is_url:
            raise TransportError(
                f"{url!r} is no http or https URL",
                retriable=False,
                hint="give it as http://localhost:5000",
            )
        path = "/".join(part.strip("/") for part in (parts.path, endpoint) if part.strip("/"))
        self._is_secure = parts.scheme == "https"
        self._host, self._port = parts.hostname or "", port
        self._target = f"/{path}" + (f"?{parts.query}" if parts.query else "")
        self._headers = {
            "Content-Type": "application/json",
            "User-Agent": f"headwater/{__version__}",
        }
        if api_key is not None:
            self._headers["Authorization"] = f"Bearer {api_key}"
        self._timeout_seconds = timeout_seconds
        self._attempts = attempts
        self._pause_seconds = pause_seconds
        self._compress = compress
        self._sleep = sleep
        self._connection: HTTPConnection | None = None
        self._is_closed = False
        self._lock = Lock()

    def emit(self, event: bytes) -> None:
        """Post one event; return once the server has answered 2xx."""
        with self._lock:
            if self._is_closed:
                raise TransportError("the transport is closed", retriable=False)
            body, headers = self._encoded(event)
            for attempt in range(1, self._attempts + 1):
                pause = self._pause_seconds * 2 ** (attempt - 1)
                try:
                    answer = self._post(body, headers)
                    if 200 <= answer.status < 300:
                        return
                    failure = self._refused(answer)
                    pause = _retry_after(answer.retry_after, pause)
                except OSError as error:
                    failure = TransportError(
                        f"{self._place()} cannot be reached: {error}", retriable=True
                    )
                if not failure.retriable or attempt == self._attempts:
                    raise failure
                self._sleep(min(pause, _LONGEST_PAUSE_SECONDS))

    def close(self) -> None:
        """Close the connection; an emit after this is an error."""
        with self._lock:
            self._is_closed = True
            self._disconnect()

    def _encoded(self, event: bytes) -> tuple[bytes, Mapping[str, str]]:
        if not self._compress or len(event) < _SMALLEST_COMPRESSED_BYTES:
            return event, self._headers
        from gzip import compress

        return compress(event, mtime=0), {**self._headers, "Content-Encoding": "gzip"}

    def _post(self, body: bytes, headers: Mapping[str, str]) -> _Answer:
        """Post once; a connection that the server closed while idle is replaced unnoticed."""
        from http.client import HTTPException

        is_reused = self._connection is not None
        try:
            return self._exchange(body, headers)
        except (HTTPException, OSError) as error:
            self._disconnect()
            if is_reused and isinstance(error, ConnectionError):
                return self._post(body, headers)
            if isinstance(error, OSError):
                raise
            raise OSError(f"{type(error).__name__}: {error}") from error

    def _exchange(self, body: bytes, headers: Mapping[str, str]) -> _Answer:
        connection = self._connect()
        connection.request("POST", self._target, body=body, headers=headers)
        response = connection.getresponse()
        answer = _Answer(
            response.status,
            response.getheader("Retry-After"),
            response.getheader("Location"),
            response.read(),
        )
        if response.will_close:
            self._disconnect()
        return answer

    def _connect(self) -> HTTPConnection:
        if self._connection is None:
            from http.client import HTTPConnection, HTTPSConnection

            kind = HTTPSConnection if self._is_secure else HTTPConnection
            self._connection = kind(self._host, self._port, timeout=self._timeout_seconds)
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _refused(self, answer: _Answer) -> TransportError:
        if 300 <= answer.status < 400:
            return TransportError(
                f"{self._place()} redirects to {answer.location} ({answer.status})",
                retriable=False,
                hint="give the URL that it redirects to",
            )
        shown = answer.body[:_SHOWN_BYTES].decode("utf-8", "replace")
        return TransportError(
            f"{self._place()} answers {answer.status}: {shown}",
            retriable=answer.status in _RETRIABLE,
            hint="set the API key" if answer.status in {401, 403} else None,
        )

    def _place(self) -> str:
        port = "" if self._port is None else f":{self._port}"
        return f"{'https' if self._is_secure else 'http'}://{self._host}{port}{self._target}"


def transport_from_environment(environ: Mapping[str, str] | None = None) -> HttpTransport | None:
    """Return the transport that OPENLINEAGE_URL, _ENDPOINT and _API_KEY name, or None."""
    given = os.environ if environ is None else environ
    url = given.get("OPENLINEAGE_URL")
    if not url:
        return None
    return HttpTransport(
        url,
        endpoint=given.get("OPENLINEAGE_ENDPOINT") or DEFAULT_ENDPOINT,
        api_key=given.get("OPENLINEAGE_API_KEY") or None,
    )


def _retry_after(header: str | None, otherwise: float) -> float:
    """Return the seconds that Retry-After names, as a number or a date."""
    if header is None:
        return otherwise
    if header.strip().isdigit():
        return float(header)
    from datetime import UTC, datetime
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return otherwise
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
