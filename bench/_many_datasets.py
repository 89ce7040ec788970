"""A lake of a hundred thousand datasets, sent as OpenLineage events that end now."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.request import Request, urlopen

from bench._lineage_load import batches_of
from bench._lineage_many import events

JOBS: Final = 90_000
RUNS: Final = 100_000
HUB: Final = "raw/hub"
NAMESPACE: Final = "s3://lake"
READERS: Final = 300
_BATCH: Final = 500


def send_many_datasets(url: str) -> None:
    """Send runs of many jobs, each with a table of its own, and a table that many jobs read."""
    start = datetime.now(UTC) - timedelta(seconds=RUNS * 10)
    for source in (events(JOBS, RUNS, start=start), _hub_events(start)):
        for body in batches_of(source, _BATCH):
            kind = {"Content-Type": "application/json"}
            with urlopen(Request(f"{url}/api/v1/lineage", body, kind), timeout=120) as reply:
                reply.read()


def _hub_events(start: datetime) -> Iterator[bytes]:
    schema = {"fields": [{"name": f"c{n}", "type": "BIGINT"} for n in range(20)]}
    for number in range(READERS):
        event: dict[str, Any] = {
            "eventType": "COMPLETE",
            "eventTime": (start + timedelta(seconds=number)).isoformat(),
            "producer": "urn:bench",
            "run": {"runId": f"00000000-0000-4000-9000-{number:012d}"},
            "job": {"namespace": "harbour-hub", "name": f"reader_{number}"},
            "inputs": [{"namespace": NAMESPACE, "name": HUB, "facets": {"schema": schema}}],
            "outputs": [{"namespace": NAMESPACE, "name": f"hub/part_{number}"}],
        }
        yield json.dumps(event).encode()
