"""What of a lake somebody should look at, the worst first; nothing of it: the lake is well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from headwater.model.lineage import Name
from headwater.query.overview import OverviewAnswer

FindingKind = Literal[
    "failing_job",
    "failing_jobs",
    "failed_tests",
    "late_table",
    "quarantine",
    "refused_events",
    "stuck_runs",
    "breaking_change",
]
Severity = Literal["bad", "warn"]

MOST_OF_A_KIND: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to look at; what a kind has no use for is None.

    `count` is of failures in a row, of tests, records, events, runs, columns or, with
    `failing_jobs`, of jobs beyond those that are named.
    """

    kind: FindingKind
    severity: Severity
    count: int = 1
    subject: Name | None = None
    run: str | None = None
    text: str | None = None
    seconds: float | None = None
    usual_seconds: float | None = None


def findings_of(found: OverviewAnswer, *, namespace: str) -> Sequence[Finding]:
    """Return what to look at; `namespace` is that of the lake's own tables."""
    all_of_it = [
        *_failing(found),
        *_tests(found),
        *_late(found, namespace),
        *_waiting(found),
        *_breaking(found),
    ]
    return sorted(all_of_it, key=lambda one: one.severity != "bad")


def _failing(found: OverviewAnswer) -> Iterator[Finding]:
    runs = found.lineage.runs
    for one in runs.failing[:MOST_OF_A_KIND]:
        yield Finding(
            kind="failing_job",
            severity="bad",
            count=one.failures,
            subject=one.run.job,
            run=one.run.id,
            text=one.error,
            seconds=found.at.timestamp() - one.since.seconds,
        )
    if runs.failing_jobs > MOST_OF_A_KIND:
        count = runs.failing_jobs - MOST_OF_A_KIND
        yield Finding(kind="failing_jobs", severity="bad", count=count)
    if runs.stuck:
        yield Finding(kind="stuck_runs", severity="warn", count=runs.stuck)


def _tests(found: OverviewAnswer) -> Iterator[Finding]:
    failed = [one for one in found.lineage.quality.datasets if one.failed]
    for one in failed[:MOST_OF_A_KIND]:
        is_error = any(test.severity != "warn" for test in one.failed)
        yield Finding(
            kind="failed_tests",
            severity="bad" if is_error else "warn",
            count=len(one.failed),
            subject=one.dataset,
            run=one.run,
            text=", ".join(sorted({test.name for test in one.failed}))[:200],
        )


def _late(found: OverviewAnswer, namespace: str) -> Iterator[Finding]:
    late = [one for one in found.freshness if one.state == "late"]
    for one in late[:MOST_OF_A_KIND]:
        yield Finding(
            kind="late_table",
            severity="warn",
            subject=Name(namespace, one.table),
            seconds=one.age_seconds,
            usual_seconds=one.usual_seconds,
        )


def _waiting(found: OverviewAnswer) -> Iterator[Finding]:
    if found.quarantine_waiting:
        yield Finding(kind="quarantine", severity="warn", count=found.quarantine_waiting)
    if found.lineage.refused_events:
        yield Finding(kind="refused_events", severity="warn", count=found.lineage.refused_events)


def _breaking(found: OverviewAnswer) -> Iterator[Finding]:
    broken = [one for one in found.lineage.changes.schemas.first if one.is_breaking]
    for one in broken[:MOST_OF_A_KIND]:
        columns = sorted({change.column for change in one.changes if change.is_breaking})
        yield Finding(
            kind="breaking_change",
            severity="warn",
            count=len(columns),
            subject=one.dataset,
            run=one.run,
            text=", ".join(columns)[:200],
        )
