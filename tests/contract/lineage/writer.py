"""Writes events of a range into a store, a few at a time, as another server process would."""

from __future__ import annotations

import random
import sys
from pathlib import Path

from headwater.lineage.log import SqlLineage
from tests.contract.lineage.conftest import event_of, portions, write


def main(place: str, first: int, last: int) -> None:
    """Write the events from `first` to before `last` in an order of its own."""
    log = SqlLineage.open(place if "://" in place else Path(place))
    bodies = [event_of(number) for number in range(first, last)]
    chance = random.Random(first)
    chance.shuffle(bodies)
    sys.stdin.readline()  # so that all begin together
    for batch in portions(bodies, chance, 5):
        write(log, *batch)
    log.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
