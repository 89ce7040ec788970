"""Run ids as Marquez makes UUIDs of them, so that clients find the runs they sent."""

from __future__ import annotations

import hashlib
import re
import uuid
from functools import lru_cache
from typing import Final

_UUID: Final = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}", re.ASCII)
_VARIANTS: Final = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


def name_uuid(data: bytes) -> bytes:
    """Return what Java's `UUID.nameUUIDFromBytes` returns, as 16 bytes."""
    return _version_3(hashlib.md5(data, usedforsecurity=False).digest())


def name_uuid_text(data: bytes) -> str:
    """Return the text of `name_uuid`; answers hold thousands of them."""
    digits = hashlib.md5(data, usedforsecurity=False).hexdigest()
    variant = _VARIANTS[digits[16]]
    return f"{digits[:8]}-{digits[8:12]}-3{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


def uuid_text(stored: bytes) -> str:
    """Write the first 16 bytes as a UUID; `uuid.UUID` takes six times as long."""
    digits = stored[:16].ljust(16, b"\0").hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


@lru_cache(maxsize=8192)  # the events of a run come close together
def run_uuid(run_id: str) -> bytes:
    """Return the UUID of a run: its id if that is a hyphenated UUID, else an MD5 name UUID."""
    if _UUID.fullmatch(run_id):
        return bytes.fromhex(run_id.replace("-", ""))
    return name_uuid(run_id.encode("utf-8", "surrogatepass"))


def parent_run_uuid(namespace: str, job: str, run_id: str) -> bytes:
    """Return the UUID of a run named in a `parent` facet.

    Where the id is no UUID, Marquez takes the name up to the last dot for an Airflow DAG and
    makes a version 3 UUID of it.
    """
    if _UUID.fullmatch(run_id):
        return bytes.fromhex(run_id.replace("-", ""))
    name = f"{namespace}.{job.rsplit('.', 1)[0]}.{run_id}".encode("utf-8", "surrogatepass")
    return name_uuid(uuid.NAMESPACE_URL.bytes + name)


def _version_3(digest: bytes) -> bytes:
    made = bytearray(digest)
    made[6] = made[6] & 0x0F | 0x30
    made[8] = made[8] & 0x3F | 0x80
    return bytes(made)
