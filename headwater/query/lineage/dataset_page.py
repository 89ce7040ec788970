"""Everything that lineage knows of one dataset, in one look: for the page about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from headwater.lineage.reading.hidden import Entity
from headwater.lineage.reading.view import LineageView
from headwater.model.lineage import ColumnEdge, Direction, EdgeState, Field, Name, RunState
from headwater.query.lineage.datasets import LastWrite, last_writes
from headwater.query.lineage.sayings import Sayings, sayings_of

MOST_ENDS: Final = 2_000
"""The most ends of column lineage, and the most jobs of one side, that a page shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnEnd:
    """A column at the other end of an edge; its name is empty for a whole dataset."""

    dataset: Name
    column: str
    job: Name | None
    kind: str
    subtype: str | None
    is_masked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UsingJob:
    """A job that reads or writes a dataset: how its edge stands, and how its last run did."""

    name: Name
    edge: EdgeState
    state: RunState | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetPage:
    """A dataset with its surroundings.

    `made_of` and `feeds` are by column; under the empty name is what decides which rows there
    are. `reason` says why the answer is not whole.
    """

    entity: Entity
    sayings: Sayings
    identities: tuple[Name, ...]
    last_write: LastWrite | None
    writers: tuple[UsingJob, ...]
    readers: tuple[UsingJob, ...]
    described: tuple[str, ...]
    made_of: Mapping[str, Sequence[ColumnEnd]]
    feeds: Mapping[str, Sequence[ColumnEnd]]
    reason: str | None


def dataset_page(view: LineageView, name: Name) -> DatasetPage | None:
    """Return what is known of a dataset, also of a deleted one; None where events named none."""
    key = view.names.find("dataset", name)
    entity = view.hidden.find("dataset", name)
    if key is None and entity is None:
        return None
    if entity is None:  # a name that only a symlink mentions: the dataset is what carries it
        assert key is not None
        entity = view.hidden.find("dataset", view.names.of("dataset", [key])[key])
    assert entity is not None
    key = entity.key
    members = view.entities.components([key])[key].members
    sayings = sayings_of(view, entity)
    described = tuple(view.columns.described(key))
    columns = dict.fromkeys([*(one.name for one in sayings.columns), *described])
    fields = [Field(member, column) for member in members for column in columns]
    into = sorted(view.columns.into(fields or [Field(key, "")]), key=_order)
    out_of = sorted(view.columns.out_of(fields), key=_order)
    names = _names(view, [*into[:MOST_ENDS], *out_of[:MOST_ENDS]])
    writers, readers = _jobs(view, members, "output"), _jobs(view, members, "input")
    is_cut = max(len(into), len(out_of), len(writers), len(readers)) > MOST_ENDS
    return DatasetPage(
        entity=entity,
        sayings=sayings,
        identities=tuple(
            one.name for m, one in view.entities.of("dataset", members).items() if m != key
        ),
        last_write=last_writes(view, [key]).get(key),
        writers=writers[:MOST_ENDS],
        readers=readers[:MOST_ENDS],
        described=described,
        made_of=names.ends((edge.output.column, edge.input, edge) for edge in into[:MOST_ENDS]),
        feeds=names.ends((edge.input.column, edge.output, edge) for edge in out_of[:MOST_ENDS]),
        reason=f"only {MOST_ENDS:,} of each kind of neighbour are shown" if is_cut else None,
    )


@dataclass(frozen=True, slots=True)
class _Names:
    datasets: Mapping[int, Name]
    jobs: Mapping[int, Name]

    def ends(
        self, found: Iterable[tuple[str, Field, ColumnEdge]]
    ) -> dict[str, Sequence[ColumnEnd]]:
        """Return the far ends by the column of the dataset itself, each once."""
        ends: defaultdict[str, dict[ColumnEnd, None]] = defaultdict(dict)
        for column, far, edge in found:
            end = ColumnEnd(
                dataset=self.datasets[far.dataset],
                column=far.column,
                job=None if edge.job is None else self.jobs[edge.job],
                kind=edge.kind,
                subtype=edge.subtype,
                is_masked=edge.is_masked,
            )
            ends[column][end] = None
        return {column: list(held) for column, held in ends.items()}


def _names(view: LineageView, edges: Sequence[ColumnEdge]) -> _Names:
    datasets = view.entities.of(
        "dataset", {end.dataset for edge in edges for end in (edge.input, edge.output)}
    )
    jobs = view.entities.of("job", {edge.job for edge in edges if edge.job is not None})
    return _Names(
        {key: one.name for key, one in datasets.items()},
        {key: one.name for key, one in jobs.items()},
    )


def _jobs(view: LineageView, datasets: Iterable[int], direction: Direction) -> tuple[UsingJob, ...]:
    edges = {edge.job: edge for edge in view.edges.of_datasets(datasets, direction)}
    names = view.entities.of("job", edges)
    states = view.edges.states(edges)
    found = [
        UsingJob(name=names[job].name, edge=edge.state, state=states.get(job))
        for job, edge in edges.items()
    ]
    return tuple(sorted(found, key=lambda one: one.name))


def _order(edge: ColumnEdge) -> tuple[object, ...]:
    return (edge.output, edge.input, edge.job or 0, edge.kind, edge.subtype or "")
