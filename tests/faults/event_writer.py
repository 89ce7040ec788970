"""Writes lineage events and commands on four threads and says which were acknowledged."""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path

from headwater.clock import SystemClock
from headwater.ingest.events import EventDoor
from headwater.lineage.commands import Command
from headwater.lineage.log import SqlLineage
from headwater.model.principal import LOCAL


def event_of(number: int) -> bytes:
    """Return the event with this number: START and COMPLETE of a run take turns."""
    second = number % 60
    return json.dumps(
        {
            "eventType": "START" if number % 2 == 0 else "COMPLETE",
            "eventTime": f"2026-01-01T00:{number // 60 % 60:02}:{second:02}.{number:09}Z",
            "run": {"runId": f"run {number // 2}", "facets": {"n": {"number": number}}},
            "job": {"namespace": "ns", "name": f"job {number % 7}"},
            "outputs": [{"namespace": "ds", "name": f"t{number % 5}"}],
        }
    ).encode()


def tag_of(number: int) -> Command:
    """Return the command that gives a dataset of the event its number as a tag."""
    dataset = f"t{number % 5}"
    return Command(verb="tag", entity="dataset", namespace="ds", name=dataset, item=f"n{number}")


def main(place: Path | str, start: int) -> None:
    """Write until killed."""
    door = EventDoor(SqlLineage.open(place), clock=SystemClock())

    def write(first: int) -> None:
        number = first
        while True:
            # Whole or not at all: the event, and what a person says with it.
            door.tell([tag_of(number)], events=[event_of(number)], principal=LOCAL)
            os.write(1, f"{number}\n".encode())
            number += 4

    threads = [threading.Thread(target=write, args=(start + n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main(sys.argv[1] if "://" in sys.argv[1] else Path(sys.argv[1]), int(sys.argv[2]))
