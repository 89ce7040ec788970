"""A write in the log: what was taken of one request, or of several that each sent a record."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

HEADER: Final = struct.Struct("<II")
"""Length of the payload and its CRC-32; a frame follows the one before without a gap."""

MAGIC: Final = b"HWREC01\n"
"""How a log begins: the format and its version."""


class Part(msgspec.Struct, array_like=True, gc=False):
    """The accepted records of one source: finished lines of the raw zone."""

    source: str
    records: int
    lines: bytes


class Reject(msgspec.Struct, array_like=True, gc=False):
    """A record that was not accepted; `source` is empty when its envelope was wrong."""

    index: int
    source: str
    path: str
    reason: str
    data: bytes


class Frame(msgspec.Struct, array_like=True, gc=False):
    """Everything that a write changes. `replays` are keys of quarantined records.

    What was not taken, a key and an answer are of one request, which then shares it with none.
    """

    received: int
    principal: str
    parts: list[Part]
    rejects: list[Reject] = []
    replays: list[str] = []
    key: str | None = None
    digest: bytes = b""
    answer: bytes = b""


_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(Frame).decode


def write_frame(frame: Frame) -> bytes:
    """Return the frame with its header."""
    payload = _encode(frame)
    return HEADER.pack(len(payload), zlib.crc32(payload)) + payload


@dataclass(frozen=True, slots=True)
class FoundFrame:
    """A whole frame of a log and where it stands."""

    offset: int
    frame: Frame


@dataclass(slots=True)
class LogReading:
    """A pass over a log file; after it `good_bytes` is where whole frames end.

    Zeros behind them were reserved and never written: `size_bytes` is the size without them.
    """

    path: Path
    until: int | None = None
    good_bytes: int = 0
    size_bytes: int = 0

    def __iter__(self) -> Iterator[FoundFrame]:
        data = self.path.read_bytes()
        try:
            yield from self._frames(data)
        finally:
            self.size_bytes = max(self.good_bytes, len(data.rstrip(b"\0")))

    def _frames(self, data: bytes) -> Iterator[FoundFrame]:
        end = len(data) if self.until is None else min(self.until, len(data))
        if not data.startswith(MAGIC):
            return
        position = self.good_bytes = len(MAGIC)
        while position + HEADER.size <= end:
            length, checksum = HEADER.unpack_from(data, position)
            start = position + HEADER.size
            payload = memoryview(data)[start : start + length]
            if length == 0 or start + length > end or zlib.crc32(payload) != checksum:
                return
            yield FoundFrame(position, _decode(payload))
            position = self.good_bytes = start + length
