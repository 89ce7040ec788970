"""Runs beside telemetry, in DuckDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pyarrow as pa

from headwater.model.intervals import Intervals
from headwater.model.lineage import Name
from headwater.model.pipeline_runs import PipelineRun, RunsEnded, RunTrace
from headwater.telemetry.duckdb.statements import numbered, statements
from headwater.telemetry.duckdb.store import DuckTelemetry

_MICROSECONDS: Final = 1_000_000
_RUNS: Final[Mapping[str, pa.DataType]] = {
    "RunId": pa.string(),
    "JobNamespace": pa.string(),
    "JobName": pa.string(),
    "State": pa.string(),
    "StartedAt": pa.timestamp("us"),
    "EndedAt": pa.timestamp("us"),
    "ParentRunId": pa.string(),
    "RecordsRead": pa.uint64(),
    "RecordsWritten": pa.uint64(),
    "CpuSeconds": pa.float64(),
    "MemoryBytes": pa.uint64(),
    "Sequence": pa.uint64(),
}


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
                connection.register("batch", _runs_table(runs))
                connection.execute(sql["forget_runs"])
                connection.execute(sql["add_runs"])
                connection.unregister("batch")
            if traces:
                connection.register("batch", _traces_table(traces))
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
        return [
            RunsEnded(
                job=Name(row[0], row[1]),
                interval=row[2],
                state=row[3],
                runs=row[4],
                timed=row[5],
                seconds=int(row[6]) / 1e6,
                records=None if row[7] is None else int(row[7]),
                cpu_runs=row[8],
                cpu_seconds=row[9],
                memory_runs=row[10],
                memory_bytes=float(row[11]),
            )
            for row in rows
        ]

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


def _runs_table(runs: Sequence[PipelineRun]) -> pa.Table:
    rows = [
        {
            "RunId": run.id,
            "JobNamespace": _text(run.job.namespace),
            "JobName": _text(run.job.name),
            "State": run.state,
            "StartedAt": run.started_us,
            "EndedAt": run.ended_us,
            "ParentRunId": run.parent_id or "",
            "RecordsRead": _count(run.records_read),
            "RecordsWritten": _count(run.records_written),
            "CpuSeconds": run.cpu_seconds,
            "MemoryBytes": _count(run.memory_bytes),
            "Sequence": run.sequence,
        }
        for run in runs
    ]
    return pa.Table.from_pylist(rows, pa.schema(_RUNS))


def _traces_table(traces: Sequence[RunTrace]) -> pa.Table:
    return pa.table(
        {
            "RunId": [one.run_id for one in traces],
            "TraceId": [one.trace_id for one in traces],
            "Source": [one.source for one in traces],
        }
    )


def _count(value: int | None) -> int | None:
    """Return a count that the column holds; more records than that nobody wrote."""
    return value if value is not None and value < 2**64 else None


def _text(name: str) -> str:
    """Return a name as text that can be stored: lone surrogates are replaced."""
    return name.encode("utf-8", "replace").decode()
