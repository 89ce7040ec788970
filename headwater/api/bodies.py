"""Request bodies: collected, inflated and measured while they arrive."""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, Final

from headwater.errors import HeadwaterError, Malformed, TooLarge, Unprocessable

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

MOST_OF_NOBODY_BYTES: Final = 64 * 1024
"""What is read of a caller without a token where one is needed: enough to sign in."""

_TOO_LARGE: Final = 413
_LEFT_UNREAD: Final = frozenset({401, 403, _TOO_LARGE})
_GZIP_MAGIC: Final = b"\x1f\x8b"
_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS


async def read_request(
    headers: Mapping[bytes, bytes], receive: Receive, *, most_bytes: int
) -> bytes:
    """Return the whole body of a request, inflated; see `refuse_announced` and `decode_body`."""
    refuse_announced(headers, most_bytes)
    encoding = headers.get(b"content-encoding")
    return await read_body(receive, encoding=encoding, most_bytes=most_bytes)


def announced_bytes(headers: Mapping[bytes, bytes]) -> int:
    """Return how long a body is said to be; 0 where that is not said."""
    length = headers.get(b"content-length", b"")
    return int(length) if length.isdigit() else 0


def refuse_announced(headers: Mapping[bytes, bytes], most_bytes: int) -> None:
    """Raise `TooLarge`, before anything is read, for a body that is announced as too large."""
    if announced_bytes(headers) > most_bytes:
        raise _too_large(most_bytes)


def leaves_body(status: int, headers: Mapping[bytes, bytes]) -> bool:
    """Tell whether what was refused has a body not worth reading, so that its sender goes."""
    if status not in _LEFT_UNREAD:
        return False
    if status == _TOO_LARGE or b"transfer-encoding" in headers:
        return True
    return announced_bytes(headers) > MOST_OF_NOBODY_BYTES


def capped(receive: Receive, most_bytes: int, error: HeadwaterError | None = None) -> Receive:
    """Return what raises `TooLarge`, or `error`, once it received more than that of a body."""
    size = 0

    async def receive_some() -> MutableMapping[str, Any]:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > most_bytes:
            raise error or _too_large(most_bytes)
        return message

    return receive_some


async def read_body(receive: Receive, *, encoding: bytes | None, most_bytes: int) -> bytes:
    """Return the whole body as it arrives, inflated; see `decode_body`."""
    body = await collect_body(receive, most_bytes=most_bytes)
    return decode_body(body, encoding=encoding, most_bytes=most_bytes)


async def collect_body(receive: Receive, *, most_bytes: int) -> bytes:
    """Return the whole body as it arrives, as it was sent; raises `TooLarge` and `Malformed`."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Malformed("the client went away in the middle of the body", offset=size)
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > most_bytes:
            raise _too_large(most_bytes)
        chunks.append(chunk)
        if not message.get("more_body", False):
            break
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def decode_body(body: bytes, *, encoding: bytes | None, most_bytes: int) -> bytes:
    """Return a body inflated; `most_bytes` caps it before and after inflation.

    gzip is recognised by its header field or by its first bytes, because some Java clients
    send it without saying so. Raises `TooLarge`, `Malformed` and, for other encodings,
    `Unprocessable`.
    """
    if len(body) > most_bytes:
        raise _too_large(most_bytes)
    if encoding not in (None, b"", b"identity", b"gzip", b"x-gzip"):
        name = encoding.decode("latin-1") if encoding else ""
        raise Unprocessable(
            f"Content-Encoding {name!r} is not understood", hint="send gzip or no encoding"
        )
    if body[:2] == _GZIP_MAGIC:
        return _inflate(body, most_bytes)
    return body


def _inflate(body: bytes, most_bytes: int) -> bytes:
    """Inflate all gzip members, never holding more than the limit."""
    parts: list[bytes] = []
    left = most_bytes
    rest = body
    while rest:
        member = zlib.decompressobj(_GZIP_WINDOW)
        try:
            part = member.decompress(rest, left + 1)
        except zlib.error as error:
            raise Malformed(f"the body is not valid gzip: {error}") from error
        left -= len(part)
        if left < 0:
            raise _too_large(most_bytes)
        parts.append(part)
        if not member.eof:
            raise Malformed("the gzip body ends too early", offset=len(body))
        rest = member.unused_data
    return b"".join(parts)


def _too_large(most_bytes: int) -> TooLarge:
    return TooLarge(
        f"the body is over the limit of {most_bytes} bytes",
        hint="send smaller batches, or raise the limit in the settings",
    )
