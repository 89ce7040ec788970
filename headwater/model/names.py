"""How the lake's datasets and sources are named."""

from __future__ import annotations

import re
from typing import Final, Literal

Zone = Literal["raw", "processed", "curated", "quarantine"]
ZONES: Final[tuple[Zone, ...]] = ("raw", "processed", "curated", "quarantine")

SOURCE_PATTERN: Final = r"^[a-z][a-z0-9_]{0,62}$"
_SOURCE = re.compile(r"[a-z][a-z0-9_]{0,62}", re.ASCII)


def is_source(name: str) -> bool:
    """Tell whether `name` may name a source: it becomes a folder and a table."""
    return _SOURCE.fullmatch(name) is not None


def table_name(zone: Zone, name: str) -> str:
    """Return the name of a lake dataset, the same in SQL and in lineage."""
    return f"{zone}.{name}"


def split_table_name(qualified: str) -> tuple[str, str]:
    """Return (zone, name) of `zone.name`; without a dot the zone is empty."""
    zone, dot, name = qualified.partition(".")
    return (zone, name) if dot else ("", zone)
