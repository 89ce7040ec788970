"""Ids, durations and times as Jaeger's clients write them."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error
from datetime import UTC, datetime
from typing import Final

from headwater.errors import Invalid

_HEX: Final = re.compile(r"[0-9a-fA-F]{1,32}", re.ASCII)
_PART: Final = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)")
_NANOSECONDS: Final = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}


def read_trace_id(text: str) -> str:
    """Return a trace id as 32 hexadecimal digits; short ones get zeros, base64 is understood."""
    if _HEX.fullmatch(text):
        return text.lower().rjust(32, "0")
    padded = text.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        raw = b64decode(padded + "=" * (-len(padded) % 4), validate=True)
    except (Error, ValueError):
        raw = b""
    if len(raw) not in (8, 16):
        raise Invalid(f"{text!r} is no trace id: 1 to 32 hexadecimal digits", path="/traceID")
    return raw.hex().rjust(32, "0")


def read_duration(text: str, name: str) -> int:
    """Return a duration such as `1.2s` or `1m30s` in nanoseconds."""
    total, position = 0.0, 0
    for part in _PART.finditer(text):
        if part.start() != position:
            break
        total += float(part[1]) * _NANOSECONDS[part[2]]
        position = part.end()
    if not text or position != len(text):
        raise Invalid(f"{name} is {text!r}, not a duration such as 100ms or 1.2s", path=f"/{name}")
    return round(total)


def read_unix(text: str, name: str, *, per_second: int) -> datetime:
    """Return a time from a count since 1970, of so many to a second."""
    try:
        return datetime.fromtimestamp(int(text) / per_second, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise Invalid(f"{name} is {text!r}, not a time since 1970", path=f"/{name}") from error


def read_time(text: str, name: str) -> datetime:
    """Return a time from RFC 3339, to the microsecond."""
    try:
        time = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
    except ValueError as error:
        raise Invalid(f"{name} is {text!r}, not a time of RFC 3339", path=f"/{name}") from error
    return time if time.tzinfo else time.replace(tzinfo=UTC)
