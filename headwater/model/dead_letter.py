"""An event that was refused, as it waits for somebody to look at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedEvent:
    """The bytes of a refused event with the reason; `key` follows from all its bytes.

    `path` is the JSON Pointer of what was wrong, None where nothing in particular was.
    `is_whole` is False of a body so large that only its start was kept.
    """

    key: str
    received_at: datetime
    principal: str
    reason: str
    path: str | None
    body: bytes
    is_whole: bool
