"""Events about few jobs, and a process that writes some of them as another server would."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from headwater.errors import Busy
from headwater.lineage.contract import Applied, Arrival
from headwater.lineage.log import SqlLineage
from headwater.model.principal import LOCAL

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
ATTEMPTS = 30


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


def write_patiently(log: SqlLineage, *bodies: bytes) -> list[Applied]:
    """Apply events, again as long as others are before them, as clients do that are told 503."""
    for _ in range(ATTEMPTS):
        with suppress(Busy):
            return write(log, *bodies)
    return write(log, *bodies)


def portions(bodies: Sequence[bytes], chance: random.Random, most: int) -> list[list[bytes]]:
    """Return the bodies in batches of any size up to `most`."""
    left = list(bodies)
    batches = []
    while left:
        size = chance.randint(1, most)
        batches.append(left[:size])
        left = left[size:]
    return batches


def main(place: str, first: int, last: int) -> None:
    """Write the events from `first` to before `last` in an order of its own."""
    log = SqlLineage.open(place if "://" in place else Path(place))
    bodies = [event_of(number) for number in range(first, last)]
    chance = random.Random(first)
    chance.shuffle(bodies)
    sys.stdin.readline()  # so that all begin together
    for batch in portions(bodies, chance, 5):
        write_patiently(log, *batch)
    log.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
