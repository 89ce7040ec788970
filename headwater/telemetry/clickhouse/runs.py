"""Runs beside telemetry, in ClickHouse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pyarrow as pa

from headwater.model.intervals import Intervals
from headwater.model.pipeline_runs import PipelineRun, RunsEnded, RunTrace
from headwater.telemetry.clickhouse.store import ClickHouseTelemetry
from headwater.telemetry.rows import ended_of
from headwater.telemetry.run_tables import runs_table, traces_table

_MICROSECONDS: Final = 1_000_000


class ClickHousePipelineRuns:
    """Keeps runs in the tables of a store; see the contract.

    The position goes in last: a process killed before that keeps the same runs again, and of the
    rows of a run the one with the greatest sequence counts.
    """

    def __init__(self, store: ClickHouseTelemetry) -> None:
        self._store = store

    def position(self) -> int:
        """Return the sequence up to which runs are known."""
        return int(self._store.rows("runs.sql", "position")[0][0])

    def keep(
        self, runs: Sequence[PipelineRun], traces: Sequence[RunTrace], *, sequence: int
    ) -> None:
        """Put runs in the place of what was known of them."""
        if runs:
            self._store.insert("pipeline_runs", runs_table(runs))
        if traces:
            self._store.insert("run_traces", traces_table(traces))
        at = pa.array([sequence], pa.uint64())
        self._store.insert("followed_lineage", pa.table({"Sequence": at}))

    def clear(self) -> None:
        """Forget all runs of lineage and the position; what spans say of theirs stays."""
        for name in ("forget_position", "clear_runs", "clear_traces"):
            self._store.command("runs.sql", name)

    def ended(self, intervals: Intervals) -> Sequence[RunsEnded]:
        """Count the runs that ended."""
        rows = self._store.rows(
            "runs.sql",
            "ended",
            start=intervals.start * _MICROSECONDS,
            end=intervals.end * _MICROSECONDS,
            step=intervals.step * _MICROSECONDS,
        )
        return [ended_of(row) for row in rows]

    def traces_of(self, run_ids: Sequence[str]) -> Sequence[RunTrace]:
        """Return the traces of runs."""
        return self._traces("traces_of", run_ids)

    def runs_of(self, trace_ids: Sequence[str]) -> Sequence[RunTrace]:
        """Return the runs of traces."""
        return self._traces("runs_of", trace_ids)

    def _traces(self, name: str, ids: Sequence[str]) -> Sequence[RunTrace]:
        rows = self._store.rows("runs.sql", name, ids=list(ids)) if ids else []
        return [RunTrace(run_id=run, trace_id=trace, source=how) for run, trace, how in rows]
