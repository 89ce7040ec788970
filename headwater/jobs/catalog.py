"""The jobs that the lake ships, by name; light, for whoever only lists them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

RAW_TO_PROCESSED: Final = "raw_to_processed"
PROCESSED_TO_CURATED: Final = "processed_to_curated"
MAINTENANCE: Final = "maintenance"
REFRESH: Final = "refresh"
"""The chain: every job that makes tables, in the order of the zones, then upkeep when due."""

CATALOG: Final[Mapping[str, str]] = {
    RAW_TO_PROCESSED: "Turns raw records into typed, checked and deduplicated tables.",
    PROCESSED_TO_CURATED: "Makes summaries and joined sets of the typed tables that changed.",
    MAINTENANCE: "Makes few files of many, drops old snapshots and unused files.",
    REFRESH: f"Runs {RAW_TO_PROCESSED}, then {PROCESSED_TO_CURATED}.",
}
