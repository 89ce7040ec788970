"""The first page: how the lake is."""

from __future__ import annotations

from datetime import datetime

from typing_extensions import TypedDict

from headwater.query.lineage.schema_changes import SchemaChangeKind
from headwater.query.overview_freshness import State
from headwater.query.overview_verdict import FindingKind, Severity


class NameShape(TypedDict):
    """A job or a dataset."""

    namespace: str
    name: str


class FindingShape(TypedDict):
    """One thing to look at; what its kind has no use for is null."""

    kind: FindingKind
    severity: Severity
    count: int
    subject: NameShape | None
    run: str | None
    text: str | None
    seconds: float | None
    usual_seconds: float | None


class FlyingRun(TypedDict):
    """A run in flight."""

    id: str
    job: NameShape
    started_at: str | None


class FailingJobShape(TypedDict):
    """A job whose last run failed, and how many failed in a row."""

    job: NameShape
    run: str
    error: str | None
    failures: int
    since: str


class RunsShape(TypedDict):
    """Runs of the last day; `stuck` ones began before and never told of an end."""

    in_flight: int
    flying: list[FlyingRun]
    stuck: int
    failed: int
    aborted: int
    completed: int
    failing: list[FailingJobShape]
    failing_jobs: int


class FreshnessShape(TypedDict):
    """A curated table; without a rhythm `usual_seconds` is null and the state unknown."""

    namespace: str
    table: str
    state: State
    written_at: datetime | None
    age_seconds: float | None
    usual_seconds: float | None
    writes: int


class RateShape(TypedDict):
    """Records by interval; `times` are when intervals begin."""

    times: list[str]
    step_seconds: int
    accepted: list[int]
    rejected: list[int]
    rejected_since: datetime


class IngestShape(TypedDict):
    """What came in; `quarantined` records wait for somebody."""

    last_hour: int
    last_day: int
    rejected_last_day: int
    quarantined: int
    rate: RateShape


class FailedTest(TypedDict):
    """A test that failed."""

    name: str
    column: str | None
    expected: str | None
    actual: str | None


class DatasetQualityShape(TypedDict):
    """What the last run that tested a dataset found."""

    dataset: NameShape
    run: str
    at: str
    passed: int
    failed: list[FailedTest]
    score: float | None


class Names(TypedDict):
    """The first names, and how many there are."""

    count: int
    names: list[NameShape]


class ColumnChange(TypedDict):
    """One change of one column."""

    change: SchemaChangeKind
    column: str
    before: str | None
    after: str | None
    breaking: bool


class SchemaChanged(TypedDict):
    """What changed in the columns of a dataset."""

    dataset: NameShape
    at: str
    run: str | None
    breaking: bool
    changes: list[ColumnChange]


class SchemasChanged(TypedDict):
    """The first datasets whose columns changed, and how many there are."""

    count: int
    datasets: list[SchemaChanged]


class ArrowShape(TypedDict):
    """A job reads or writes a dataset."""

    job: NameShape
    direction: str
    dataset: NameShape


class Arrows(TypedDict):
    """The first arrows, and how many there are."""

    count: int
    arrows: list[ArrowShape]


class ChangesShape(TypedDict):
    """What came, went and changed since a time; `reason` says what was not looked at."""

    since: datetime
    datasets_came: Names
    datasets_went: Names
    jobs_came: Names
    jobs_went: Names
    schemas: SchemasChanged
    arrows_came: Arrows
    arrows_went: Arrows
    partial: bool
    reason: str | None


class OverviewShape(TypedDict):
    """How the lake is; without `findings` it is well."""

    at: datetime
    has_records: bool
    has_lineage: bool
    has_telemetry: bool
    datasets: int
    jobs: int
    refused_events: int
    findings: list[FindingShape]
    runs: RunsShape
    freshness: list[FreshnessShape]
    freshness_count: int
    ingest: IngestShape
    quality: list[DatasetQualityShape]
    quality_partial: bool
    changes: ChangesShape
