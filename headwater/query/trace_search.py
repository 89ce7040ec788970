"""Traces by what people know of them: a service, a job, a table, an error, a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal
from uuid import UUID

from headwater.errors import Missing
from headwater.lineage.reading.view import LineageReads, LineageView
from headwater.model.lineage import Name, Run
from headwater.model.telemetry import TraceQuery, TraceSummary
from headwater.telemetry.contract import Traces

_MOST_RUNS: Final = 200
_MOST_JOBS: Final = 50
_SHOWN_RUNS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTrace:
    """A trace, with the first few of its runs that lineage knows, those that failed first."""

    summary: TraceSummary
    runs: Sequence[Run]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTraces:
    """Traces, the latest first; `reason` says why some may be missing that are not just older."""

    traces: Sequence[FoundTrace]
    has_more: bool
    services: Sequence[str]
    operations: Sequence[str]
    reason: str | None


class TraceSearch:
    """Searches; blocking, so call it from a thread."""

    def __init__(self, traces: Traces, reads: LineageReads) -> None:
        self._traces = traces
        self._reads = reads

    def find(
        self, query: TraceQuery, *, job: Name | None = None, dataset: Name | None = None
    ) -> FoundTraces:
        """Return the traces that a query wants, of a job, or of the jobs around a dataset.

        Raises `Missing` for a job or dataset that lineage does not know.
        """
        reasons: list[str] = []
        with self._reads.view() as view:
            if job is not None or dataset is not None:
                ids = _runs_around(view, job, dataset, reasons)
                query = replace(query, runs=[str(one) for one in ids])
            found = self._traces.find(query) if query.runs != [] else ()
            runs = _runs_named(view, found)
        service = query.service
        return FoundTraces(
            traces=[FoundTrace(summary=one, runs=_shown(one, runs)) for one in found],
            has_more=len(found) == query.limit,
            services=self._traces.services(),
            operations=sorted({one.name for one in self._traces.operations(service)})
            if service
            else (),
            reason="; ".join(reasons) or None,
        )


def _runs_around(
    view: LineageView, job: Name | None, dataset: Name | None, reasons: list[str]
) -> Sequence[str]:
    jobs: list[int] = []
    if job is not None:
        jobs.append(_key(view, "job", job))
    if dataset is not None:
        around = _jobs_around(view, _key(view, "dataset", dataset))
        jobs = [one for one in jobs if one in around] if jobs else around
    if len(jobs) > _MOST_JOBS:
        reasons.append(f"{len(jobs)} jobs read or write it, only {_MOST_JOBS} were asked")
    latest = view.runs.latest_keys(jobs[:_MOST_JOBS], _MOST_RUNS)
    if any(len(keys) >= _MOST_RUNS for keys in latest.values()):
        reasons.append(f"of each job only the latest {_MOST_RUNS} runs were asked")
    keys = [key for held in latest.values() for key in held]
    return sorted({run.id for run in view.runs.by_keys(keys, is_whole=False).values()})


def _key(view: LineageView, kind: Literal["job", "dataset"], name: Name) -> int:
    found = view.names.find(kind, name)
    if found is None:
        raise Missing(
            f"lineage knows no {kind} {name.name!r} in {name.namespace!r}",
            hint="search for a part of its name",
        )
    return found


def _jobs_around(view: LineageView, dataset: int) -> list[int]:
    reads = view.edges.of_datasets([dataset], "input")
    writes = view.edges.of_datasets([dataset], "output")
    return sorted({edge.job for edge in (*reads, *writes)})


def _runs_named(view: LineageView, found: Iterable[TraceSummary]) -> Mapping[str, Run]:
    ids = {id_ for one in found for id_ in _uuids(one.run_ids)}
    keys = view.runs.keys_by_ids(ids)
    return {run.id: run for run in view.runs.by_keys(keys, is_whole=False).values()}


def _uuids(texts: Iterable[str]) -> Iterator[UUID]:
    for text in texts:
        try:
            yield UUID(text)
        except ValueError:
            continue  # what a span says may be no run's id


def _shown(summary: TraceSummary, runs: Mapping[str, Run]) -> list[Run]:
    known = [runs[id_] for id_ in summary.run_ids if id_ in runs]
    latest_first = sorted(known, key=lambda run: run.created_at, reverse=True)
    # Of runs that failed the last to begin is the cause; the others are those above it.
    return sorted(latest_first, key=lambda run: run.own_state != "FAILED")[:_SHOWN_RUNS]
