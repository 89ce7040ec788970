"""What breaks if a table or a column changes: everything downstream, by distance.

An effect is *direct* where a value flows, *indirect* where only rows are chosen, joined, grouped
or ordered by it, and *table* where a job reads the table and does not say which of its columns.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from headwater.errors import Missing
from headwater.lineage.reading.view import LineageReads, LineageView
from headwater.model.lineage import Facets, Field, Moment, Name, Note, Run, RunState
from headwater.query.lineage.descriptions import owners_of
from headwater.query.lineage.graph import Budget
from headwater.query.lineage.nodes import NodeId
from headwater.query.lineage.spread import EFFECTS, Effect, Spread, columns_of, is_read
from headwater.query.lineage.walk import missing_node, start_of


@dataclass(frozen=True, slots=True, kw_only=True)
class AffectedColumn:
    """A column downstream; `how` are the subtypes of the last hop, such as AGGREGATION."""

    name: str
    effect: Effect
    distance: int
    how: tuple[str, ...]
    is_masked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AffectedDataset:
    """A dataset downstream with whoever owns it and when it was last written well."""

    name: Name
    effect: Effect
    distance: int
    jobs: tuple[Name, ...]
    owners: tuple[str, ...]
    written_at: Moment | None
    run_id: str | None
    columns: tuple[AffectedColumn, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AffectedJob:
    """A job downstream with its latest run; `state` is the worst of its own and its children's."""

    name: Name
    effect: Effect
    distance: int
    owners: tuple[str, ...]
    state: RunState | None
    run_id: str | None
    ran_at: Moment | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """The answer, nearest first; `reason` says why it is partial, None when it is whole."""

    start: Name
    is_job: bool
    columns: tuple[str, ...]
    datasets: tuple[AffectedDataset, ...]
    jobs: tuple[AffectedJob, ...]
    reason: str | None

    @property
    def affected(self) -> Sequence[AffectedDataset | AffectedJob]:
        """Return all that is affected, datasets first."""
        return (*self.datasets, *self.jobs)

    def count(self, effect: Effect) -> int:
        """Count the datasets and jobs that are affected in one way."""
        return sum(one.effect == effect for one in self.affected)

    @property
    def owners(self) -> list[str]:
        """Return everybody who owns something downstream, sorted."""
        return sorted({owner for one in self.affected for owner in one.owners})


class ImpactAnalysis:
    """Answers what is downstream; blocking, so call it from a thread."""

    def __init__(self, reads: LineageReads) -> None:
        self._reads = reads

    def of(
        self, node: NodeId, *, columns: Sequence[str] = (), depth: int = 20, budget: Budget
    ) -> Impact:
        """Return what a change of a table, of some of its columns, or of a job's outputs affects.

        Raises `Missing` for a node or a column that nobody named.
        """
        with self._reads.view() as view:
            spread = Spread(view, budget)
            name, is_job, asked = _begin(view, node, columns, spread)
            datasets, jobs = _follow(view, spread, depth)
            return Impact(
                start=name,
                is_job=is_job,
                columns=asked,
                datasets=datasets,
                jobs=jobs,
                reason=spread.reason,
            )


def impact_of_columns(
    view: LineageView, name: Name, columns: Sequence[str], *, depth: int = 20, budget: Budget
) -> Impact:
    """Return what comes from columns of a dataset, whether it still has them or not."""
    key = view.names.find("dataset", name)
    spread = Spread(view, budget)
    spread.begin([Field(key, column) for column in columns if key is not None], ())
    datasets, jobs = _follow(view, spread, depth)
    return Impact(
        start=name,
        is_job=False,
        columns=tuple(columns),
        datasets=datasets,
        jobs=jobs,
        reason=spread.reason,
    )


def _follow(
    view: LineageView, spread: Spread, depth: int
) -> tuple[tuple[AffectedDataset, ...], tuple[AffectedJob, ...]]:
    for distance in range(1, depth + 1):
        if not spread.step(distance):
            break
    return _datasets(view, spread), _jobs(view, spread)


def _begin(
    view: LineageView, node: NodeId, columns: Sequence[str], spread: Spread
) -> tuple[Name, bool, tuple[str, ...]]:
    """Find what the question is about and let the effects start there."""
    if node.kind == "datasetField":
        namespace, dataset, column = _reading_that_exists(view, node)
        return _begin_columns(view, Name(namespace, dataset), [column, *columns], spread)
    kind, key, name = start_of(view, node)
    if kind == "dataset" and columns:
        return _begin_columns(view, name, columns, spread)
    whole = {key} if kind == "dataset" else view.columns.written_by(key)
    fields = [Field(one, column) for one in whole for column in columns_of(view, one)]
    spread.begin(fields, whole)
    return name, kind == "job", ()


def _reading_that_exists(view: LineageView, node: NodeId) -> tuple[str, str, str]:
    """Return the reading of a column's id whose dataset exists, best one that has the column."""
    found = [
        (namespace, name, column)
        for namespace, name, column in node.readings
        if view.names.find("dataset", Name(namespace, name)) is not None
    ]
    if not found:
        raise missing_node(view, "dataset", [Name(*reading[:2]) for reading in node.readings])
    for namespace, name, column in found:
        key = view.names.find("dataset", Name(namespace, name))
        if key is not None and column in columns_of(view, key):
            return namespace, name, column
    return found[0]


def _begin_columns(
    view: LineageView, name: Name, columns: Sequence[str], spread: Spread
) -> tuple[Name, bool, tuple[str, ...]]:
    key = view.names.find("dataset", name)
    assert key is not None
    asked = tuple(dict.fromkeys(columns))
    known = columns_of(view, key)
    for column in asked:
        if column not in known and not is_read(view, Field(key, column)):
            listed = ", ".join(known[:20]) or "none are known"
            raise Missing(
                f"column {column!r} of dataset {name.name!r} not found", hint=f"columns: {listed}"
            )
    spread.begin([Field(key, column) for column in asked], ())
    return name, False, asked


def _datasets(view: LineageView, spread: Spread) -> tuple[AffectedDataset, ...]:
    facets = view.facets.of_datasets(spread.datasets)
    notes = view.notes.of("dataset", spread.datasets)
    writes = view.freshness.last_writes(spread.datasets)
    runs = view.runs.by_keys(writes.values(), is_whole=False)
    columns: defaultdict[int, list[AffectedColumn]] = defaultdict(list)
    for one, reached in spread.columns.items():
        how = spread.how[one]
        columns[one.dataset].append(
            AffectedColumn(
                name=one.column,
                effect=reached.effect,
                distance=reached.distance,
                how=tuple(sorted({subtype for subtype, _ in how if subtype})),
                is_masked=bool(how) and all(is_masked for _, is_masked in how),
            )
        )
    found = []
    for key, reached in spread.datasets.items():
        run = runs.get(writes.get(key, -1))
        found.append(
            AffectedDataset(
                name=spread.dataset_names[key],
                effect=reached.effect,
                distance=reached.distance,
                jobs=tuple(sorted(spread.job_names[job] for job in spread.makers[key])),
                owners=_owners(facets.get(key, {}), notes.get(key, ())),
                written_at=_moment(run),
                run_id=None if run is None else run.id,
                columns=tuple(sorted(columns[key], key=_column_order)),
            )
        )
    return tuple(sorted(found, key=lambda one: (one.distance, one.name)))


def _jobs(view: LineageView, spread: Spread) -> tuple[AffectedJob, ...]:
    facets = view.facets.of_jobs(spread.jobs)
    notes = view.notes.of("job", spread.jobs)
    latest = {job: keys[0] for job, keys in view.runs.latest_keys(spread.jobs, 1).items()}
    runs = view.runs.by_keys(latest.values(), is_whole=False)
    states = view.families.effective_states(latest.values())
    found = []
    for key, reached in spread.jobs.items():
        run = runs.get(latest.get(key, -1))
        found.append(
            AffectedJob(
                name=spread.job_names[key],
                effect=reached.effect,
                distance=reached.distance,
                owners=_owners(facets.get(key, {}), notes.get(key, ())),
                state=None if run is None else states.get(run.key, run.own_state),
                run_id=None if run is None else run.id,
                ran_at=_moment(run),
            )
        )
    return tuple(sorted(found, key=lambda one: (one.distance, one.name)))


def _owners(facets: Facets, notes: Sequence[Note]) -> tuple[str, ...]:
    return tuple(name for name, _ in owners_of(facets, notes))


def _moment(run: Run | None) -> Moment | None:
    return None if run is None else run.ended_at or run.started_at or run.updated_at


def _column_order(column: AffectedColumn) -> tuple[int, int, str]:
    return column.distance, EFFECTS.index(column.effect), column.name
