"""One HTTP request and its answer as values, whatever carries them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer, complete; header names are lower-case.

    What `asyncio.run` returns it also describes, so that a large body would be written out.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


Exchange = Callable[[str, str, bytes, Mapping[str, str]], Reply]
"""Sends (method, target, body, headers) and returns the answer."""
