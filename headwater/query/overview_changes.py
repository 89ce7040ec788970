"""What changed since a time: names that came or went, schemas, arrows of the lineage graph."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from headwater.lineage.reading.lens import Lens
from headwater.lineage.reading.names import Kind
from headwater.lineage.reading.view import LineageReads, LineageView
from headwater.model.lineage import Direction, Moment, Name
from headwater.query.lineage.schema_changes import SchemaChange
from headwater.query.lineage.schema_history import versions_of

MOST_NAMES: Final = 2_000
MOST_RUNS: Final = 1_000
MOST_JOBS: Final = 200
MOST_HISTORIES: Final = 20
_SHOWN: Final = 50

One = TypeVar("One")


@dataclass(frozen=True, slots=True, kw_only=True)
class Some(Generic[One]):
    """The first of many, and how many there are."""

    first: Sequence[One]
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetSchemaChange:
    """What changed in the columns of a dataset; `run` brought the last of it."""

    dataset: Name
    at: Moment
    run: str | None
    changes: Sequence[SchemaChange]

    @property
    def is_breaking(self) -> bool:
        """Tell whether any of the changes is."""
        return any(change.is_breaking for change in self.changes)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Arrow:
    """A job reads or writes a dataset."""

    job: Name
    direction: Direction
    dataset: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesOverview:
    """What came, went and changed; `reasons` say what was not looked at."""

    datasets_came: Some[Name]
    datasets_went: Some[Name]
    jobs_came: Some[Name]
    jobs_went: Some[Name]
    schemas: Some[DatasetSchemaChange]
    arrows_came: Some[Arrow]
    arrows_went: Some[Arrow]
    reasons: Sequence[str]


def changes_overview(reads: LineageReads, since: Moment) -> ChangesOverview:
    """Read what changed since a time, by event time; what people deleted, by arrival."""
    sequence = reads.sequence_at(since)
    reasons: list[str] = []
    with reads.view() as view:
        came = {kind: view.recent.came(kind, since, most=MOST_NAMES) for kind in _KINDS}
        went = {kind: view.recent.went(kind, sequence, most=MOST_NAMES) for kind in _KINDS}
        schemas = _schemas(view, since, reasons)
        jobs = view.recent.older_jobs(since, most=MOST_JOBS + 1)
        if len(jobs) > MOST_JOBS:
            reasons.append(f"arrows only of the {MOST_JOBS} jobs that did something last")
        now = _arrows(view, jobs[:MOST_JOBS])
        named = {(way, kind): _named(view, kind, keys) for way, kind, keys in _all(came, went)}
    with reads.view(Lens(as_of=since)) as view:
        then = _arrows(view, jobs[:MOST_JOBS])
    return ChangesOverview(
        datasets_came=named["came", "dataset"],
        datasets_went=named["went", "dataset"],
        jobs_came=named["came", "job"],
        jobs_went=named["went", "job"],
        schemas=schemas,
        arrows_came=_some(sorted(now - then)),
        arrows_went=_some(sorted(then - now)),
        reasons=reasons,
    )


_KINDS: Final[tuple[Kind, ...]] = ("dataset", "job")


def _all(
    came: dict[Kind, list[int]], went: dict[Kind, list[int]]
) -> Iterable[tuple[str, Kind, list[int]]]:
    yield from (("came", kind, keys) for kind, keys in came.items())
    yield from (("went", kind, keys) for kind, keys in went.items())


def _named(view: LineageView, kind: Kind, keys: Sequence[int]) -> Some[Name]:
    names = view.names.of(kind, keys[:_SHOWN])
    return Some(first=[names[key] for key in keys[:_SHOWN]], count=len(keys))


def _some(found: Sequence[One]) -> Some[One]:
    return Some(first=found[:_SHOWN], count=len(found))


def _schemas(view: LineageView, since: Moment, reasons: list[str]) -> Some[DatasetSchemaChange]:
    """Return what changed in schemas, what breaks first.

    Only where the facets of the latest runs are not all the same is the history read.
    """
    runs = view.recent.decided_since(since, most=MOST_RUNS)
    if len(runs) == MOST_RUNS:
        reasons.append(f"schemas only of the {MOST_RUNS} runs that ended last")
    facets: defaultdict[int, set[int]] = defaultdict(set)
    for one in view.recent.said(runs, "schema"):
        if one.direction == "output":
            facets[one.dataset].add(one.facet)
    for dataset, facet in view.recent.schemas_before(facets, since).items():
        facets[dataset].add(facet)
    changed = [dataset for dataset, found in facets.items() if len(found) > 1]
    if len(changed) > MOST_HISTORIES:
        reasons.append(f"schemas only of {MOST_HISTORIES} of {len(changed)} datasets")
    names = view.names.of("dataset", changed)
    found = []
    for dataset in changed[:MOST_HISTORIES]:
        later = [one for one in versions_of(view, dataset) if one.since >= since and one.number > 1]
        if later:
            changes = [change for version in later for change in version.changes]
            run = later[-1].run
            found.append(
                DatasetSchemaChange(
                    dataset=names[dataset],
                    at=later[-1].since,
                    run=None if run is None else run.id,
                    changes=changes,
                )
            )
    return _some(sorted(found, key=lambda one: (not one.is_breaking, one.dataset)))


def _arrows(view: LineageView, jobs: Sequence[int]) -> set[Arrow]:
    edges = view.edges.of_jobs(jobs, "input") | view.edges.of_jobs(jobs, "output")
    datasets = view.names.of("dataset", (edge.dataset for edge in edges))
    names = view.names.of("job", (edge.job for edge in edges))
    return {
        Arrow(job=names[e.job], direction=e.direction, dataset=datasets[e.dataset]) for e in edges
    }
