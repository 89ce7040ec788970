"""How commands reach the platform: over HTTP to a server that runs, else opening the stores."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode, urlsplit

from headwater.errors import (
    Busy,
    Conflict,
    Denied,
    HeadwaterError,
    Invalid,
    Malformed,
    Missing,
    TooLarge,
    Unauthenticated,
    Unavailable,
    Unprocessable,
    Unsupported,
)
from headwater.model.exchange import Exchange, Reply
from headwater.model.json import JsonObject

if TYPE_CHECKING:
    from http.client import HTTPConnection

TIMEOUT_SECONDS: Final = 120.0

_BY_STATUS: Final[dict[int, Callable[..., HeadwaterError]]] = {
    400: Malformed,
    401: Unauthenticated,
    403: Denied,
    404: Missing,
    409: Conflict,
    413: TooLarge,
    422: Unprocessable,
    501: Unsupported,
}


class Answers:
    """Asks the platform: method, path, query, body; returns decoded JSON or raises our errors."""

    def __init__(self, exchange: Exchange, *, url: str | None = None) -> None:
        self._exchange = exchange
        self.url = url

    def get(self, path: str, **query: object) -> Any:
        """Read something."""
        return self._ask("GET", path, query, body=b"", headers={})

    def get_bytes(self, path: str, *, accept: str, **query: object) -> bytes:
        """Read something that is not JSON."""
        return self._send("GET", path, query, body=b"", headers={"Accept": accept}).body

    def post(self, path: str, body: object = None, **query: object) -> Any:
        """Send a JSON value."""
        return self._ask("POST", path, query, body=_encoded(body), headers=_JSON_HEADERS)

    def post_bytes(
        self, path: str, body: bytes, *, headers: Mapping[str, str], **query: object
    ) -> Reply:
        """Send bytes as they are and return the whole answer."""
        return self._send("POST", path, query, body=body, headers=headers)

    def post_json(
        self, path: str, body: object, *, headers: Mapping[str, str], **query: object
    ) -> Reply:
        """Send a JSON value and return the whole answer."""
        return self._send(
            "POST", path, query, body=_encoded(body), headers={**_JSON_HEADERS, **headers}
        )

    def put(self, path: str, body: object = None, **query: object) -> Any:
        """Store a JSON value."""
        return self._ask("PUT", path, query, body=_encoded(body), headers=_JSON_HEADERS)

    def delete(self, path: str, **query: object) -> Any:
        """Remove something."""
        return self._ask("DELETE", path, query, body=b"", headers={})

    def _ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, object],
        *,
        body: bytes,
        headers: Mapping[str, str],
    ) -> Any:
        reply = self._send(method, path, query, body=body, headers=headers)
        return json.loads(reply.body) if reply.body else None

    def _send(
        self,
        method: str,
        path: str,
        query: Mapping[str, object],
        *,
        body: bytes,
        headers: Mapping[str, str],
    ) -> Reply:
        given = {name: value for name, value in query.items() if value is not None}
        target = f"{path}?{urlencode(given, doseq=True)}" if given else path
        reply = self._exchange(method, target, body, headers)
        if reply.status >= 400:
            raise _error_of(reply)
        return reply


_JSON_HEADERS: Final = {"Content-Type": "application/json"}


def _encoded(body: object) -> bytes:
    return b"" if body is None else json.dumps(body).encode()


def _error_of(reply: Reply) -> HeadwaterError:
    """Rebuild the error that the server answered."""
    try:
        problem: JsonObject = json.loads(reply.body)
    except ValueError:
        problem = {}
    message = str(
        problem.get("detail") or problem.get("message") or f"the server answered {reply.status}"
    )
    hint = problem.get("hint")
    kind = _BY_STATUS.get(reply.status)
    if kind is not None:
        error = kind(message, hint=hint)
        if isinstance(error, Invalid):
            error.path = problem.get("path")
        if isinstance(error, Invalid | Conflict):
            error.details = problem
        return error
    if reply.status == 503:
        after = reply.headers.get("retry-after", "1")
        return Busy(message, hint=hint, retry_after_seconds=int(after) if after.isdigit() else 1)
    return HeadwaterError(message, hint=hint)


class HttpExchange:
    """An `Exchange` over one kept-alive connection to a server; close it after use."""

    def __init__(self, url: str, *, token: str | None = None) -> None:
        from http.client import HTTPConnection, HTTPSConnection

        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Invalid(f"{url!r} is not the URL of a server", hint="give http://host:port")
        make = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._connection: HTTPConnection = make(parts.hostname, parts.port, timeout=TIMEOUT_SECONDS)
        self._authorization = {"Authorization": f"Bearer {token}"} if token else {}
        self._base = quote(parts.path.rstrip("/"), safe="/%")
        self._url = url

    def __call__(self, method: str, target: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        try:
            return self._once(method, target, body, headers)
        except (ConnectionError, _http_error()) as error:
            # A kept-alive connection may have gone stale; asking again is safe where asking
            # twice means the same as asking once.
            if method == "POST":
                raise self._unavailable(error) from error
        except OSError as error:
            raise self._unavailable(error) from error
        try:
            return self._once(method, target, body, headers)
        except (OSError, _http_error()) as error:
            raise self._unavailable(error) from error

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _once(self, method: str, target: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        sent = {**self._authorization, **headers}
        try:
            self._connection.request(method, self._base + target, body, sent)
            answer = self._connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(answer.status, found, answer.read())
        except BaseException:
            self._connection.close()
            raise

    def _unavailable(self, error: Exception) -> Unavailable:
        return Unavailable(
            f"no answer from {self._url}: {error or type(error).__name__}",
            hint="is the server running? start it with: headwater up",
        )


def _http_error() -> type[Exception]:
    """Return what http.client raises for an answer that is none; imported late, it is heavy."""
    from http.client import HTTPException

    return HTTPException


@contextmanager
def answers_for(*, url: str | None, data: Path | None) -> Iterator[Answers]:
    """Reach the platform: `url`, else the server that owns the data directory, else the stores.

    The token of a server is the setting `token` (`HEADWATER_TOKEN`).
    """
    from headwater.app.directory import DataDirectory
    from headwater.config import load_settings

    settings = load_settings(data=data)
    if url is None:
        owner = DataDirectory.owner(settings.data)
        url = owner.url if owner is not None else None
    if url is not None:
        token = settings.token.get_secret_value() if settings.token else None
        with closing(HttpExchange(url, token=token)) as exchange:
            yield Answers(exchange, url=url)
        return
    from headwater.app.inside import inside_exchange
    from headwater.app.platform import Platform

    with Platform.open(settings) as platform:
        yield Answers(inside_exchange(platform.application))
