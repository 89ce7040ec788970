"""Questions about how things went, asked of ClickHouse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from headwater.model.intervals import Intervals
from headwater.model.telemetry import StageCount, Utilisation
from headwater.telemetry.clickhouse.store import ClickHouseTelemetry
from headwater.telemetry.rows import Row

_NANOSECONDS: Final = 1_000_000_000


class ClickHouseMeasures:
    """Reads counts and means; see the contract."""

    def __init__(self, store: ClickHouseTelemetry) -> None:
        self._store = store

    def stages(self, intervals: Intervals) -> Sequence[StageCount]:
        """Count spans and errors by stage."""
        return [
            StageCount(stage=stage, interval=number, spans=spans, errors=errors)
            for stage, number, spans, errors in self._ask("stages", intervals)
        ]

    def utilisation(self, intervals: Intervals) -> Sequence[Utilisation]:
        """Return means of the gauges of use."""
        return [
            Utilisation(service=service, metric=metric, unit=unit, interval=number, value=value)
            for service, metric, unit, number, value in self._ask("utilisation", intervals)
        ]

    def _ask(self, name: str, intervals: Intervals) -> Sequence[Row]:
        return self._store.rows(
            "measures.sql",
            name,
            start=intervals.start * _NANOSECONDS,
            end=intervals.end * _NANOSECONDS,
            step=intervals.step * _NANOSECONDS,
        )
