"""Runs as they are kept beside telemetry, out of what lineage knows of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from headwater.lineage.reading.view import LineageView
from headwater.model.lineage import Facets, Moment, Run
from headwater.model.pipeline_runs import PipelineRun, RunTrace
from headwater.query.lineage.run_facts import use_facts, used_resources
from headwater.query.run_telemetry import traces_named

_INPUT: Final = 0
_OUTPUT: Final = 1

Statistics = Mapping[tuple[int, int], list[Facets]]


def kept_runs(
    view: LineageView, keys: Collection[int], sequence: int
) -> tuple[list[PipelineRun], list[RunTrace]]:
    """Return runs by their keys, and the traces that facets of them name."""
    facets, statistics = view.changes.small_facets(keys), view.changes.statistics(keys)
    runs: list[PipelineRun] = []
    traces: list[RunTrace] = []
    for key, run in sorted(view.runs.by_keys(keys, is_whole=False).items()):
        own = facets.get(key, {})
        used = dict(used_resources(own.get("headwater_resources", b"{}")))
        memory = used.get("By")
        runs.append(
            PipelineRun(
                id=run.id,
                job=run.job,
                state=run.own_state,
                started_us=_microseconds(run.started_at),
                ended_us=_ended(run),
                parent_id=None if run.parent is None else run.parent.id,
                records_read=_records(statistics.get((key, _INPUT), ())),
                records_written=_records(statistics.get((key, _OUTPUT), ())),
                cpu_seconds=used.get("s"),
                memory_bytes=None if memory is None else int(memory),
                sequence=sequence,
            )
        )
        named = sorted(set(traces_named(own)))
        traces += [RunTrace(run_id=run.id, trace_id=one, source="facet") for one in named]
    return runs, traces


def _ended(run: Run) -> int | None:
    is_over = run.own_state in ("COMPLETED", "FAILED", "ABORTED")
    return _microseconds(run.ended_at) if is_over else None


def _records(told: Iterable[Facets]) -> int | None:
    counts = [rows for facets in told if (rows := use_facts(facets).rows) is not None]
    return sum(counts) if counts else None


def _microseconds(moment: Moment | None) -> int | None:
    return None if moment is None else moment.seconds * 1_000_000 + moment.nanoseconds // 1_000
