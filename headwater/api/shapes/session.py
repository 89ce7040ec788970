"""Who a browser is."""

from __future__ import annotations

from typing_extensions import TypedDict


class Session(TypedDict):
    """Who is asking: `actions` are of read, write, run and admin."""

    principal: str
    actions: list[str]
    version: str
