"""What is shown of each node of a graph: how it is, how fresh, how much, whose, which columns.

All nodes are asked for together, with a few statements however many there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from headwater.lineage.reading.lens import Lens
from headwater.lineage.reading.view import LineageView
from headwater.model.lineage import Facets, Moment, Run, RunState
from headwater.query.lineage.descriptions import Notes, description_of, owners_of, tags_of
from headwater.query.lineage.graph import Graph, Vertex
from headwater.query.lineage.run_facts import USE_FACETS, UseFacts, use_facts
from headwater.query.lineage.schemas import error_of, fields_of

MOST_COLUMNS: Final = 20_000
"""Over all cards; beyond it each card shows its first few."""

_FEW_COLUMNS: Final = 30
_DESCRIBING: Final = frozenset(("documentation", "ownership", "tags"))
_OF_DATASETS: Final = _DESCRIBING | USE_FACETS | {"schema"}
_NO_USE: Final = use_facts({})
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


class _Told(NamedTuple):
    """What people and events say of a whole."""

    description: str | None
    tags: tuple[str, ...]
    owners: tuple[str, ...]


_UNTOLD: Final = _Told(None, (), ())


def cards_of(view: LineageView, graph: Graph, lens: Lens) -> dict[Vertex, Card]:
    """Return the cards of datasets and jobs; which run of a job is the latest is known of now."""
    known = [vertex for vertex in graph.distances if vertex in graph.keys]
    jobs = {graph.keys[vertex]: vertex for vertex in known if vertex.kind == "job"}
    datasets = {graph.keys[vertex]: vertex for vertex in known if vertex.kind == "dataset"}
    doings = _doings(view, jobs, datasets, lens)
    found = {jobs[key]: card for key, card in _of_jobs(view, jobs, lens, doings).items()}
    of_datasets = _of_datasets(view, datasets, lens, doings)
    found.update((datasets[key], card) for key, card in of_datasets.items())
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Doings:
    """What ran: `states` of jobs, their `latest` runs, `last` writes of datasets, all by key."""

    writers: Mapping[int, Iterable[int]]
    states: Mapping[int, RunState]
    latest: Mapping[int, int]
    last: Mapping[int, int]
    runs: Mapping[int, Run]


def _doings(
    view: LineageView, jobs: Collection[int], datasets: Collection[int], lens: Lens
) -> _Doings:
    """Read what ran once, as the jobs of a graph are mostly those that write its datasets."""
    writers: defaultdict[int, set[int]] = defaultdict(set)
    for use in view.edges.uses_of_datasets(datasets, "output"):
        writers[use.dataset].add(use.job)
    latest: dict[int, int] = {}
    if lens.as_of is None:
        last = view.freshness.last_writes(datasets)
        latest = {job: runs[0] for job, runs in view.runs.latest_keys(jobs, 1).items()}
    else:
        pairs = [(dataset, job) for dataset, found in writers.items() for job in found]
        last = view.freshness.last_writes_at(pairs, lens.as_of)
    return _Doings(
        writers=writers,
        states=view.edges.states({*jobs, *(job for found in writers.values() for job in found)}),
        latest=latest,
        last=last,
        runs=view.runs.by_keys({*latest.values(), *last.values()}, is_whole=False),
    )


def _of_jobs(
    view: LineageView, jobs: Iterable[int], lens: Lens, doings: _Doings
) -> dict[int, Card]:
    keys = list(jobs)
    if lens.as_of is None:
        facets = view.facets.of_jobs(keys, only=_DESCRIBING)
    else:
        facets = view.past.of_jobs_at(keys, lens.as_of)
    notes = view.notes.of("job", keys)
    runs = {job: doings.runs[run] for job, run in doings.latest.items()}
    errors = _errors(view, [run for run in runs.values() if run.own_state == "FAILED"])
    cards = {}
    for key in keys:
        run = runs.get(key)
        told = _told(facets.get(key, {}), notes.get(key, ()))
        cards[key] = Card(
            description=told.description,
            tags=told.tags,
            owners=told.owners,
            state=doings.states.get(key),
            run=run,
            error=None if run is None else errors.get(run.key),
        )
    return cards


def _errors(view: LineageView, failed: Iterable[Run]) -> dict[int, str]:
    said = view.facets.of_runs([run.key for run in failed], only=("errorMessage",))
    errors = {key: error_of(facets) for key, facets in said.items()}
    return {key: error.message for key, error in errors.items() if error is not None}


def _of_datasets(
    view: LineageView, datasets: Iterable[int], lens: Lens, doings: _Doings
) -> dict[int, Card]:
    keys = list(datasets)
    if lens.as_of is None:
        facets = view.facets.of_datasets(keys, only=_OF_DATASETS)
    else:
        facets = view.past.of_datasets_at(keys, lens.as_of)
    notes = view.notes.of("dataset", keys)
    states = _states_of_writers(doings)
    left = view.facets.of_io(doings.last.values(), "output", is_own=False, only=USE_FACETS)
    columns = _Columns(facets)
    cards = {}
    for key in keys:
        said, noted = facets.get(key, {}), notes.get(key, ())
        told = _told(said, noted)
        last = doings.last.get(key)
        use = _use(said, {} if last is None else left.get((last, key), {}))
        listed = columns.of(said, noted)
        cards[key] = Card(
            description=told.description,
            tags=told.tags,
            owners=told.owners,
            state=states.get(key),
            run=None if last is None else doings.runs[last],
            columns=listed,
            column_count=len(fields_of(said)),
            rows=None if last is None else use.rows,
            size_bytes=None if last is None else use.size_bytes,
            tests_passed=sum(test.status == "pass" for test in use.tests),
            tests_failed=sum(test.status == "fail" for test in use.tests),
        )
    return cards


def _use(said: Facets, written: Facets) -> UseFacts:
    """Return what the last write says of a dataset; most say nothing."""
    if USE_FACETS.isdisjoint(said) and not written:
        return _NO_USE
    return use_facts({**said, **written})


class _Columns:
    """Makes the columns of many cards; those of one schema are the same values."""

    def __init__(self, facets: Mapping[int, Facets]) -> None:
        total = sum(len(fields_of(said)) for said in facets.values())
        self._most = _FEW_COLUMNS if total > MOST_COLUMNS else None
        self._plain: dict[bytes, tuple[CardColumn, ...]] = {}

    def of(self, facets: Facets, notes: Notes) -> tuple[CardColumn, ...]:
        """Return the columns of a dataset with what counts of what is said of them."""
        schema = facets.get("schema")
        if schema is None:
            return ()
        if notes or "tags" in facets:
            return tuple(self._told(facets, notes))
        found = self._plain.get(schema)
        if found is None:
            found = self._plain[schema] = tuple(
                CardColumn(name=f.name, type=f.type, tags=(), description=f.description)
                for f in fields_of(facets)[: self._most]
            )
        return found

    def _told(self, facets: Facets, notes: Notes) -> Iterator[CardColumn]:
        for field in fields_of(facets)[: self._most]:
            said = field.description
            yield CardColumn(
                name=field.name,
                type=field.type,
                tags=tuple(tags_of(facets, notes, column=field.name)),
                description=description_of(facets, notes, column=field.name, said=said),
            )


def _told(facets: Facets, notes: Notes) -> _Told:
    if not notes and _DESCRIBING.isdisjoint(facets):
        return _UNTOLD
    return _Told(
        description=description_of(facets, notes),
        tags=tuple(tags_of(facets, notes)),
        owners=tuple(name for name, _ in owners_of(facets, notes)),
    )


def _states_of_writers(doings: _Doings) -> dict[int, RunState]:
    return {
        dataset: min(found, key=_WORST.index)
        for dataset, jobs in doings.writers.items()
        if (found := [doings.states[job] for job in jobs if job in doings.states])
    }
