"""Runs: lists, one run, what telemetry knows of it, two runs side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from typing_extensions import TypedDict

from headwater.api.shapes.lineage import FacetDifference, LineageDifference
from headwater.api.shapes.names import EntityName
from headwater.api.shapes.traces import TraceLine
from headwater.model.lineage import Direction, RunState


class RunParent(TypedDict):
    """The run above a run."""

    id: str
    job: EntityName


class RunError(TypedDict):
    """Why a run failed, as it says."""

    message: str
    language: str | None
    stack_trace: str | None


class RunSummary(TypedDict):
    """A run; `state` is the worst of its own and its children's."""

    id: str
    job: EntityName
    state: RunState
    own_state: RunState
    warning: bool
    started_at: str | None
    ended_at: str | None
    duration_ms: int | None
    parent: RunParent | None


class ListedRun(RunSummary):
    """A run in a list."""

    error: RunError | None


class RunList(TypedDict):
    """Runs, the newest first; `next` is the cursor of the page that follows."""

    runs: list[ListedRun]
    next: str | None


class RunBar(TypedDict):
    """A run as a bar of a trend."""

    id: str
    state: RunState
    started_at: str | None
    ended_at: str | None
    duration_ms: int | None


class RunTest(TypedDict):
    """A test that a run made."""

    name: str
    status: str
    column: str | None
    severity: str | None
    expected: str | None
    actual: str | None


class RunUse(EntityName):
    """A dataset that a run read or wrote; `snapshot` is the version that its producer names.

    `facets` are all that the run said of it but its column lineage.
    """

    version: str
    rows: int | None
    bytes: int | None
    files: int | None
    part: str | None
    tests: list[RunTest]
    columns: Mapping[str, Mapping[str, float]]
    snapshot: str | None
    facets: dict[str, Any]


class RunReference(TypedDict):
    """A job, and the run of it if one is named."""

    namespace: str
    name: str
    run_id: str | None
    relation: str | None


class RunEngine(TypedDict):
    """What ran it."""

    name: str | None
    version: str | None


class JobStatement(TypedDict):
    """What a job runs in SQL."""

    query: str
    dialect: str | None


class JobCode(TypedDict):
    """Where the code of a job is."""

    url: str | None
    repository: str | None
    path: str | None
    version: str | None
    branch: str | None


class JobKind(TypedDict):
    """BATCH or STREAMING, the program that the job is of, and its own word for what it is."""

    processing: str | None
    integration: str | None
    kind: str | None


class RunAttempt(TypedDict):
    """An attempt at a run."""

    state: RunState
    started_at: str | None
    ended_at: str | None


class WholeRun(RunSummary):
    """A run with its error, its parent, its children, inputs, outputs, facets.

    `family` are the runs above it and those below it at any level, as far as they are not many.
    `sql`, `code`, `kind`, `description` and `job_facets` are of the job as this run said. `recent`
    are the latest runs of the job, the newest first; `previous` is the one before this.
    """

    error: RunError | None
    nominal_start: str | None
    nominal_end: str | None
    root: RunReference | None
    upstream: list[RunReference]
    downstream: list[RunReference]
    tests: list[RunTest]
    engine: RunEngine
    missed_tasks: int | None
    all_tasks: int | None
    inputs: list[RunUse]
    outputs: list[RunUse]
    children: list[ListedRun]
    family: list[ListedRun]
    same_id: list[EntityName]
    facets: dict[str, Any]
    job_facets: dict[str, Any]
    job_version: str | None
    description: str | None
    sql: JobStatement | None
    code: JobCode | None
    kind: JobKind
    attempts: list[RunAttempt]
    recent: list[RunBar]
    previous: str | None


class StageRecords(TypedDict):
    """Records of a stage, null where its spans count none."""

    read: int | None
    written: int | None


class RunStage(TypedDict):
    """The spans of a stage: `busy_ms` is the time in which at least one was open."""

    name: str
    spans: int
    errors: int
    start: str
    end: str
    busy_ms: float
    records: StageRecords


class RunSpan(TypedDict):
    """A span of a run."""

    trace_id: str
    span_id: str
    name: str
    service: str
    start: str
    duration_ms: float
    message: str | None
    run_id: str | None


class SlowestSpan(RunSpan):
    """The span that itself took longest; `own_ms` is without its children."""

    own_ms: float


class RunLog(TypedDict):
    """A log record."""

    time: str
    severity: str | None
    severity_number: int | None
    service: str
    body: str
    event: str | None
    trace_id: str | None
    span_id: str | None
    run_id: str | None
    attributes: dict[str, str]
    resource: dict[str, str]


class LogList(TypedDict):
    """Log records, the latest first; `next` is the cursor of the page that follows."""

    logs: list[RunLog]
    next: str | None


class RunVolume(TypedDict):
    """Rows, bytes and files over all inputs, or all outputs."""

    rows: int | None
    bytes: int | None
    files: int | None


class RunVolumes(TypedDict):
    """What a run read and wrote in all."""

    inputs: RunVolume
    outputs: RunVolume


class TraceOfRun(TraceLine):
    """A trace; `how` it is known to belong to the run."""

    how: Literal["attribute", "facet", "probable"]


class RunTelemetry(TypedDict):
    """What telemetry knows of a run: traces, stages, slowest span, errors, the latest logs.

    `reason` says why they are missing, where `partial` is true.
    """

    run_id: str
    job: EntityName | None
    traces: list[TraceOfRun]
    stages: list[RunStage]
    slowest_span: SlowestSpan | None
    errors: list[RunSpan]
    logs: list[RunLog]
    data: RunVolumes | None
    partial: bool
    reason: str | None


class ComparedRun(TypedDict):
    """One of two runs."""

    id: str
    state: RunState
    started_at: str | None
    ended_at: str | None
    duration_ms: int | None
    error: str | None


class ComparedStatistic(TypedDict):
    """A number that both runs, or one of them, told of a dataset."""

    name: str
    before: float | None
    after: float | None


class ComparedDataset(EntityName):
    """A dataset of one or of both runs."""

    direction: Direction
    version_before: str | None
    version_after: str | None
    statistics: list[ComparedStatistic]


class RunComparison(TypedDict):
    """Two runs of a job side by side; `same` is true when both did the same to the same.

    `sql_before` and `sql_after` are whole, as the runs said them.
    """

    same: bool
    job: EntityName
    before: ComparedRun
    after: ComparedRun
    datasets: list[ComparedDataset]
    run_facets: list[FacetDifference]
    difference: LineageDifference
    sql_before: str | None
    sql_after: str | None
