"""Runs and their traces as rows of `pipeline_runs` and `run_traces`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pyarrow as pa

from headwater.model.pipeline_runs import PipelineRun, RunTrace

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


def runs_table(runs: Sequence[PipelineRun]) -> pa.Table:
    """Return rows of `pipeline_runs`."""
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


def traces_table(traces: Sequence[RunTrace]) -> pa.Table:
    """Return rows of `run_traces`."""
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
