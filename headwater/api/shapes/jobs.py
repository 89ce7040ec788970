"""Jobs of all producers, and those that the lake runs."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict

from headwater.api.shapes.names import EntityName
from headwater.api.shapes.runs import (
    JobCode,
    JobKind,
    JobStatement,
    ListedRun,
    RunBar,
)


class JobOwner(TypedDict):
    """An owner, and as what."""

    name: str
    type: str | None


class ListedJob(EntityName):
    """A job in a list; `runs` are its latest, the newest first."""

    parent: EntityName | None
    description: str | None
    tags: list[str]
    owners: list[JobOwner]
    kind: JobKind
    updated_at: str
    runs: list[RunBar]


class JobList(TypedDict):
    """Jobs, what changed last first; `next` is the cursor of the page that follows.

    `total` counts the jobs of the namespace, or all, where nothing else is asked for.
    """

    jobs: list[ListedJob]
    next: str | None
    total: int | None
    namespaces: list[str]
    partial: bool
    reason: str | None


class JobVersionLine(TypedDict):
    """What runs had in common: inputs, outputs, where the code was."""

    version: str
    created_at: str
    location: str | None
    inputs: list[EntityName]
    outputs: list[EntityName]
    latest_run: RunBar | None


class WholeJob(ListedJob):
    """A job with what it reads and writes now, its code, its versions and its runs.

    `children` are the runs below its last run. `runs_here` tells how the lake can run it.
    """

    created_at: str
    version: str | None
    inputs: list[EntityName]
    outputs: list[EntityName]
    sql: JobStatement | None
    code: JobCode | None
    versions: list[JobVersionLine]
    run_count: int
    children: list[ListedRun]
    facets: dict[str, Any]
    runs_here: Literal["job", "pipeline"] | None
