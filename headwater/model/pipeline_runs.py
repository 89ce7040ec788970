"""Runs of pipelines as telemetry keeps them: how each went, and the traces that it left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from headwater.model.lineage import Name, RunState

Source = Literal["attribute", "facet"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineRun:
    """A run as lineage knows it at `sequence`; times are microseconds since 1970.

    What a run did not tell is None, its parent's id too where it has none.
    """

    id: str
    job: Name
    state: RunState
    started_us: int | None
    ended_us: int | None
    parent_id: str | None
    records_read: int | None
    records_written: int | None
    cpu_seconds: float | None
    memory_bytes: int | None
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTrace:
    """A trace that belongs to a run: its spans name the run, or a facet of the run names it."""

    run_id: str
    trace_id: str
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsEnded:
    """The runs of a job that ended so in an interval, by its number.

    `timed` of them have a start, and took `seconds` together. `records` is what they wrote, None
    where none told it; `cpu_seconds` and `memory_bytes` are sums over the runs that told them.
    """

    job: Name
    interval: int
    state: RunState
    runs: int
    timed: int
    seconds: float
    records: int | None
    cpu_runs: int
    cpu_seconds: float
    memory_runs: int
    memory_bytes: float
