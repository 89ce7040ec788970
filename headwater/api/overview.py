"""Whether the lake is well: GET /api/v2/overview."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from headwater.api.access import Reader
from headwater.api.marquez.route import answer
from headwater.api.record_json import rate_json
from headwater.api.shapes import answers
from headwater.api.shapes.names import EntityName
from headwater.api.shapes.overview import (
    ChangedArrow,
    ChangedArrows,
    ChangedNames,
    FailingJobLine,
    OverviewChanges,
    OverviewFinding,
    OverviewIngest,
    OverviewRuns,
    OverviewShape,
    SchemaChanged,
    TableFreshness,
    TestedDataset,
)
from headwater.model.lineage import Name
from headwater.query.overview import Overview, OverviewAnswer
from headwater.query.overview_changes import Arrow, ChangesOverview, DatasetSchemaChange, Some
from headwater.query.overview_freshness import Freshness
from headwater.query.overview_quality import DatasetQuality
from headwater.query.overview_runs import FailingJob, RunsOverview
from headwater.query.overview_verdict import Finding, findings_of

MOST_TABLES: Final = 200
_HOURS: Final = 24 * 31


def overview_router(overview: Overview, *, namespace: str) -> APIRouter:
    """Return the route of the first page; `namespace` is that of the lake's own tables."""
    router = APIRouter(prefix="/api/v2", tags=["overview"])

    @router.get("/overview", responses=answers(OverviewShape))
    def get_overview(
        _: Reader,
        hours: Annotated[
            int, Query(ge=1, le=_HOURS, description="How far back to look for changes.")
        ] = 24,
    ) -> Response:
        """Say whether the lake is well, what to look at if not, and what changed of late.

        Runs, tests and records are those of the last 24 hours.
        """
        found = overview.now(changes=timedelta(hours=hours))
        return answer(_overview_json(found, namespace))

    return router


def _overview_json(found: OverviewAnswer, namespace: str) -> OverviewShape:
    lineage = found.lineage
    return {
        "at": found.at,
        "has_records": found.has_records,
        "has_lineage": bool(lineage.jobs or lineage.datasets),
        "has_telemetry": found.has_telemetry,
        "datasets": lineage.datasets,
        "jobs": lineage.jobs,
        "refused_events": lineage.refused_events,
        "findings": [_finding_json(one) for one in findings_of(found, namespace=namespace)],
        "runs": _runs_json(lineage.runs),
        "freshness": [_freshness_json(one, namespace) for one in found.freshness[:MOST_TABLES]],
        "freshness_count": len(found.freshness),
        "ingest": _ingest_json(found),
        "quality": [_quality_json(one) for one in lineage.quality.datasets],
        "quality_partial": lineage.quality.is_partial,
        "changes": _changes_json(found.changes, found.changes_since),
    }


def _name(name: Name) -> EntityName:
    return {"namespace": name.namespace, "name": name.name}


def _finding_json(one: Finding) -> OverviewFinding:
    return {
        "kind": one.kind,
        "severity": one.severity,
        "count": one.count,
        "subject": None if one.subject is None else _name(one.subject),
        "run": one.run,
        "text": one.text,
        "seconds": one.seconds,
        "usual_seconds": one.usual_seconds,
    }


def _runs_json(runs: RunsOverview) -> OverviewRuns:
    return {
        "in_flight": runs.in_flight,
        "flying": [
            {
                "id": run.id,
                "job": _name(run.job),
                "started_at": None if run.started_at is None else run.started_at.to_text(),
            }
            for run in runs.flying
        ],
        "stuck": runs.stuck,
        "failed": runs.failed,
        "aborted": runs.aborted,
        "completed": runs.completed,
        "failing": [_failing_json(one) for one in runs.failing],
        "failing_jobs": runs.failing_jobs,
    }


def _failing_json(one: FailingJob) -> FailingJobLine:
    return {
        "job": _name(one.run.job),
        "run": one.run.id,
        "error": one.error,
        "failures": one.failures,
        "since": one.since.to_text(),
    }


def _freshness_json(one: Freshness, namespace: str) -> TableFreshness:
    return {
        "namespace": namespace,
        "table": one.table,
        "state": one.state,
        "written_at": one.written_at,
        "age_seconds": one.age_seconds,
        "usual_seconds": one.usual_seconds,
        "writes": one.writes,
    }


def _ingest_json(found: OverviewAnswer) -> OverviewIngest:
    rate = found.rate
    return {
        "last_hour": found.records_last_hour,
        "last_day": sum(rate.accepted),
        "rejected_last_day": sum(rate.rejected),
        "quarantined": found.quarantine_waiting,
        "rate": rate_json(rate),
    }


def _quality_json(one: DatasetQuality) -> TestedDataset:
    return {
        "dataset": _name(one.dataset),
        "run": one.run,
        "at": one.at.to_text(),
        "passed": one.passed,
        "failed": [
            {
                "name": test.name,
                "column": test.column,
                "expected": test.expected,
                "actual": test.actual,
            }
            for test in one.failed
        ],
        "score": one.score,
    }


def _changes_json(found: ChangesOverview, since: datetime) -> OverviewChanges:
    return {
        "since": since,
        "datasets_came": _names(found.datasets_came),
        "datasets_went": _names(found.datasets_went),
        "jobs_came": _names(found.jobs_came),
        "jobs_went": _names(found.jobs_went),
        "schemas": {
            "count": found.schemas.count,
            "datasets": [_schema_json(one) for one in found.schemas.first],
        },
        "arrows_came": _arrows(found.arrows_came),
        "arrows_went": _arrows(found.arrows_went),
        "partial": bool(found.reasons),
        "reason": "; ".join(found.reasons) or None,
    }


def _names(found: Some[Name]) -> ChangedNames:
    return {"count": found.count, "names": [_name(one) for one in found.first]}


def _schema_json(one: DatasetSchemaChange) -> SchemaChanged:
    return {
        "dataset": _name(one.dataset),
        "at": one.at.to_text(),
        "run": one.run,
        "breaking": one.is_breaking,
        "changes": [
            {
                "change": change.kind,
                "column": change.column,
                "before": change.before,
                "after": change.after,
                "breaking": change.is_breaking,
            }
            for change in one.changes
        ],
    }


def _arrows(found: Some[Arrow]) -> ChangedArrows:
    arrows: list[ChangedArrow] = [
        {"job": _name(one.job), "direction": one.direction, "dataset": _name(one.dataset)}
        for one in found.first
    ]
    return {"count": found.count, "arrows": arrows}
