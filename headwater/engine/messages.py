"""Messages between processes: a length, then MessagePack."""

from __future__ import annotations

import struct
from typing import BinaryIO, Final

import msgspec

from headwater.model.json import JsonObject

_LENGTH: Final = struct.Struct("<I")

Message = JsonObject
"""One message; its member `kind` says what it is."""


def write_message(stream: BinaryIO, message: Message) -> None:
    """Write one message and flush it."""
    body = msgspec.msgpack.encode(message)
    stream.write(_LENGTH.pack(len(body)) + body)
    stream.flush()


def read_message(stream: BinaryIO) -> Message | None:
    """Read one message; None at the end of the stream, also in the middle of a message."""
    head = _read(stream, _LENGTH.size)
    if head is None:
        return None
    body = _read(stream, _LENGTH.unpack(head)[0])
    return None if body is None else msgspec.msgpack.decode(body, type=Message)


def _read(stream: BinaryIO, size: int) -> bytes | None:
    parts = []
    while size:
        part = stream.read(size)
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
