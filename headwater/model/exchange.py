"""One HTTP request and its answer as values, whatever carries them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer, complete; header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Exchange = Callable[[str, str, bytes, Mapping[str, str]], Reply]
"""Sends (method, target, body, headers) and returns the answer."""
