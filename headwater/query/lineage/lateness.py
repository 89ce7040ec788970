"""Why a table is late: the runs that led to it, which of them waited, and for what.

The path goes up from the last run that wrote the table: of all that had written what a run read,
the one that ended last is what it could not begin without.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from headwater.errors import Invalid, Missing
from headwater.lineage.reading.view import LineageView
from headwater.model.lineage import Moment, Name, Run
from headwater.query.lineage.places import find_place

MOST_STEPS: Final = 100
_RECENT: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A run of the path, milliseconds where both times are known.

    `waited` is from the end of the step before to the start of this one; negative when it began
    before that one had ended. `through` is the table that the step before handed on. `later` is
    the newest run of the job when that is not the run itself: one under way, or one that failed.
    """

    run: Run
    through: Name | None
    took: int | None
    waited: int | None
    later: Run | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dominant:
    """What took longest on the path: a run's own work, or its wait for its turn."""

    step: Step
    kind: Literal["run", "wait"]
    milliseconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CriticalPath:
    """The path to a table or job, first cause first; empty when no run of it has completed."""

    name: Name
    kind: Literal["dataset", "job"]
    steps: Sequence[Step]
    dominant: Dominant | None
    is_partial: bool


def critical_path(view: LineageView, node: str) -> CriticalPath:
    """Return the path to a node; raises `Invalid` for what is neither dataset nor job."""
    place = find_place(view, node)
    kind = place.entity.kind
    if kind == "namespace":
        raise Invalid(f"{node!r} is a namespace", hint="name a table or a job of it")
    if place.entity.is_hidden:
        raise Missing(f"there is no {node}")
    key = place.entity.key
    if kind == "dataset":
        last = view.freshness.last_writes([key]).get(key)
    else:
        last = _last_completed(view, key)
    keys, handed, is_partial = _path(view, last)
    steps = list(_steps(view, keys, handed))
    return CriticalPath(
        name=place.entity.name,
        kind=kind,
        steps=steps,
        dominant=_dominant(steps),
        is_partial=is_partial,
    )


def _last_completed(view: LineageView, job: int) -> int | None:
    keys = view.runs.latest_keys([job], _RECENT).get(job, [])
    runs = view.runs.by_keys(keys, is_whole=False)
    return next((key for key in keys if runs[key].own_state == "COMPLETED"), None)


def _path(view: LineageView, last: int | None) -> tuple[list[int], dict[int, int], bool]:
    """Return runs from the last one up, and the dataset that each but the last handed on."""
    keys: list[int] = []
    handed: dict[int, int] = {}
    while last is not None and last not in keys:
        if len(keys) == MOST_STEPS:
            return keys, handed, True
        keys.append(last)
        found = [
            (writer.decided, writer.uuid, writer.key, dataset)
            for (_, dataset), writer in view.runs.writers([last]).items()
            if writer.is_run
        ]
        if not found:
            break
        _, _, above, dataset = max(found)
        if above not in keys:
            handed[last] = dataset
        last = above
    return keys, handed, False


def _steps(view: LineageView, keys: Sequence[int], handed: dict[int, int]) -> Iterator[Step]:
    runs = view.runs.by_keys(keys, is_whole=False)
    names = view.names.of("dataset", handed.values())
    later = _later(view, runs.values())
    before: Run | None = None
    for key in reversed(keys):
        run = runs[key]
        yield Step(
            run=run,
            through=names[handed[key]] if key in handed else None,
            took=_between(run.started_at, run.ended_at),
            waited=None if before is None else _between(before.ended_at, run.started_at),
            later=later.get(key),
        )
        before = run


def _later(view: LineageView, runs: Iterable[Run]) -> dict[int, Run]:
    """Return by run the newest run of its job, where that is another and has not completed."""
    held = list(runs)
    latest = view.runs.latest_keys((run.job_key for run in held), 1)
    newest = view.runs.by_keys((keys[0] for keys in latest.values()), is_whole=False)
    of_job = {job: newest[keys[0]] for job, keys in latest.items()}
    return {
        run.key: of_job[run.job_key]
        for run in held
        if run.job_key in of_job
        and of_job[run.job_key].key != run.key
        and of_job[run.job_key].own_state != "COMPLETED"
    }


def _dominant(steps: Iterable[Step]) -> Dominant | None:
    found: list[Dominant] = []
    for step in steps:
        if step.took is not None:
            found.append(Dominant(step=step, kind="run", milliseconds=step.took))
        if step.waited is not None and step.waited > 0:
            found.append(Dominant(step=step, kind="wait", milliseconds=step.waited))
    return max(found, key=lambda one: one.milliseconds, default=None)


def _between(start: Moment | None, end: Moment | None) -> int | None:
    return None if start is None or end is None else start.milliseconds_until(end)
