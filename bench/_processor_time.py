"""What a process and those it started have used of the processor."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

_PROCESSES: Final = Path("/proc")


def processor_seconds(process: int) -> float:
    """Return the processor time of a process and all below it; 0 where the system does not say."""
    parents: dict[int, int] = {}
    seconds: dict[int, float] = {}
    for folder in _PROCESSES.glob("[0-9]*"):
        try:
            status = (folder / "stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue  # it ended while it was looked at
        fields = status.rpartition(")")[2].split()
        number = int(folder.name)
        parents[number] = int(fields[1])
        # The last two are of its children that have ended.
        seconds[number] = sum(int(field) for field in fields[11:15]) / os.sysconf("SC_CLK_TCK")
    waiting, total = [process], 0.0
    while waiting:
        one = waiting.pop()
        total += seconds.get(one, 0.0)
        waiting += [child for child, above in parents.items() if above == one]
    return total
