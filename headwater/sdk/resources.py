"""What this process used while a run went on."""

from __future__ import annotations

import sys
from time import monotonic, process_time

from headwater.sdk.facets import Facet

LONG_ENOUGH_SECONDS = 0.1
"""Shorter runs use too little to be worth a facet of their own each."""

_SCHEMA = "urn:headwater:facet:resources:1-0-0"


class ResourceUse:
    """Notes the clocks when it is made, and later says what was used since."""

    __slots__ = ("_processor", "_started")

    def __init__(self) -> None:
        self._started = monotonic()
        self._processor = process_time()

    def facet(self) -> Facet | None:
        """Return seconds of processor and peak bytes of memory, of all threads of the process."""
        if monotonic() - self._started < LONG_ENOUGH_SECONDS:
            return None
        body: dict[str, float | int] = {"cpuSeconds": round(process_time() - self._processor, 6)}
        peak = _peak_memory_bytes()
        if peak is not None:
            body["peakMemoryBytes"] = peak
        return Facet("headwater_resources", body, _SCHEMA)


def _peak_memory_bytes() -> int | None:
    try:
        from resource import RUSAGE_SELF, getrusage
    except ImportError:
        return None  # not on Windows
    unit = 1 if sys.platform == "darwin" else 1024
    return getrusage(RUSAGE_SELF).ru_maxrss * unit
