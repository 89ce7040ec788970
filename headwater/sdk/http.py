"""Events over HTTP to any OpenLineage server, with the standard library alone."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Final

from headwater.sdk.errors import EventRefused, TransportError
from headwater.sdk.transport import BatchTransport
from headwater.version import __version__

if TYPE_CHECKING:
    from http.client import HTTPConnection
    from ssl import SSLContext

DEFAULT_ENDPOINT: Final = "api/v1/lineage"
"""Where OpenLineage servers take events."""

_RETRIABLE: Final = frozenset({408, 429, 500, 502, 503, 504})
_REFUSED: Final = frozenset({400, 413, 415, 422})
_WITHOUT_BATCHES: Final = frozenset({404, 405, 501})
_LONGEST_PAUSE_SECONDS: Final = 30.0
_SMALLEST_COMPRESSED_BYTES: Final = 1024
_SHOWN_BYTES: Final = 300


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    retry_after: str | None
    location: str | None
    body: bytes


class HttpTransport(BatchTransport):
    """Posts events, one by one or many at once, over a connection that is kept open.

    Safe to share by threads. Many go to the endpoint with `/batch` after it; a server that has
    none gets them one by one.

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
        headers: Mapping[str, str] | None = None,
        tls: SSLContext | None = None,
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
        self._query = f"?{parts.query}" if parts.query else ""
        self._path = f"/{path}"
        self._has_batches = True
        self._headers = {
            "Content-Type": "application/json",
            "User-Agent": f"headwater/{__version__}",
        }
        if api_key is not None:
            self._headers["Authorization"] = f"Bearer {api_key}"
        self._headers |= headers or {}
        self._tls = tls
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
            self._send(self._path, event)

    def emit_batch(self, events: Sequence[bytes]) -> Sequence[TransportError | None]:
        """Post events at once where the server can, else one by one; return each one's fate."""
        with self._lock:
            if len(events) == 1 or not self._has_batches:
                return self._one_by_one(events)
            try:
                answer = self._send(f"{self._path}/batch", b"[" + b",".join(events) + b"]")
            except _NoBatches:
                self._has_batches = False
                return self._one_by_one(events)
            except EventRefused:
                return self._one_by_one(events)
        return _fates(answer, len(events))

    def _one_by_one(self, events: Sequence[bytes]) -> Sequence[TransportError | None]:
        fates: list[TransportError | None] = []
        for event in events:
            try:
                self._send(self._path, event)
                fates.append(None)
            except EventRefused as refusal:
                fates.append(refusal)
            except TransportError as failure:
                if not fates:
                    raise
                return [*fates, *[failure] * (len(events) - len(fates))]
        return fates

    def _send(self, path: str, body: bytes) -> _Answer:
        """Post a body until it is answered 2xx or the attempts are used up."""
        if self._is_closed:
            raise TransportError("the transport is closed", retriable=False)
        body, headers = self._encoded(body)
        for attempt in range(1, self._attempts + 1):
            pause = self._pause_seconds * 2 ** (attempt - 1)
            try:
                answer = self._post(path, body, headers)
                if 200 <= answer.status < 300:
                    return answer
                failure = self._refused(path, answer)
                pause = pause if failure.retry_after is None else failure.retry_after
            except OSError as error:
                failure = TransportError(
                    f"{self._place(path)} cannot be reached: {error}",
                    retriable=True,
                    hint=_hint_of(error),
                )
            if not failure.retriable or attempt == self._attempts:
                raise failure
            self._sleep(min(pause, _LONGEST_PAUSE_SECONDS))
        raise AssertionError("the last attempt returns or raises")

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

    def _post(self, path: str, body: bytes, headers: Mapping[str, str]) -> _Answer:
        """Post once; a connection that the server closed while idle is replaced unnoticed."""
        from http.client import HTTPException

        is_reused = self._connection is not None
        try:
            return self._exchange(path, body, headers)
        except (HTTPException, OSError) as error:
            self._disconnect()
            if is_reused and isinstance(error, ConnectionError):
                return self._post(path, body, headers)
            if isinstance(error, OSError):
                raise
            raise OSError(f"{type(error).__name__}: {error}") from error

    def _exchange(self, path: str, body: bytes, headers: Mapping[str, str]) -> _Answer:
        connection = self._connect()
        connection.request("POST", path + self._query, body=body, headers=headers)
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

            if self._is_secure:
                self._connection = HTTPSConnection(
                    self._host, self._port, timeout=self._timeout_seconds, context=self._tls
                )
            else:
                self._connection = HTTPConnection(
                    self._host, self._port, timeout=self._timeout_seconds
                )
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _refused(self, path: str, answer: _Answer) -> TransportError:
        place = self._place(path)
        if 300 <= answer.status < 400:
            return TransportError(
                f"{place} redirects to {answer.location} ({answer.status})",
                retriable=False,
                hint="give the URL that it redirects to",
            )
        said = f"{place} answers {answer.status}: "
        said += answer.body[:_SHOWN_BYTES].decode("utf-8", "replace")
        if path != self._path and answer.status in _WITHOUT_BATCHES:
            return _NoBatches(said, retriable=False)
        if answer.status in _REFUSED:
            return EventRefused(said)
        return TransportError(
            said,
            retriable=answer.status in _RETRIABLE,
            hint="set the API key" if answer.status in {401, 403} else None,
            retry_after=_retry_after(answer.retry_after),
        )

    def _place(self, path: str) -> str:
        port = "" if self._port is None else f":{self._port}"
        return f"{'https' if self._is_secure else 'http'}://{self._host}{port}{path}"


class _NoBatches(TransportError):
    """The server has no place for many events at once."""


def _fates(answer: _Answer, count: int) -> list[TransportError | None]:
    """Return what became of each event of a batch; an answer that does not say took them all."""
    fates: list[TransportError | None] = [None] * count
    try:
        said = json.loads(answer.body) if answer.body else {}
        failed = said.get("failed_events") or []
        for each in failed:
            reason, index = str(each.get("reason")), int(each["index"])
            is_retriable = bool(each.get("retriable"))
            fates[index] = (
                TransportError(reason, retriable=True) if is_retriable else EventRefused(reason)
            )
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return fates
    return fates


def _hint_of(error: OSError) -> str | None:
    if type(error).__name__ == "SSLCertVerificationError":
        return "name its certificate authority in SSL_CERT_FILE"
    if isinstance(error, ConnectionRefusedError):
        return "nothing listens there; OPENLINEAGE_URL names the server"
    return None


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


def _retry_after(header: str | None) -> float | None:
    """Return the seconds that Retry-After names, as a number or a date."""
    if header is None:
        return None
    if header.strip().isdigit():
        return float(header)
    from datetime import UTC, datetime
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
