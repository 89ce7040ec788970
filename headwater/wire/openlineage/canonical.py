"""The canonical form of JSON, and the hashes that identify facets and events.

Keys are sorted by their UTF-8 bytes, the last of two equal keys counts, there is no white space,
numbers stay as they were sent (`1.0` is not `1`), NaN and Infinity stay, strings are UTF-8 with
the fewest escapes and lone surrogates as `\\udXXX`. docs/reference/canonical.md has it in full,
with test vectors.
"""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import Any, Final

import msgspec

from headwater.errors import Malformed, Unprocessable

HASH_BYTES: Final = 16

_ENCODER: Final = msgspec.json.Encoder(order="sorted")
_DECODER: Final = json.JSONDecoder(
    parse_int=msgspec.Raw, parse_float=msgspec.Raw, parse_constant=msgspec.Raw, strict=False
)


def content_hash(body: bytes) -> bytes:
    """Return the hash of canonical bytes: BLAKE2b with 16 bytes."""
    return blake2b(body, digest_size=HASH_BYTES).digest()


def to_canonical(body: bytes) -> bytes:
    """Return the canonical form of a JSON text; raises `Malformed` and `Unprocessable`."""
    return encode(decode(body))


def decode(body: bytes) -> Any:
    """Read JSON as real producers write it; numbers come as `msgspec.Raw`, as they were sent.

    Accepts NaN and Infinity, lone surrogates, control characters in strings, duplicate keys
    (the last counts), integers of any size and a byte order mark.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Malformed(
            f"byte {error.start} is not UTF-8: {error.reason}", offset=error.start
        ) from error
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        offset = len(text[: error.pos].encode("utf-8", "surrogatepass"))
        raise Malformed(f"not JSON at byte {offset}: {error.msg}", offset=offset) from error
    except RecursionError as error:
        raise too_deep() from error
    return value


def encode(value: Any) -> bytes:
    """Return the canonical form of a value as `decode` makes it."""
    try:
        return _ENCODER.encode(value)
    except RecursionError as error:
        raise too_deep() from error
    except UnicodeEncodeError:  # a lone surrogate somewhere
        return _encode_slowly(value).encode()


def too_deep() -> Unprocessable:
    """Return the error for JSON that is nested beyond what can be read."""
    return Unprocessable("the JSON is nested too deep to be read", hint="flatten it")


def _encode_slowly(value: Any) -> str:
    if isinstance(value, dict):
        pairs = sorted(value.items(), key=lambda pair: pair[0].encode("utf-8", "surrogatepass"))
        return "{" + ",".join(f"{_quote(k)}:{_encode_slowly(v)}" for k, v in pairs) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_encode_slowly, value)) + "]"
    if isinstance(value, str):
        return _quote(value)
    return _ENCODER.encode(value).decode()


def _quote(text: str) -> str:
    return f'"{"".join(map(_escape, text))}"'


def _escape(character: str) -> str:
    if "\ud800" <= character <= "\udfff":
        return f"\\u{ord(character):04x}"
    return _ENCODER.encode(character).decode()[1:-1]
