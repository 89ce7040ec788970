"""Canonical form, version 1: one byte sequence for all ways to write the same record.

The definition, with test vectors, is docs/reference/canonical-records.md. It never changes; a
better one would be version 2, beside it.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Final

import msgspec

from headwater.wire.records.values import decode

VERSION: Final = "v1"

_encode: Final = msgspec.json.Encoder(order="sorted", decimal_format="number").encode


def canonical(data: Any) -> bytes:
    """Return the canonical form of `data`, given as a decoded value or as JSON bytes."""
    return _encode(decode(data) if isinstance(data, bytes) else data)


def canonical_hash(source: str, data: Any) -> str:
    """Return the record hash: SHA-256 over version, source and canonical data, in hex."""
    value = decode(data) if isinstance(data, bytes) else data
    return sha256(b"v1\n%b\n%b" % (source.encode(), _encode(value))).hexdigest()
