"""The first page: how the lake is."""

from __future__ import annotations

from datetime import datetime

from typing_extensions import TypedDict

from headwater.api.shapes.ingest import RecordRate
from headwater.api.shapes.names import EntityName
from headwater.query.lineage.schema_changes import SchemaChangeKind
from headwater.query.overview_freshness import State
from headwater.query.overview_verdict import FindingKind, Severity


class OverviewFinding(TypedDict):
    """One thing to look at; what its kind has no use for is null."""

    kind: FindingKind
    severity: Severity
    count: int
    subject: EntityName | None
    run: str | None
    text: str | None
    seconds: float | None
    usual_seconds: float | None


class RunInFlight(TypedDict):
    """A run in flight."""

    id: str
    job: EntityName
    started_at: str | None


class FailingJobLine(TypedDict):
    """A job whose last run failed, and how many failed in a row."""

    job: EntityName
    run: str
    error: str | None
    failures: int
    since: str


class OverviewRuns(TypedDict):
    """Runs of the last day; `stuck` ones began before and never told of an end."""

    in_flight: int
    flying: list[RunInFlight]
    stuck: int
    failed: int
    aborted: int
    completed: int
    failing: list[FailingJobLine]
    failing_jobs: int


class TableFreshness(TypedDict):
    """A curated table; without a rhythm `usual_seconds` is null and the state unknown."""

    namespace: str
    table: str
    state: State
    written_at: datetime | None
    age_seconds: float | None
    usual_seconds: float | None
    writes: int


class OverviewIngest(TypedDict):
    """What came in; `quarantined` records wait for somebody."""

    last_hour: int
    last_day: int
    rejected_last_day: int
    quarantined: int
    rate: RecordRate


class FailedTest(TypedDict):
    """A test that failed."""

    name: str
    column: str | None
    expected: str | None
    actual: str | None


class TestedDataset(TypedDict):
    """What the last run that tested a dataset found."""

    dataset: EntityName
    run: str
    at: str
    passed: int
    failed: list[FailedTest]
    score: float | None


class ChangedNames(TypedDict):
    """The first names, and how many there are."""

    count: int
    names: list[EntityName]


class ChangedColumn(TypedDict):
    """One change of one column."""

    change: SchemaChangeKind
    column: str
    before: str | None
    after: str | None
    breaking: bool


class SchemaChanged(TypedDict):
    """What changed in the columns of a dataset."""

    dataset: EntityName
    at: str
    run: str | None
    breaking: bool
    changes: list[ChangedColumn]


class SchemasChanged(TypedDict):
    """The first datasets whose columns changed, and how many there are."""

    count: int
    datasets: list[SchemaChanged]


class ChangedArrow(TypedDict):
    """A job reads or writes a dataset."""

    job: EntityName
    direction: str
    dataset: EntityName


class ChangedArrows(TypedDict):
    """The first arrows, and how many there are."""

    count: int
    arrows: list[ChangedArrow]


class OverviewChanges(TypedDict):
    """What came, went and changed since a time; `reason` says what was not looked at."""

    since: datetime
    datasets_came: ChangedNames
    datasets_went: ChangedNames
    jobs_came: ChangedNames
    jobs_went: ChangedNames
    schemas: SchemasChanged
    arrows_came: ChangedArrows
    arrows_went: ChangedArrows
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
    findings: list[OverviewFinding]
    runs: OverviewRuns
    freshness: list[TableFreshness]
    freshness_count: int
    ingest: OverviewIngest
    quality: list[TestedDataset]
    quality_partial: bool
    changes: OverviewChanges
