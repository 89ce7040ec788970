"""Request bodies that hold events: one object, an array, or a line each."""

from __future__ import annotations

from typing import Final

import msgspec

from headwater.errors import Invalid
from headwater.wire.openlineage.canonical import decode, encode

_RAW: Final = msgspec.json.Decoder(msgspec.Raw)
_RAWS: Final = msgspec.json.Decoder(list[msgspec.Raw])


def is_single(body: bytes) -> bool:
    """Tell whether a body can only be one event, by a glance at it."""
    return body[:1] == b"{" and b"\n" not in body


def is_ndjson(content_type: bytes) -> bool:
    """Tell whether a media type promises a line for each event."""
    name = content_type.partition(b";")[0].strip().lower()
    return name.endswith((b"ndjson", b"jsonl", b"jsonlines", b"json-lines"))


def split_lines(body: bytes) -> list[bytes]:
    """Return the lines of a body that promises one for each event, broken ones too."""
    return [line for line in body.split(b"\n") if line.strip()]


def split_events(body: bytes) -> list[bytes]:
    """Return the bytes of each event of a request body, in order.

    What is wrong is returned as it is, so that its reader can say what is wrong and keep it.
    """
    stripped = body.strip()
    if stripped[:1] == b"[" or stripped[:4] == b"\xef\xbb\xbf[":
        return _elements(stripped)
    first, _, rest = stripped.partition(b"\n")
    if rest and _is_whole(first):
        return split_lines(stripped)
    return [body]


def _elements(body: bytes) -> list[bytes]:
    try:
        return [bytes(raw) for raw in _RAWS.decode(body)]
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        try:
            return [encode(element) for element in decode(body)]
        except Invalid:
            return [body]


def _is_whole(line: bytes) -> bool:
    try:
        _RAW.decode(line)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        try:
            decode(line)
        except Invalid:
            return False
    return True
