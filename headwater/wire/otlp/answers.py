"""What an OTLP sender is told, in the encoding that it used.

The three messages of the answers are alike (`partial_success` is field 1; in it the number of
items is field 1 and the message field 2), so they are written here without their classes.
"""

from __future__ import annotations

import json
from typing import Final

from headwater.wire.otlp.signals import JSON, Flaw, Signal

_REJECTED: Final = {
    Signal.TRACES: "rejectedSpans",
    Signal.METRICS: "rejectedDataPoints",
    Signal.LOGS: "rejectedLogRecords",
}
_FIELD_1_NUMBER: Final = b"\x08"
_FIELD_1_BYTES: Final = b"\x0a"
_FIELD_2_BYTES: Final = b"\x12"


def write_answer(signal: Signal, media_type: str, flaw: Flaw | None) -> bytes:
    """Return the body of a 200: empty when all was taken, else how much was not, and why."""
    if flaw is None:
        return b"{}" if media_type == JSON else b""
    message = f"{flaw.path} {flaw.reason}" if flaw.path else flaw.reason
    if media_type == JSON:
        partial = {_REJECTED[signal]: str(flaw.rejected), "errorMessage": message}
        return json.dumps({"partialSuccess": partial}).encode()
    rejected = _FIELD_1_NUMBER + _number(flaw.rejected)
    return _field(_FIELD_1_BYTES, rejected + _field(_FIELD_2_BYTES, message.encode()))


def write_error(media_type: str, message: str) -> bytes:
    """Return the body of a 4xx or 5xx: a `google.rpc.Status` with its message (field 2) alone."""
    if media_type == JSON:
        return json.dumps({"message": message}).encode()
    return _field(_FIELD_2_BYTES, message.encode())


def _field(tag: bytes, content: bytes) -> bytes:
    return tag + _number(len(content)) + content


def _number(number: int) -> bytes:
    """Write an integer as protobuf does: seven bits to a byte, the lowest first."""
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    written.append(number)
    return bytes(written)
