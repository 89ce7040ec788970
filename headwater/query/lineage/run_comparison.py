"""Two runs of one job side by side: what they read, wrote and ran, how long, and how it ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import msgspec

from headwater.errors import Invalid, Missing
from headwater.lineage.reading.view import LineageReads, LineageView
from headwater.model.lineage import DatasetVersionName, Direction, Facets, Name, Run, RunState
from headwater.query.lineage.column_arrows import arrows_into
from headwater.query.lineage.difference import Arrow, Difference, State, difference
from headwater.query.lineage.facet_changes import OF_EVERY_RUN, FacetChange, facet_changes
from headwater.query.lineage.graph import Vertex
from headwater.query.lineage.schemas import RunError, error_of, said_by, text_of

_STATISTICS: Final = ("outputStatistics", "inputStatistics", "dataQualityMetrics")


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedRun:
    """One of the two; `state` is the worst of its own and its children's, `sql` its statement."""

    run: Run
    state: RunState
    error: RunError | None
    sql: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedDataset:
    """A dataset that a run reads or writes: versions, and numbers such as rowCount by name."""

    name: Name
    direction: Direction
    version_before: str | None
    version_after: str | None
    statistics: tuple[tuple[str, float | None, float | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunComparison:
    """Both runs, what is different in lineage, schema, SQL and facets, and the numbers."""

    before: ComparedRun
    after: ComparedRun
    datasets: tuple[ComparedDataset, ...]
    run_facets: tuple[FacetChange, ...]
    difference: Difference

    @property
    def is_same(self) -> bool:
        """Tell whether both did the same to the same; versions, numbers and times may differ."""
        return self.difference.is_same and self.before.state == self.after.state


class RunComparisons:
    """Compares runs; blocking, so call it from a thread."""

    def __init__(self, reads: LineageReads) -> None:
        self._reads = reads

    def of(self, before: UUID, after: UUID, *, job: Name | None = None) -> RunComparison:
        """Compare two runs of a job; `job` chooses where several share the ids.

        Raises `Missing` for a run that is not there, `Invalid` for runs of different jobs.
        """
        with self._reads.view() as view:
            one, other = _pair(view, before, after, job)
            states = view.families.effective_states([one.key, other.key])
            said = view.facets.of_jobs_in_runs([one.key, other.key])
            return RunComparison(
                before=_compared(one, states, said.get(one.key, {})),
                after=_compared(other, states, said.get(other.key, {})),
                datasets=tuple(_datasets(one, other)),
                run_facets=tuple(facet_changes(one.facets, other.facets, without=OF_EVERY_RUN)),
                difference=difference(_state(view, one), _state(view, other), without=OF_EVERY_RUN),
            )


def _pair(view: LineageView, before: UUID, after: UUID, job: Name | None) -> tuple[Run, Run]:
    olds, news = (
        {run.job: run for run in _runs(view, run_id) if job in (None, run.job)}
        for run_id in (before, after)
    )
    for run_id, found in ((before, olds), (after, news)):
        if not found:
            raise Missing(f"there is no run {run_id}" + (f" of job {job.name!r}" if job else ""))
    common = sorted(olds.keys() & news.keys())
    if not common:
        jobs = " and ".join(repr(min(runs).name) for runs in (olds, news))
        raise Invalid(
            f"runs {before} and {after} are of different jobs, {jobs}",
            hint="compare two runs of one job; headwater runs list --job NAME shows them",
        )
    return olds[common[0]], news[common[0]]


def _runs(view: LineageView, run_id: UUID) -> Iterable[Run]:
    return view.runs.by_keys(view.runs.keys_by_id(run_id)).values()


def _compared(run: Run, states: dict[int, RunState], of_job: Facets) -> ComparedRun:
    return ComparedRun(
        run=run,
        state=states[run.key],
        error=error_of(run.facets),
        sql=text_of(of_job, "sql", "query"),
    )


def _datasets(before: Run, after: Run) -> Iterator[ComparedDataset]:
    sides: tuple[tuple[Direction, Sequence[DatasetVersionName], Sequence[DatasetVersionName]], ...]
    sides = (("input", before.inputs, after.inputs), ("output", before.outputs, after.outputs))
    for direction, olds, news in sides:
        old = {use.dataset: use for use in olds}
        new = {use.dataset: use for use in news}
        for name in sorted({*old, *new}):
            was, now = old.get(name), new.get(name)
            yield ComparedDataset(
                name=name,
                direction=direction,
                version_before=None if was is None else was.version,
                version_after=None if now is None else now.version,
                statistics=tuple(_statistics(was, now)),
            )


def _statistics(
    before: DatasetVersionName | None, after: DatasetVersionName | None
) -> Iterator[tuple[str, float | None, float | None]]:
    old, new = _numbers(before), _numbers(after)
    for name in dict.fromkeys([*old, *new]):
        yield name, old.get(name), new.get(name)


def _numbers(use: DatasetVersionName | None) -> dict[str, float]:
    """Return the numbers that stand at the top of the facets which hold statistics."""
    found: dict[str, float] = {}
    for facet in _STATISTICS if use is not None else ():
        assert use is not None
        for name, value in said_by(use.facets, facet).items():
            if isinstance(value, msgspec.Raw):
                found.setdefault(name, _number(bytes(value)))
    return found


def _number(text: bytes) -> float:
    return int(text) if text.lstrip(b"-").isdigit() else float(text)


def _state(view: LineageView, run: Run) -> State:
    """Return what one run says of itself, its job and its datasets."""
    job = Vertex(run.job, "", "job")
    facets: dict[Vertex, Facets] = {job: view.facets.of_jobs_in_runs([run.key]).get(run.key, {})}
    nodes, edges = {job}, set[Arrow]()
    for use in run.inputs:
        dataset = Vertex(use.dataset, "", "dataset")
        nodes.add(dataset)
        edges.add(Arrow(dataset, job))
    for use in run.outputs:
        dataset = Vertex(use.dataset, "", "dataset")
        nodes.add(dataset)
        edges.add(Arrow(job, dataset))
    columns: set[Arrow] = set()
    for direction in ("input", "output"):
        said = view.facets.of_io(
            [run.key], "input" if direction == "input" else "output", is_own=True
        )
        names = view.names.of("dataset", (key for _, key in said))
        for (_, key), own in said.items():
            dataset = Vertex(names[key], "", "dataset")
            facets[dataset] = {**facets.get(dataset, {}), **own}
            if direction == "output":
                columns.update(arrows_into(names[key], own))
    return State(
        nodes=frozenset(nodes), edges=frozenset(edges), columns=frozenset(columns), facets=facets
    )
