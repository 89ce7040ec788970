"""The front of the application: request context, hot paths, then FastAPI.

Hot paths (lineage, ingest, otlp) skip the framework: a dictionary look-up on the raw path, one
handler, one answer. Everything else goes on to FastAPI with its raw path as the path to route
on, so that `%2F` inside a name stays inside it.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from time import perf_counter
from typing import Any, Final

import msgspec

from headwater.api.access import Access, admit_caller
from headwater.api.bodies import (
    MOST_OF_NOBODY_BYTES,
    Receive,
    announced_bytes,
    capped,
    collect_body,
    decode_body,
    leaves_body,
    read_request,
    refuse_announced,
)
from headwater.api.credentials import credentials_of
from headwater.api.origins import NO_ORIGINS, Headers, Origins, is_of_another_site
from headwater.api.problems import MEDIA_TYPE, headers_of, problem_of, status_of
from headwater.errors import Denied, HeadwaterError, TooLarge, Unauthenticated
from headwater.model.principal import Action, Principal
from headwater.observe import (
    CONTEXT,
    HTTP_REQUEST_SECONDS,
    HTTP_REQUESTS,
    LogEvent,
    RequestContext,
    log,
)

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

JSON: Final = b"application/json"
MOST_BYTES: Final = 64 * 1024 * 1024
_CLOSE: Final = (b"connection", b"close")
_TRACEPARENT: Final = re.compile(
    rb"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})(?:-|$)"
)
_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@dataclass(slots=True)
class HotRequest:
    """What a hot handler sees of a request; `rest` is the raw path behind the route's prefix.

    `sent` is the body where it is here as a whole, else how to receive it.
    """

    method: str
    rest: str
    query: bytes
    headers: dict[bytes, bytes]
    principal: Principal
    sent: bytes | Receive

    async def body(self, most_bytes: int) -> bytes:
        """Read the body, inflated and at most `most_bytes` long."""
        if isinstance(self.sent, bytes):
            encoding = self.headers.get(b"content-encoding")
            return decode_body(self.sent, encoding=encoding, most_bytes=most_bytes)
        return await read_request(self.headers, self.sent, most_bytes=most_bytes)

    async def sent_body(self, most_bytes: int) -> bytes:
        """Read the body as it was sent, at most `most_bytes` long, for whoever checks a signature.

        It can be read once: `decode_body` turns it into what `body` returns.
        """
        if isinstance(self.sent, bytes):
            return self.sent
        refuse_announced(self.headers, most_bytes)
        return await collect_body(self.sent, most_bytes=most_bytes)


@dataclass(slots=True)
class HotResponse:
    """The answer of a hot handler."""

    status: int
    body: bytes = b""
    media_type: bytes = JSON
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class HotRoute:
    """A path served without the framework; with `has_rest`, everything below it too.

    An alias is where clients end up by mistake: it is served, and stands in no list of routes.
    `explain` turns an error into the answer in the surface's own shape, which may depend on the
    headers of the request; by default that is problem+json.
    """

    method: str
    path: str
    action: Action
    handle: Callable[[HotRequest], Awaitable[HotResponse]]
    has_rest: bool = False
    is_alias: bool = False
    explain: Callable[[HeadwaterError, dict[bytes, bytes]], HotResponse] | None = None


def explain_as_problem(
    error: HeadwaterError, _headers: dict[bytes, bytes] | None = None
) -> HotResponse:
    """Answer an error as problem+json."""
    extra = [(k.lower().encode(), v.encode()) for k, v in headers_of(error).items()]
    return HotResponse(
        status_of(error), msgspec.json.encode(problem_of(error)), MEDIA_TYPE.encode(), extra
    )


def refuse_foreign_page(method: str, headers: dict[bytes, bytes], origins: Origins) -> None:
    """Raise `Denied` for a write that a page of another site makes a browser send.

    Without tokens whoever reaches the loopback address may write, and a browser there runs
    pages from everywhere; it says so in Sec-Fetch-Site or, an older one, in Origin, and it sends
    no token by itself. Pages of the allowed origins may write.
    """
    if (
        is_of_another_site(headers)
        and method not in _SAFE_METHODS
        and b"authorization" not in headers
        and not origins.allow(headers)
    ):
        raise Denied(
            "a page of another site may not write here",
            hint="send the request from the same site, or with a token, or allow its origin with"
            " HEADWATER_SERVER__CORS_ORIGINS",
        )


def refuse_foreign_name(headers: dict[bytes, bytes], origins: Origins) -> None:
    """Raise `Denied` for what is asked of a server without tokens by a name that is not its own.

    A page can have its own name lead to the loopback address (DNS rebinding), and read there what
    the browser takes for its own. The routes of producers, who come by any name, are not asked.
    """
    if origins.are_evaded(headers):
        raise Denied(
            f"without a token this server is not called {headers[b'host'].decode('latin-1')!r}",
            hint="call it 127.0.0.1 or localhost, create a token, or name the origin in"
            " HEADWATER_SERVER__CORS_ORIGINS",
        )


class Front:
    """The ASGI application that the server runs.

    `most_bytes` caps what the framework reads, whatever the route; hot routes have their own.
    """

    def __init__(
        self,
        application: Application,
        *,
        access: Access,
        routes: Sequence[HotRoute],
        origins: Origins = NO_ORIGINS,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._origins = origins
        self._most_bytes = most_bytes
        self._application = application
        self._access = access
        self._process = secrets.token_hex(8)
        self._numbers = count()
        self._exact = {(r.method, r.path): r for r in routes if not r.has_rest}
        self._below = {(r.method, r.path.rstrip("/") + "/"): r for r in routes if r.has_rest}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        raw_path: str = scope["raw_path"].decode("ascii", "surrogateescape")
        headers: dict[bytes, bytes] = dict(scope["headers"])
        found = self.find(scope["method"], raw_path)
        if found is not None:
            response = await self.answer(found, scope["query_string"], headers, receive)
            if leaves_body(response.status, headers):
                response.headers.append(_CLOSE)
            await _send_whole(send, response)
            return
        method: str = scope["method"]
        context = self._context_of(headers)
        allowed = self._origins.headers_for(headers)
        answer = _Answer(send, context, scope, allowed=allowed)
        if allowed and self._origins.is_preflight(method, headers):
            await _send_whole(
                answer.send, HotResponse(200, headers=self._origins.preflight(headers))
            )
            return
        started = perf_counter()
        token = CONTEXT.set(context)
        try:
            scope["path"] = raw_path
            if method == "HEAD":
                scope = {**scope, "method": "GET"}
            refuse_foreign_name(headers, self._origins)
            refuse_foreign_page(method, headers, self._origins)
            sent = self._within_limits(headers, receive)
            await self._ask_framework(scope, sent, answer.send)
        except (Denied, TooLarge, Unauthenticated) as error:
            await _send_whole(answer.send, explain_as_problem(error))
        finally:
            CONTEXT.reset(token)
            HTTP_REQUEST_SECONDS.observe_at(
                (_template(scope),), perf_counter() - started, _trace_of(headers)
            )
            _count(_template(scope), method, answer.status)

    def _within_limits(self, headers: dict[bytes, bytes], receive: Receive) -> Receive:
        """Cap a body, and closely that of a caller who is nobody, whom no route knows yet.

        The framework reads a body before a route looks at who sends it. Raises `TooLarge` and
        `Unauthenticated` for what is announced.
        """
        try:
            self._access.identify(_credentials(headers))
        except Unauthenticated as error:
            if announced_bytes(headers) > MOST_OF_NOBODY_BYTES:
                raise
            return capped(receive, MOST_OF_NOBODY_BYTES, error)
        refuse_announced(headers, self._most_bytes)
        return capped(receive, self._most_bytes)

    def find(self, method: str, path: str) -> tuple[HotRoute, str] | None:
        """Return the hot route of a raw path and what of the path is behind it."""
        route = self._exact.get((method, path))
        if route is None and path.endswith("/"):
            route = self._exact.get((method, path[:-1]))
        if route is not None:
            return route, ""
        cut = path.rfind("/", 0, len(path) - 1) + 1 if path.endswith("/") else path.rfind("/") + 1
        below = self._below.get((method, path[:cut]))
        return None if below is None else (below, path[cut:].rstrip("/"))

    def methods(self, path: str) -> set[str]:
        """Return the methods for which there is a hot route at a raw path."""
        return {method for method in _METHODS if self.find(method, path) is not None}

    async def answer(
        self,
        found: tuple[HotRoute, str],
        query: bytes,
        headers: dict[bytes, bytes],
        sent: bytes | Receive,
    ) -> HotResponse:
        """Answer a request to a hot route; errors are answers too."""
        context = self._context_of(headers)
        started = perf_counter()
        token = CONTEXT.set(context)
        try:
            response = await self._handle(found, query, headers, sent)
        finally:
            CONTEXT.reset(token)
        response.headers.append((b"x-request-id", context.request_id.encode()))
        response.headers += self._origins.headers_for(headers)
        route, _ = found
        seconds = perf_counter() - started
        HTTP_REQUEST_SECONDS.observe_at((route.path,), seconds, _trace_of(headers))
        _count(route.path, route.method, response.status)
        return response

    def _context_of(self, headers: dict[bytes, bytes]) -> RequestContext:
        """Take the ids that the client sent, where they are usable, else ids of ours."""
        request_id = headers.get(b"x-request-id", b"").decode("latin-1")[:128]
        if not request_id or not request_id.isascii() or not request_id.isprintable():
            request_id = f"{self._process}{next(self._numbers):016x}"
        traceparent: str | None = None
        if b"traceparent" in headers:
            traceparent = headers[b"traceparent"].decode("latin-1")[:128]
            if len(traceparent) < 55 or not traceparent.isascii():
                traceparent = None
        return RequestContext(request_id, traceparent)

    async def _ask_framework(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._application(scope, receive, send)
        except Exception:  # the process edge: the framework has answered 500 and raises again
            logging.getLogger("headwater").exception(LogEvent.REQUEST_FAILED.value)

    async def _handle(
        self,
        found: tuple[HotRoute, str],
        query: bytes,
        headers: dict[bytes, bytes],
        sent: bytes | Receive,
    ) -> HotResponse:
        route, rest = found
        try:
            refuse_foreign_page(route.method, headers, self._origins)
            principal = admit_caller(self._access, _credentials(headers), route.action, route.path)
            request = HotRequest(route.method, rest, query, headers, principal, sent)
            response = await route.handle(request)
        except HeadwaterError as error:
            response = (route.explain or explain_as_problem)(error, headers)
        except Exception:  # the process edge: logged with its trace, answered without
            logging.getLogger("headwater").exception(LogEvent.REQUEST_FAILED.value)
            failure = HeadwaterError("the server failed; the log has the details")
            response = (route.explain or explain_as_problem)(failure, headers)
        if response.status >= 500:
            log(LogEvent.REQUEST_FAILED, level=logging.WARNING, status=response.status)
        return response


async def _send_whole(send: Send, response: HotResponse) -> None:
    headers = [
        (b"content-type", response.media_type),
        (b"content-length", b"%d" % len(response.body)),
        *response.headers,
    ]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body})


class _Answer:
    """Passes an answer on, adds the request id to it, and remembers its status.

    Of the answer to HEAD it passes on all but the body.
    """

    __slots__ = ("_allowed", "_asked", "_is_head", "_request_id", "_send", "status")

    def __init__(
        self, send: Send, context: RequestContext, scope: Scope, *, allowed: Headers
    ) -> None:
        self._send = send
        self._allowed = allowed
        self._asked: Headers = scope["headers"]
        self._is_head = scope["method"] == "HEAD"
        self._request_id = context.request_id.encode()
        self.status = 0

    async def send(self, message: MutableMapping[str, Any]) -> None:
        """Send one message of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = list(message.get("headers", ()))
            headers.append((b"x-request-id", self._request_id))
            headers += self._allowed
            if leaves_body(self.status, dict(self._asked)):
                headers.append(_CLOSE)
            message["headers"] = headers
        elif self._is_head:
            message["body"] = b""
        await self._send(message)


def _credentials(headers: dict[bytes, bytes]) -> str | None:
    said, cookie = headers.get(b"authorization"), headers.get(b"cookie")
    if said is not None:
        return said.decode("latin-1")
    return None if cookie is None else credentials_of(None, cookie.decode("latin-1"))


def _template(scope: Scope) -> str:
    """Return the framework's route as it is declared, so that metrics have few labels."""
    route = scope.get("route")
    return getattr(route, "path", "none")


def _trace_of(headers: dict[bytes, bytes]) -> str | None:
    """Return the trace that a request belongs to, where its sender keeps that trace."""
    said = headers.get(b"traceparent")
    if said is None:
        return None
    found = _TRACEPARENT.match(said)
    is_kept = found is not None and int(found[2], 16) & 1
    return found[1].decode() if found is not None and is_kept else None


def _count(route: str, method: str, status: int) -> None:
    known = method if method in _METHODS else "other"
    HTTP_REQUESTS.add_at((route, known, str(status)))
