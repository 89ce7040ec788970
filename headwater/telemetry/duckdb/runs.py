"""Runs beside telemetry, in DuckDB."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from headwater.model.intervals import Intervals
from headwater.model.pipeline_runs import PipelineRun, RunsEnded, RunTrace
from headwater.telemetry.duckdb.statements import numbered, statements
from headwater.telemetry.duckdb.store import DuckTelemetry
from headwater.telemetry.rows import ended_of
from headwater.telemetry.run_tables import runs_table, traces_table

_MICROSECONDS: Final = 1_000_000


class DuckPipelineRuns:
    """Keeps runs in the tables of a store; see the contract."""

    def __init__(self, store: DuckTelemetry) -> None:
        self._store = store

    def position(self) -> int:
        """Return the sequence up to which runs are known."""
        with self._store.reader() as connection:
            found = connection.execute(statements("runs.sql")["position"]).fetchone()
        return 0 if found is None else int(found[0])

    def keep(
        self, runs: Sequence[PipelineRun], traces: Sequence[RunTrace], *, sequence: int
    ) -> None:
        """Put runs in the place of what was known of them."""
        sql = statements("runs.sql")
        with self._store.transaction() as connection:
            if runs:
                connection.register("batch", runs_table(runs))
                connection.execute(sql["forget_runs"])
                connection.execute(sql["add_runs"])
                connection.unregister("batch")
            if traces:
                connection.register("batch", traces_table(traces))
                connection.execute(sql["add_traces"])
                connection.unregister("batch")
            connection.execute(sql["forget_position"])
            connection.execute(sql["set_position"], [sequence])

    def clear(self) -> None:
        """Forget all runs and the position."""
        with self._store.transaction() as connection:
            for name in ("clear_runs", "clear_traces", "forget_position"):
                connection.execute(statements("runs.sql")[name])

    def ended(self, intervals: Intervals) -> Sequence[RunsEnded]:
        """Count the runs that ended."""
        values = {
            "start": intervals.start * _MICROSECONDS,
            "end": intervals.end * _MICROSECONDS,
            "step": intervals.step * _MICROSECONDS,
        }
        with self._store.reader() as connection:
            rows = connection.execute(statements("runs.sql")["ended"], values).fetchall()
        return [ended_of(row) for row in rows]

    def traces_of(self, run_ids: Sequence[str]) -> Sequence[RunTrace]:
        """Return the traces of runs."""
        return self._traces("traces_of", run_ids)

    def runs_of(self, trace_ids: Sequence[str]) -> Sequence[RunTrace]:
        """Return the runs of traces."""
        return self._traces("runs_of", trace_ids)

    def _traces(self, name: str, ids: Sequence[str]) -> Sequence[RunTrace]:
        if not ids:
            return []
        listed, values = numbered("id", ids)
        sql = statements("runs.sql")[name].replace("{ids}", listed)
        with self._store.reader() as connection:
            rows = connection.execute(sql, values).fetchall()
        return [RunTrace(run_id=run, trace_id=trace, source=how) for run, trace, how in rows]
