"""Graphs to ask for lineage: jobs over shared tables, layers with columns, many layers without."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

from bench._lineage_events import events
from headwater.lineage.contract import Arrival
from headwater.lineage.log import SqlLineage
from headwater.model.principal import LOCAL

NOW: Final = datetime(2026, 11, 21, tzinfo=UTC)
COLUMNS: Final = 6
_BATCH: Final = 500

Edge = tuple[int, list[int], int]
"""A job, what it reads, what it writes."""


def load(log: SqlLineage, bodies: Iterable[bytes]) -> None:
    """Apply events in batches."""
    batch: list[Arrival] = []
    for body in bodies:
        batch.append(Arrival(body=body, principal=LOCAL, received_at=NOW))
        if len(batch) == _BATCH:
            log.apply(batch)
            batch = []
    log.apply(batch)


def shared(runs: int) -> Iterator[bytes]:
    """Yield the events of 1,000 jobs over about 1,800 tables."""
    return events(runs)


def layers(depth: int, width: int, *, is_random: bool = False) -> Iterator[Edge]:
    """Yield jobs that make a dataset of the next layer out of two of one layer."""
    choose = random.Random(1)
    for job in range((depth - 1) * width):
        layer, place = divmod(job, width)
        inputs = [layer * width + place, layer * width + (place + 1) % width]
        if is_random:
            inputs = [layer * width + choose.randrange(width) for _ in range(2)]
        yield job, inputs, (layer + 1) * width + place


def layer_event(edge: Edge, *, has_columns: bool) -> bytes:
    """Return the one COMPLETE of a job."""
    job, inputs, output = edge
    facets: dict[str, Any] = {}
    of_input: dict[str, Any] = {}
    if has_columns:
        schema = {"fields": [{"name": f"c{n}", "type": "BIGINT"} for n in range(COLUMNS)]}
        made = {
            f"c{n}": {"inputFields": [{**_dataset(i), "field": f"c{n}"} for i in inputs]}
            for n in range(COLUMNS)
        }
        of_input = {"schema": schema}
        facets = {"schema": schema, "columnLineage": {"fields": made}}
    event = {
        "eventType": "COMPLETE",
        "eventTime": f"2026-03-01T{job // 3600 % 24:02d}:{job // 60 % 60:02d}:{job % 60:02d}Z",
        "producer": "urn:bench",
        "run": {"runId": f"00000000-0000-4000-8000-{job:012d}"},
        "job": {"namespace": "bench", "name": f"job_{job}"},
        "inputs": [{**_dataset(i), "facets": of_input} for i in inputs],
        "outputs": [{**_dataset(output), "facets": facets}],
    }
    return json.dumps(event).encode()


def _dataset(number: int) -> dict[str, str]:
    return {"namespace": "s3://lake", "name": f"table_{number}"}
