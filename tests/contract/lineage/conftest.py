from __future__ import annotations

import gzip
import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from headwater.lineage.contract import Applied, Arrival
from headwater.lineage.log import SqlLineage
from headwater.model.principal import LOCAL

PRODUCERS = Path(__file__).parents[2] / "payloads" / "producers"
NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


def event_of(number: int, *, jobs: int = 3) -> bytes:
    """Return an event about few jobs and datasets, so that every writer meets the others."""
    return json.dumps(
        {
            "eventType": ("START", "RUNNING", "COMPLETE")[number % 3],
            "eventTime": f"2026-11-21T01:{number // 60 % 60:02}:{number % 60:02}Z",
            "run": {"runId": f"run {number // 3 % 7}", "facets": {"n": {"number": number}}},
            "job": {"namespace": f"ns {number % 2}", "name": f"job {number % jobs}"},
            "inputs": [{"namespace": "ds", "name": f"in {number % 5}"}],
            "outputs": [
                {
                    "namespace": "ds",
                    "name": f"out {number % 4}",
                    "facets": {"schema": {"fields": [{"name": f"c{number % 6}"}]}},
                }
            ],
        }
    ).encode()


def write(log: SqlLineage, *bodies: bytes) -> list[Applied]:
    """Apply events of which every one must be taken."""
    arrivals = [Arrival(body=body, principal=LOCAL, received_at=NOW) for body in bodies]
    outcomes = log.apply(arrivals)
    assert all(isinstance(outcome, Applied) for outcome in outcomes), outcomes
    return [outcome for outcome in outcomes if isinstance(outcome, Applied)]


@cache
def _captured() -> dict[str, tuple[bytes, ...]]:
    found = {}
    for file in sorted(PRODUCERS.iterdir()):
        text = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        bodies = []
        for line in text.splitlines():
            sent = json.loads(line)
            if file.suffix == ".jsonl":
                bodies.append(line)
            elif sent["method"] == "POST" and sent["path"].endswith("/lineage"):
                bodies.append(sent["body"].encode("utf-8", "surrogatepass"))
        found[file.name] = tuple(bodies)
    return found


@pytest.fixture
def captured() -> dict[str, tuple[bytes, ...]]:
    """Every captured event by the file that it is in."""
    return _captured()


def portions(bodies: Sequence[bytes], chance: random.Random, most: int) -> list[list[bytes]]:
    """Return the bodies in batches of any size up to `most`."""
    left = list(bodies)
    batches = []
    while left:
        size = chance.randint(1, most)
        batches.append(left[:size])
        left = left[size:]
    return batches
