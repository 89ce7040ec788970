"""How fast records come, by a clock that does not only go forward."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from headwater.app.records import open_records
from headwater.clock import ManualClock
from headwater.ingest.settings import IngestSettings
from headwater.model.principal import LOCAL
from headwater.query.ingest_rate import IngestRate

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def open_rate(stack: ExitStack, directory: Path, clock: ManualClock) -> tuple[Any, IngestRate]:
    records = open_records(
        stack, directory, settings=IngestSettings(), clock=clock, downstream=lambda source: []
    )
    return records, IngestRate(
        records.manifest, quarantine=records.quarantine, rates=records.door.rates, clock=clock
    )


@pytest.mark.parametrize("back", [90, 3 * 3600, 3 * 24 * 3600])
def test_what_came_before_the_clock_was_set_back_is_in_the_last_interval(
    tmp_path: Path, stack: ExitStack, clock: ManualClock, back: int
) -> None:
    _, rate = open_rate(stack, tmp_path, clock)
    rate.rates.note([("a", 7, 2)])
    clock.set_back(back)
    for span, step, source in ((HOUR, 60, None), (DAY, 900, "a")):
        found = rate.of(span, step=step, source=source)
        assert (found.accepted[-1], sum(found.accepted)) == (7, 7)
        assert (found.rejected[-1], sum(found.rejected)) == (2, 2)
        assert found.start + len(found.accepted) * step > clock.now().timestamp() >= found.start


def test_what_is_stored_is_in_the_last_interval_once_the_clock_was_set_back(
    tmp_path: Path, stack: ExitStack, clock: ManualClock
) -> None:
    with ExitStack() as earlier:
        records, _ = open_rate(earlier, tmp_path, clock)
        body = b'[{"x":1},{"x":NaN},{"x":2}]'
        records.door.admit_now(body, LOCAL, source="a")
        records.sealing.seal()
    clock.advance(60)
    _, rate = open_rate(stack, tmp_path, clock)
    clock.set_back(3 * 3600)
    found = rate.of(HOUR, step=60)
    assert (found.accepted[-1], sum(found.accepted)) == (2, 2)
    assert (found.rejected[-1], sum(found.rejected)) == (1, 1)
