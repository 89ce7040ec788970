"""How a change spreads downstream, job by job and under a budget."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeVar

from headwater.lineage.reading.view import LineageView
from headwater.model.lineage import ColumnEdge, Field, Name
from headwater.query.lineage.graph import Budget
from headwater.query.lineage.schemas import fields_of

Effect = Literal["direct", "indirect", "table"]
EFFECTS: Final[tuple[Effect, ...]] = ("direct", "indirect", "table")

_NOBODY: Final = Name("", "")
_Key = TypeVar("_Key", int, Field)


@dataclass(slots=True)
class Reached:
    """How far away something is, and the strongest effect on it."""

    distance: int
    effect: Effect

    def strengthen(self, effect: Effect) -> bool:
        """Take a stronger effect; tell whether it was one."""
        if EFFECTS.index(effect) >= EFFECTS.index(self.effect):
            return False
        self.effect = effect
        return True


class Spread:
    """What is affected so far, by the store's keys, and where the last step ended.

    `how` holds per column the subtypes and maskings of the edges into it, `makers` per dataset
    the jobs that carry the change there.
    """

    def __init__(self, view: LineageView, budget: Budget) -> None:
        self.datasets: dict[int, Reached] = {}
        self.jobs: dict[int, Reached] = {}
        self.columns: dict[Field, Reached] = {}
        self.how: defaultdict[Field, set[tuple[str, bool]]] = defaultdict(set)
        self.makers: defaultdict[int, set[int]] = defaultdict(set)
        self.dataset_names: dict[int, Name] = {}
        self.job_names: dict[int, Name] = {}
        self.reason: str | None = None
        self._view = view
        self._budget = budget
        self._asked: set[Field] = set()
        self._start: frozenset[int] = frozenset()
        self._ever_whole: set[int] = set()
        self._fields: dict[Field, Effect] = {}
        self._whole: set[int] = set()

    def begin(self, fields: Iterable[Field], whole: Iterable[int]) -> None:
        """Start from columns, and from datasets of which every reader is affected."""
        self._asked = set(fields)
        self._fields = dict.fromkeys(self._asked, "direct")
        self._whole = set(whole)
        self._start = frozenset().union(*self._same(self._whole).values())
        self._ever_whole = set(self._start)

    def step(self, distance: int) -> bool:
        """Go one job further; tell whether there is more to follow."""
        same = self._same(self._whole | {one.dataset for one in self._fields})
        fields = {
            Field(other, one.column): effect
            for one, effect in self._fields.items()
            for other in same[one.dataset]
        }
        whole = {other for one in self._whole for other in same[one]}
        self._fields, self._whole = {}, set()
        edges = self._view.columns.out_of(fields)
        self._name(edges)
        self._follow_columns(edges, fields, distance)
        self._follow_tables(same, whole, distance)
        self._follow_declared(same, whole, distance)
        return bool(self._fields or self._whole)

    def _same(self, datasets: Iterable[int]) -> dict[int, frozenset[int]]:
        """Return datasets, and all that are one with them, each with all of those."""
        components = self._view.entities.components(datasets)
        found = {frozenset(component.members) for component in components.values()}
        return {member: members for members in found for member in members}

    def _follow_columns(
        self, edges: Iterable[ColumnEdge], fields: Mapping[Field, Effect], distance: int
    ) -> None:
        for edge in sorted(edges, key=self._order):
            if edge.output.dataset in self._start:
                continue
            effect = fields[edge.input]
            if edge.kind == "INDIRECT" or not edge.output.column:
                effect = "indirect"
            if not self._reach(self.datasets, edge.output.dataset, effect, distance):
                continue
            if edge.job is not None and self._reach(self.jobs, edge.job, effect, distance):
                self.makers[edge.output.dataset].add(edge.job)
            for out in self._outputs(edge.output):
                self._affect(out, effect, distance)
                self.how[out].add((edge.subtype or "", edge.is_masked))

    def _follow_tables(
        self, same: Mapping[int, frozenset[int]], whole: set[int], distance: int
    ) -> None:
        """Reach what reads a whole dataset, and what does not say which columns it reads."""
        read = self._view.edges.of_datasets(same, "input")
        written = self._view.edges.of_jobs({edge.job for edge in read}, "output")
        self._name_all((e.dataset for e in written), (e.job for e in read))
        described = self._view.columns.describers({edge.dataset for edge in written})
        covered = self._view.explicit.covered({edge.job for edge in read})
        outputs: defaultdict[int, set[int]] = defaultdict(set)
        for edge in written:
            outputs[edge.job].add(edge.dataset)
        for edge in sorted(read, key=lambda e: (self.job_names[e.job], e.dataset in whole)):
            made = outputs[edge.job]
            if edge.dataset not in whole:
                made = {out for out in made if (edge.job, out) not in described}
                if outputs[edge.job] and not made:
                    continue
            sources = covered.get(edge.job, {})
            made = {
                out for out in made if sources.get(out, same[edge.dataset]) & same[edge.dataset]
            }
            if self._reach(self.jobs, edge.job, "table", distance):
                self._make(edge.job, made, distance)

    def _follow_declared(
        self, same: Mapping[int, frozenset[int]], whole: set[int], distance: int
    ) -> None:
        """Reach what `lineage` facets declare to come from a dataset, by job and by name."""
        edges = [
            edge
            for edge in self._view.explicit.around(same)
            if not edge.origin.is_job and edge.origin.key in same and not edge.destination.is_job
        ]
        ends = self._view.entities.of("dataset", {edge.destination.key for edge in edges})
        jobs = self._view.entities.of("job", {edge.job for edge in edges if edge.job is not None})
        described = self._view.columns.describers(ends)
        self._name_all(ends, jobs)
        made = {
            (
                jobs[edge.job].name if edge.job is not None else _NOBODY,
                edge.job,
                edge.destination.key,
            )
            for edge in edges
            if not ends[edge.destination.key].is_hidden
            if edge.job is None or not jobs[edge.job].is_hidden
            if edge.origin.key in whole or (edge.job, edge.destination.key) not in described
        }
        for _, job, out in sorted(made, key=lambda one: (one[0], ends[one[2]].name)):
            if job is None or self._reach(self.jobs, job, "table", distance):
                self._make(job, [out], distance)

    def _make(self, job: int | None, made: Iterable[int], distance: int) -> None:
        for out in sorted(made, key=self.dataset_names.__getitem__):
            if out in self._ever_whole:
                continue
            if self._reach(self.datasets, out, "table", distance):
                if job is not None:
                    self.makers[out].add(job)
                self._whole.add(out)
                self._ever_whole.add(out)

    def _outputs(self, output: Field) -> list[Field]:
        """Return the column itself; for a dataset as a whole all the columns it has."""
        if output.column:
            return [output]
        names = columns_of(self._view, output.dataset)
        return [Field(output.dataset, name) for name in names]

    def _affect(self, column: Field, effect: Effect, distance: int) -> None:
        if column in self._asked:
            return
        known = self.columns.get(column)
        is_stronger = known is not None and known.strengthen(effect)
        is_new = known is None and self._reach(self.columns, column, effect, distance)
        if is_stronger or is_new:
            self._fields[column] = effect

    def _reach(self, among: dict[_Key, Reached], key: _Key, effect: Effect, distance: int) -> bool:
        known = among.get(key)
        if known is not None:
            known.strengthen(effect)
            return True
        if len(self.datasets) + len(self.jobs) + len(self.columns) >= self._budget.nodes:
            self.reason = f"the budget of {self._budget.nodes} nodes is used up"
            return False
        among[key] = Reached(distance, effect)
        return True

    def _name(self, edges: Iterable[ColumnEdge]) -> None:
        held = list(edges)
        datasets = {one.dataset for edge in held for one in (edge.input, edge.output)}
        self._name_all(datasets, (edge.job for edge in held if edge.job is not None))

    def _name_all(self, datasets: Iterable[int], jobs: Iterable[int]) -> None:
        names = self._view.names
        self.dataset_names.update(names.of("dataset", set(datasets) - self.dataset_names.keys()))
        self.job_names.update(names.of("job", set(jobs) - self.job_names.keys()))

    def _order(self, edge: ColumnEdge) -> tuple[object, ...]:
        job = _NOBODY if edge.job is None else self.job_names[edge.job]
        ends = (self.dataset_names[edge.output.dataset], edge.output.column)
        start = (self.dataset_names[edge.input.dataset], edge.input.column)
        return (*ends, *start, job, edge.kind, edge.subtype or "", edge.is_masked)


def columns_of(view: LineageView, dataset: int) -> list[str]:
    """Return the columns that a dataset's schema or the lineage of its writers names.

    Those that it has under its other names come after.
    """
    members = view.entities.components([dataset])[dataset].members
    facets = view.facets.of_datasets(members)
    found: dict[str, None] = {}
    for one in dict.fromkeys((dataset, *members)):
        found |= dict.fromkeys(field.name for field in fields_of(facets.get(one, {})))
        found |= dict.fromkeys(view.columns.described(one))
    return list(found)


def is_read(view: LineageView, field: Field) -> bool:
    """Tell whether a column is known as the source of others, under any name of its dataset."""
    members = view.entities.components([field.dataset])[field.dataset].members
    return bool(view.columns.out_of(Field(one, field.column) for one in members))
