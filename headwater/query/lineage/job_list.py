"""Jobs as lists and pages show them: what a job is, and how its last runs went."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from headwater.lineage.reading.view import LineageView
from headwater.model.lineage import Facets, Job, Run, RunState
from headwater.query.lineage.descriptions import description_of, owners_of, tags_of
from headwater.query.lineage.schemas import said_by, text_of


@dataclass(frozen=True, slots=True, kw_only=True)
class JobKind:
    """What the `jobType` facet says: BATCH or STREAMING, the program it is of, and its own word."""

    processing: str | None
    integration: str | None
    kind: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCode:
    """Where the code of a job is, as its `sourceCodeLocation` facet says."""

    url: str | None
    repository: str | None
    path: str | None
    version: str | None
    branch: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a job runs in SQL."""

    query: str
    dialect: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobLine:
    """A job with its latest runs, the newest first, each with the state that is shown."""

    job: Job
    description: str | None
    tags: Sequence[str]
    owners: Sequence[tuple[str, str | None]]
    kind: JobKind
    runs: Sequence[tuple[Run, RunState]]


def job_lines(view: LineageView, keys: Sequence[int], *, most_runs: int) -> list[JobLine]:
    """Return jobs in the order of their keys, each with its latest runs."""
    jobs = view.jobs.by_keys(keys, is_whole=False)
    latest = view.runs.latest_keys(keys, most_runs)
    runs, states = _runs(view, [run for found in latest.values() for run in found])
    return [
        line_of(jobs[key], [(runs[run], states[run]) for run in latest.get(key, ())])
        for key in keys
        if key in jobs
    ]


def line_of(job: Job, runs: Sequence[tuple[Run, RunState]]) -> JobLine:
    """Return what a list shows of a job."""
    return JobLine(
        job=job,
        description=description_of(job.facets, job.notes),
        tags=tags_of(job.facets, job.notes),
        owners=owners_of(job.facets, job.notes),
        kind=kind_of(job.facets),
        runs=runs,
    )


def latest_runs(view: LineageView, job: int, *, most: int) -> list[tuple[Run, RunState]]:
    """Return the latest runs of a job, the newest first."""
    keys = view.runs.keys_of_job(job, limit=most, offset=0)
    runs, states = _runs(view, keys)
    return [(runs[key], states[key]) for key in keys]


def kind_of(facets: Facets) -> JobKind:
    """Read the `jobType` facet."""
    said = said_by(facets, "jobType")
    return JobKind(
        processing=_text(said.get("processingType")),
        integration=_text(said.get("integration")),
        kind=_text(said.get("jobType")),
    )


def code_of(facets: Facets) -> JobCode | None:
    """Read the `sourceCodeLocation` facet, None where there is none."""
    said = said_by(facets, "sourceCodeLocation")
    if not said:
        return None
    return JobCode(
        url=_text(said.get("url")),
        repository=_text(said.get("repoUrl")),
        path=_text(said.get("path")),
        version=_text(said.get("version")) or _text(said.get("tag")),
        branch=_text(said.get("branch")),
    )


def statement_of(facets: Facets) -> Statement | None:
    """Read the `sql` facet, None where there is none."""
    query = text_of(facets, "sql", "query")
    if not query:
        return None
    return Statement(query=query, dialect=text_of(facets, "sql", "dialect"))


def _runs(
    view: LineageView, keys: Iterable[int]
) -> tuple[Mapping[int, Run], Mapping[int, RunState]]:
    wanted = list(keys)
    return view.runs.by_keys(wanted, is_whole=False), view.families.effective_states(wanted)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
