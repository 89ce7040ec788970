"""Run ids as Marquez makes UUIDs of them, so that clients find the runs they sent."""

from __future__ import annotations

import hashlib
import re
import uuid
from typing import Final

_UUID: Final = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}", re.ASCII)


def name_uuid(data: bytes) -> bytes:
    """Return what Java's `UUID.nameUUIDFromBytes` returns, as 16 bytes."""
    digest = hashlib.md5(data, usedforsecurity=False).digest()
    return uuid.UUID(bytes=digest, version=3).bytes


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
    digest = hashlib.md5(uuid.NAMESPACE_URL.bytes + name, usedforsecurity=False).digest()
    return uuid.UUID(bytes=digest, version=3).bytes
