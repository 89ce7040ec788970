"""What `lineage` facets declare: edges between datasets and jobs, beside those of runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection

from headwater.lineage.reading.current import EXPLICIT_SIDES
from headwater.lineage.reading.edges import Edges, strongest
from headwater.lineage.reading.memory import Recall, Shelf
from headwater.lineage.reading.rows import rows_in, rows_of
from headwater.model.lineage import EdgeState

_OWN_JOB: Final = -1

_SAYS: Final = (
    "SELECT facet_id, out_dataset_id, out_job_id, in_dataset_id, in_job_id FROM facet_edge"
    " WHERE facet_id IN ({keys}) AND source = 1 AND (in_dataset_id <> 0 OR in_job_id <> 0)"
)
_TARGETED: Final = (
    "SELECT facet_id, out_dataset_id, in_dataset_id, in_job_id FROM facet_edge"
    " WHERE facet_id IN ({keys}) AND source = 1 AND out_job_id = 0"
)
_ANYTHING: Final = "SELECT 1 FROM facet_edge WHERE source = 1 LIMIT 1"
# Who may have declared something of a dataset: as the target of an entry, or as its source.
_TARGETS: Final = (
    "SELECT DISTINCT u.job_id, u.facet_id FROM lineage_use u"
    " WHERE u.dataset_id IN ({keys}) AND u.source = 1"
)
_SOURCES: Final = (
    "SELECT DISTINCT u.job_id, u.facet_id FROM facet_edge e JOIN lineage_use u"
    " ON u.facet_id = e.facet_id AND u.source = 1"
    " WHERE e.in_dataset_id IN ({keys}) AND e.source = 1"
)
_CARRIERS: Final = "SELECT DISTINCT dataset_id FROM dataset_facet WHERE facet_id IN ({keys})"
_USERS: Final = (
    "SELECT DISTINCT u.job_id, u.facet_id FROM lineage_use u"
    " WHERE u.job_id IN ({keys}) AND u.source = 1"
)
# Who may have named a job in an entry of a facet of its own.
_NAMING: Final = (
    "SELECT DISTINCT u.job_id, u.facet_id FROM facet_edge e JOIN lineage_use u"
    " ON u.facet_id = e.facet_id AND u.source = 1 WHERE e.{end}_job_id IN ({{keys}})"
    " AND e.{end}_job_id > 0"
)


class End(NamedTuple):
    """One end of a declared edge: a job or a dataset, by key."""

    is_job: bool
    key: int


class Declared(NamedTuple):
    """An edge that a `lineage` facet declares; `job` is who says so, None a DatasetEvent."""

    origin: End
    destination: End
    job: int | None
    state: EdgeState


class Statement(NamedTuple):
    """A `lineage` facet that counts: on an output (`dataset`), on a job, or on a dataset."""

    facet: int
    dataset: int
    job: int | None
    state: EdgeState


Covered = Mapping[int, frozenset[int]]
"""Outputs of a job of which `lineage` facets say all that they come from, and those sources."""

_COVERED: Final = Shelf[Covered]("covered", "job")
_OF_JOB: Final = Shelf[tuple[Declared, ...]]("declared", "job")
_OF_DATASET: Final = Shelf[tuple[Declared, ...]]("declared", "dataset")


class Explicit:
    """Reads declared edges."""

    def __init__(self, connection: Connection, recall: Recall, edges: Edges) -> None:
        self._connection = connection
        self._recall = recall
        self._edges = edges
        self._found: bool | None = None

    def around(self, datasets: Iterable[int]) -> set[Declared]:
        """Return the declared edges of which these datasets may be an end."""
        keys = set(datasets) if self.is_any else set()
        users = [*rows_in(self._connection, _TARGETS, keys)]
        users += rows_in(self._connection, _SOURCES, keys)
        return self._said_by(users, keys)

    def of_jobs(self, jobs: Iterable[int]) -> set[Declared]:
        """Return the edges that these jobs declare, or of which they may be an end."""
        keys = set(jobs) if self.is_any else set()
        users = [*rows_in(self._connection, _USERS, keys)]
        for end in ("in", "out"):
            users += rows_in(self._connection, _NAMING.format(end=end), keys)
        return self._said_by(users, set())

    def covered(self, jobs: Iterable[int]) -> dict[int, Covered]:
        """Return per job the outputs that come from what is declared and from nothing else.

        They are those that every run that counts declares. Jobs without any are left out.
        """
        if not self.is_any:
            return {}
        found = self._recall.of(_COVERED, jobs, self._load_covered)
        return {job: covered for job, covered in found.items() if covered}

    @property
    def is_any(self) -> bool:
        """Tell whether anybody ever declared an edge; most never do."""
        if self._found is None:
            self._found = bool(rows_of(self._connection, _ANYTHING))
        return self._found

    def _said_by(self, users: Sequence[tuple[int, int]], datasets: set[int]) -> set[Declared]:
        """Return what users, (job, facet) with 0 for a DatasetEvent, declare now."""
        if not users:
            return set()
        facets = {facet for job, facet in users if not job}
        carriers = datasets | {key for (key,) in rows_in(self._connection, _CARRIERS, facets)}
        by_jobs = self._recall.of(_OF_JOB, {job for job, _ in users if job}, self._load_of_jobs)
        by_events = self._recall.of(_OF_DATASET, carriers, self._load_declared)
        return {edge for edges in (*by_jobs.values(), *by_events.values()) for edge in edges}

    def _load_of_jobs(self, jobs: Collection[int]) -> dict[int, tuple[Declared, ...]]:
        statements = self._on_outputs(jobs) + self.on_jobs(jobs)
        found: dict[int, dict[tuple[End, End], Declared]] = {job: {} for job in jobs}
        for edge, _ in self._edges_of(statements):
            assert edge.job is not None
            held = found[edge.job].setdefault((edge.origin, edge.destination), edge)
            state = strongest(held.state, edge.state)
            found[edge.job][edge.origin, edge.destination] = edge._replace(state=state)
        return {job: tuple(edges.values()) for job, edges in found.items()}

    def _load_declared(self, datasets: Collection[int]) -> dict[int, tuple[Declared, ...]]:
        statements = [
            Statement(facet, dataset, None, "current")
            for dataset, facet, name in self._edges.speaking.declared(datasets)
            if name == "lineage"
        ]
        found: defaultdict[int, set[Declared]] = defaultdict(set)
        for edge, carrier in self._edges_of(statements):
            found[carrier].add(edge)
        return {dataset: tuple(found.get(dataset, ())) for dataset in datasets}

    def _load_covered(self, jobs: Collection[int]) -> dict[int, Covered]:
        uses = [use for held in self._edges.uses(jobs).values() for use in held.outputs]
        speaking, runs = self._edges.speaking, {use.run for use in uses}
        own: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
        for run, dataset, facet, name in speaking.said(runs):
            if name == "lineage":
                own[run, dataset].add(facet)
        of_job: defaultdict[int, set[int]] = defaultdict(set)
        for run, facet in speaking.said_of_jobs(runs):
            of_job[run].add(facet)
        facets = {facet for held in (*own.values(), *of_job.values()) for facet in held}
        targets: defaultdict[tuple[int, int], set[int | None]] = defaultdict(set)
        for facet, out, source, job in rows_in(self._connection, _TARGETED, facets):
            targets[facet, out].add(None if job else source)
        found: dict[int, dict[int, set[int | None]]] = {job: {} for job in jobs}
        for use in uses:
            keys = [(f, out) for f in own[use.run, use.dataset] for out in (0, use.dataset)]
            keys += [(facet, use.dataset) for facet in of_job[use.run]]
            said = [targets[key] for key in keys if key in targets] or [{None}]
            found[use.job].setdefault(use.dataset, set()).update(*said)
        return {
            job: {
                out: frozenset(s for s in sources if s)
                for out, sources in outs.items()
                if None not in sources
            }
            for job, outs in found.items()
        }

    def _on_outputs(self, jobs: Collection[int]) -> list[Statement]:
        uses = {
            (use.run, use.dataset): use
            for held in self._edges.uses(jobs).values()
            for use in held.outputs
        }
        rows = self._edges.speaking.said({run for run, _ in uses})
        return [
            Statement(facet, dataset, uses[run, dataset].job, uses[run, dataset].state)
            for run, dataset, facet, name in rows
            if name == "lineage" and (run, dataset) in uses
        ]

    def on_jobs(self, jobs: Collection[int]) -> list[Statement]:
        """Return the facets that stand on jobs and count."""
        speaking = self._edges.speaking
        speakers = {s.run: s for s in speaking.speakers(jobs, EXPLICIT_SIDES)}
        return [
            Statement(facet, 0, speakers[run].job, speakers[run].state)
            for run, facet in speaking.said_of_jobs(speakers)
        ]

    def _edges_of(self, statements: Iterable[Statement]) -> list[tuple[Declared, int]]:
        """Return what facets declare, each edge with the dataset that carries its facet."""
        by_facet: defaultdict[int, list[Statement]] = defaultdict(list)
        for statement in statements:
            by_facet[statement.facet].append(statement)
        edges: list[tuple[Declared, int]] = []
        for facet, *ends in rows_in(self._connection, _SAYS, by_facet):
            for statement in by_facet[facet]:
                out_dataset, out_job, in_dataset, in_job = ends
                origin = _end(in_dataset, in_job, statement)
                destination = _end(out_dataset, out_job, statement)
                if origin is not None and destination is not None and origin != destination:
                    edge = Declared(origin, destination, statement.job, statement.state)
                    edges.append((edge, statement.dataset))
        return edges


def _end(dataset: int, job: int, statement: Statement) -> End | None:
    """Return what an entry means; one that names nothing is what carries the facet."""
    if job:
        own = statement.job if job == _OWN_JOB else job
        return None if own is None else End(True, own)
    if dataset or statement.dataset:
        return End(False, dataset or statement.dataset)
    return None
