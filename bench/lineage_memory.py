"""Memory of the lineage server while many events come in; LINEAGE_EVENTS says how many.

`LINEAGE_EVENTS=1000000 make bench ARGS=lineage_memory` is the long run.
"""

from __future__ import annotations

import os
import re
import tempfile
from itertools import islice
from pathlib import Path
from typing import Final

from bench._lineage_events import events
from bench._lineage_load import batches_of, lineage_server, send

EVENTS: Final = int(os.environ.get("LINEAGE_EVENTS", "200000"))
BATCH: Final = 100
_PARTS: Final = 10
_CONNECTIONS: Final = 4


def run() -> list[dict[str, object]]:
    """Send events in ten parts and look at the resident memory after each."""
    resident: list[float] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        lineage_server(Path(folder)) as server,
    ):
        supply = batches_of(events(EVENTS // 2), BATCH)
        for _ in range(_PARTS):
            part = islice(supply, EVENTS // BATCH // _PARTS)
            sent = send(server.url, "/api/v1/lineage", part, connections=_CONNECTIONS, seconds=3600)
            assert not sent.failures, f"{sent.failures} requests failed"
            resident.append(_megabytes(server.pid, "VmRSS"))
        peak = _megabytes(server.pid, "VmHWM")
        size = sum(file.stat().st_size for file in Path(folder).glob("lineage.db*")) / 1e6
    shown = ", ".join(f"{at:.0f}" for at in resident)
    return [
        {
            "name": f"peak memory over {EVENTS:,} events",
            "value": round(peak),
            "unit": "MB",
            "aim": 250,
            "floor": 1050,
            "peer": f"resident after each tenth {shown}; database {size:,.0f} MB",
        },
        {
            "name": "growth of memory over the second half",
            "value": round(resident[-1] - resident[_PARTS // 2 - 1], 1),
            "unit": "MB",
        },
    ]


def _megabytes(pid: int, what: str) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    found = re.search(rf"{what}:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) * 1024 / 1e6
