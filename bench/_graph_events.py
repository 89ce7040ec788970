"""A lineage graph to look at, as large as asked, as OpenLineage events."""

from __future__ import annotations

import json
import random
from typing import Any, Final

COLUMNS: Final = 8
_FIELDS: Final = [{"name": f"column_{n}", "type": "BIGINT"} for n in range(COLUMNS)]


def graph_events(*, jobs: int, tables: int, edges: int) -> list[dict[str, Any]]:
    """Return an event for each job, `edges` uses in all; all hang together in layers.

    A job reads tables of the layers just before its own, and writes one table.
    """
    choose = random.Random(7)
    reads = _spread(edges - jobs, jobs)
    sources = max(1, tables - jobs)
    events = []
    for job in range(jobs):
        output = sources + job % (tables - sources)
        reach = range(max(0, output - 60), output) or range(1)
        inputs = choose.sample(reach, min(reads[job], len(reach)))
        if job and not any(one >= sources for one in inputs):
            inputs.append(max(0, output - 1))
        events.append(_event(job, inputs, output))
    return events


def _spread(total: int, among: int) -> list[int]:
    each, rest = divmod(total, among)
    return [each + (n < rest) for n in range(among)]


def _event(job: int, inputs: list[int], output: int) -> dict[str, Any]:
    minute, hour = job % 60, job // 60 % 24
    return {
        "eventType": "COMPLETE",
        "eventTime": f"2026-03-{1 + job // 1440:02d}T{hour:02d}:{minute:02d}:00Z",
        "producer": "urn:bench",
        "run": {"runId": f"00000000-0000-4000-8000-{job:012d}"},
        "job": {"namespace": "bench", "name": f"job_{job}"},
        "inputs": [_table(number) for number in inputs],
        "outputs": [_table(output)],
    }


def _table(number: int) -> dict[str, Any]:
    facets = {"schema": {"fields": _FIELDS}}
    return {"namespace": "bench", "name": f"layer_{number // 25}.table_{number}", "facets": facets}


def bodies(events: list[dict[str, Any]], size: int = 200) -> list[bytes]:
    """Return the bodies of requests that send the events."""
    return [
        json.dumps(events[first : first + size]).encode() for first in range(0, len(events), size)
    ]
