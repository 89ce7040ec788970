"""How runs went of late: those in flight, those that failed, jobs that fail now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from headwater.lineage.reading.view import LineageView
from headwater.model.lineage import Moment, Run
from headwater.query.lineage.schemas import error_of

MOST_RUNS: Final = 50_000
_MOST_FAILED: Final = 500
_SHOWN: Final = 20
_LOOKED_BACK: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingJob:
    """A job whose last run failed: that run, why, and how many failed in a row (at most 10).

    `since` is when the first of those in a row began to fail.
    """

    run: Run
    error: str | None
    failures: int
    since: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsOverview:
    """Counts of runs decided since a time; `stuck` began before it and never told of an end.

    Of `failing` jobs the first are there, `failing_jobs` counts them all. A job whose run failed
    because one below it did is not among them.
    """

    in_flight: int
    flying: Sequence[Run]
    stuck: int
    failed: int
    aborted: int
    completed: int
    failing: Sequence[FailingJob]
    failing_jobs: int


def runs_overview(view: LineageView, since: Moment) -> RunsOverview:
    """Read how runs went since a time."""
    recent = view.recent
    flying = recent.in_state("RUNNING", since, most=MOST_RUNS)
    failed = recent.in_state("FAILED", since, most=MOST_RUNS)
    aborted = recent.in_state("ABORTED", since, most=MOST_RUNS)
    new = recent.in_state("NEW", since, most=MOST_RUNS)
    all_flying = recent.in_state("RUNNING", None, most=MOST_RUNS)
    decided = recent.count_since(since, most=MOST_RUNS)
    failing = _failing(view, failed[:_MOST_FAILED])
    shown = view.runs.by_keys(flying[:_SHOWN], is_whole=False)
    return RunsOverview(
        in_flight=len(flying),
        flying=[shown[key] for key in flying[:_SHOWN]],
        stuck=len(all_flying) - len(flying),
        failed=len(failed),
        aborted=len(aborted),
        completed=max(0, decided - len(flying) - len(failed) - len(aborted) - len(new)),
        failing=failing[:_SHOWN],
        failing_jobs=len(failing),
    )


def _failing(view: LineageView, failed: Sequence[int]) -> list[FailingJob]:
    """Return the jobs that fail now, the latest failure first."""
    jobs = {run.job_key for run in view.runs.by_keys(failed, is_whole=False).values()}
    latest = view.runs.latest_keys(jobs, _LOOKED_BACK)
    runs = view.runs.by_keys((key for keys in latest.values() for key in keys), is_whole=False)
    rows = [_row_of_failures([runs[key] for key in keys]) for keys in latest.values()]
    rows = [row for row in rows if row]
    above = view.families.ancestors_of_runs(row[0].key for row in rows)
    rows = [row for row in rows if row[0].key not in above]
    rows.sort(key=lambda row: row[0].updated_at, reverse=True)
    errors = _errors(view, [row[0] for row in rows[:_SHOWN]])
    return [
        FailingJob(
            run=row[0],
            error=errors.get(row[0].key),
            failures=len(row),
            since=row[-1].ended_at or row[-1].updated_at,
        )
        for row in rows
    ]


def _row_of_failures(runs: Sequence[Run]) -> list[Run]:
    """Return the failed runs at the head of a job's runs that have ended, newest first."""
    ended = [run for run in runs if run.own_state in ("COMPLETED", "FAILED", "ABORTED")]
    return list(takewhile(lambda run: run.own_state == "FAILED", ended))


def _errors(view: LineageView, runs: Sequence[Run]) -> Mapping[int, str]:
    facets = view.facets.of_runs([run.key for run in runs], only=["errorMessage"])
    found = {key: error_of(said) for key, said in facets.items()}
    return {key: error.message for key, error in found.items() if error is not None}
