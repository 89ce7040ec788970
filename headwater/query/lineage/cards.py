"""What is shown of each node of a graph: how it is, how fresh, how much, whose, which columns.

All nodes are asked for together, with a few statements however many there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from headwater.lineage.reading.lens import Lens
from headwater.lineage.reading.view import LineageView
from headwater.model.lineage import Facets, Moment, Run, RunState
from headwater.query.lineage.descriptions import Notes, description_of, owners_of, tags_of
from headwater.query.lineage.graph import Graph, Vertex
from headwater.query.lineage.run_facts import use_facts
from headwater.query.lineage.schemas import SchemaField, error_of, fields_of

MOST_COLUMNS: Final = 20_000
"""Over all cards; beyond it each card shows its first few."""

_FEW_COLUMNS: Final = 30
_WORST: Final[tuple[RunState, ...]] = ("FAILED", "ABORTED", "RUNNING", "NEW", "COMPLETED")


@dataclass(frozen=True, slots=True, kw_only=True)
class CardColumn:
    """A column as its card shows it."""

    name: str
    type: str | None
    tags: tuple[str, ...]
    description: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A dataset or a job; None is what nobody said, or what is not known of a time that is gone.

    `run` is the run that wrote the dataset last with success, or the latest run of the job;
    `state` that of the latest run of the job, or the worst of those of the jobs that write it.
    """

    state: RunState | None = None
    run: Run | None = None
    error: str | None = None
    description: str | None = None
    tags: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    columns: tuple[CardColumn, ...] = ()
    column_count: int = 0
    rows: int | None = None
    size_bytes: int | None = None
    tests_passed: int = 0
    tests_failed: int = 0

    @property
    def at(self) -> Moment | None:
        """Return when the run ended, or last said something."""
        run = self.run
        return None if run is None else run.ended_at or run.started_at or run.updated_at


def cards_of(view: LineageView, graph: Graph, lens: Lens) -> dict[Vertex, Card]:
    """Return the cards of datasets and jobs; which run of a job is the latest is known of now."""
    known = [vertex for vertex in graph.distances if vertex in graph.keys]
    jobs = {graph.keys[vertex]: vertex for vertex in known if vertex.kind == "job"}
    datasets = {graph.keys[vertex]: vertex for vertex in known if vertex.kind == "dataset"}
    found = {jobs[key]: card for key, card in _of_jobs(view, jobs, lens).items()}
    found.update((datasets[key], card) for key, card in _of_datasets(view, datasets, lens).items())
    return found


def _of_jobs(view: LineageView, jobs: Iterable[int], lens: Lens) -> dict[int, Card]:
    keys = list(jobs)
    past = lens.as_of
    facets = view.facets.of_jobs(keys) if past is None else view.past.of_jobs_at(keys, past)
    notes = view.notes.of("job", keys)
    states = view.edges.states(keys)
    latest = {} if past is not None else view.runs.latest_keys(keys, 1)
    runs = view.runs.by_keys((found[0] for found in latest.values()), is_whole=False)
    errors = _errors(view, [run for run in runs.values() if run.own_state == "FAILED"])
    cards = {}
    for key in keys:
        run = runs.get(latest[key][0]) if key in latest else None
        said, noted = facets.get(key, {}), notes.get(key, ())
        cards[key] = replace(
            _described(said, noted),
            state=states.get(key),
            run=run,
            error=None if run is None else errors.get(run.key),
        )
    return cards


def _errors(view: LineageView, failed: Iterable[Run]) -> dict[int, str]:
    said = view.facets.of_runs([run.key for run in failed], only=("errorMessage",))
    errors = {key: error_of(facets) for key, facets in said.items()}
    return {key: error.message for key, error in errors.items() if error is not None}


def _of_datasets(view: LineageView, datasets: Iterable[int], lens: Lens) -> dict[int, Card]:
    keys = list(datasets)
    past = lens.as_of
    facets = view.facets.of_datasets(keys) if past is None else view.past.of_datasets_at(keys, past)
    notes = view.notes.of("dataset", keys)
    writers = _writers(view, keys)
    states = _states_of_writers(view, writers)
    if past is None:
        last = view.freshness.last_writes(keys)
    else:
        pairs = [(dataset, job) for dataset, jobs in writers.items() for job in jobs]
        last = view.freshness.last_writes_at(pairs, past)
    runs, written = _last_writes(view, last)
    fields = {key: fields_of(said) for key, said in facets.items()}
    is_many = sum(map(len, fields.values())) > MOST_COLUMNS
    cards = {}
    for key in keys:
        said, noted = facets.get(key, {}), notes.get(key, ())
        listed = fields.get(key, [])
        run = runs.get(key)
        use = use_facts({**said, **written.get(key, {})})
        cards[key] = replace(
            _described(said, noted),
            state=states.get(key),
            run=run,
            columns=tuple(_columns(listed[:_FEW_COLUMNS] if is_many else listed, said, noted)),
            column_count=len(listed),
            rows=None if run is None else use.rows,
            size_bytes=None if run is None else use.size_bytes,
            tests_passed=sum(test.status == "pass" for test in use.tests),
            tests_failed=sum(test.status == "fail" for test in use.tests),
        )
    return cards


def _columns(fields: Iterable[SchemaField], facets: Facets, notes: Notes) -> Iterator[CardColumn]:
    is_told = bool(notes) or "tags" in facets
    for field in fields:
        tags: Iterable[str] = ()
        description = field.description
        if is_told:
            tags = tags_of(facets, notes, column=field.name)
            description = description_of(facets, notes, column=field.name, said=description)
        yield CardColumn(
            name=field.name, type=field.type, tags=tuple(tags), description=description
        )


def _described(facets: Facets, notes: Notes) -> Card:
    return Card(
        description=description_of(facets, notes),
        tags=tuple(tags_of(facets, notes)),
        owners=tuple(name for name, _ in owners_of(facets, notes)),
    )


def _writers(view: LineageView, datasets: Iterable[int]) -> dict[int, set[int]]:
    writers: defaultdict[int, set[int]] = defaultdict(set)
    for use in view.edges.uses_of_datasets(datasets, "output"):
        writers[use.dataset].add(use.job)
    return writers


def _states_of_writers(
    view: LineageView, writers: Mapping[int, Iterable[int]]
) -> dict[int, RunState]:
    states = view.edges.states({job for jobs in writers.values() for job in jobs})
    return {
        dataset: min(found, key=_WORST.index)
        for dataset, jobs in writers.items()
        if (found := [states[job] for job in jobs if job in states])
    }


def _last_writes(
    view: LineageView, last: Mapping[int, int]
) -> tuple[Mapping[int, Run], Mapping[int, Facets]]:
    """Return by dataset the run that wrote it last with success, and what that said of it."""
    runs = view.runs.by_keys(last.values(), is_whole=False)
    said = view.facets.of_io(last.values(), "output", is_own=False)
    return (
        {dataset: runs[run] for dataset, run in last.items()},
        dict(_written(last, said)),
    )


def _written(
    last: Mapping[int, int], said: Mapping[tuple[int, int], Facets]
) -> Iterator[tuple[int, Facets]]:
    for dataset, run in last.items():
        facets = said.get((run, dataset))
        if facets is not None:
            yield dataset, facets
